package dev.smsroutes.pipeline;

import dev.smsroutes.model.Message;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.pipeline.Envelope.Handling;
import java.time.Duration;
import java.util.Optional;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;

/** Messages on their way, for tests of single steps. */
final class Messages {
  private Messages() {}

  static InFlight inFlight(SendRequest request) {
    return inFlight(request, false);
  }

  /** One that has been rendered. */
  static InFlight inFlight(Message message, boolean batch) {
    InFlight inFlight =
        inFlight(new SendRequest(message.messageKey(), message.definitionKey(), null, null), batch);
    inFlight.message = message;
    return inFlight;
  }

  private static InFlight inFlight(SendRequest request, boolean batch) {
    Handling handling =
        new Handling(
            "test",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false,
            batch,
            1,
            Duration.ofSeconds(30),
            false,
            false,
            new DefaultExchange(new DefaultCamelContext()).getClock(),
            0);
    return new InFlight(new Envelope(request, Origin.of("file", "f:1"), handling));
  }
}
