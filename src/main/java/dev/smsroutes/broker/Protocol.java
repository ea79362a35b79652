package dev.smsroutes.broker;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** A protocol of the broker; the names are those of Artemis. */
public enum Protocol {
  AMQP("AMQP"),
  /** With the end of the line: HTTP has a method of that name. */
  STOMP("CONNECT\n", "CONNECT\r\n", "STOMP\n", "STOMP\r\n"),
  /** Artemis' own; more of the broker can be reached by it than by the others. */
  CORE("ARTEMIS");

  private final List<byte[]> openings;

  Protocol(String... openings) {
    this.openings =
        List.of(openings).stream()
            .map(opening -> opening.getBytes(StandardCharsets.US_ASCII))
            .toList();
  }

  /** The first bytes of its connections, any of these. */
  List<byte[]> openings() {
    return openings;
  }
}
