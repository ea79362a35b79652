package dev.smsroutes.audit;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A line of the audit log. */
class AuditLineTest {
  private final Logger audit = (Logger) LoggerFactory.getLogger(Audit.LOGGER);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    lines.start();
    audit.addAppender(lines);
  }

  @AfterEach
  void stop() {
    audit.detachAppender(lines);
  }

  @Test
  void a_name_does_not_end_its_field_and_a_long_one_is_cut() {
    Audit.log(Audit.caller("a\" result=\"done"), "pause", "x".repeat(5_000), "failed");

    assertThat(lines.list.get(0).getFormattedMessage())
        .startsWith("who=\"caller:a' result='done\" what=pause which=\"xxx")
        .endsWith("xx…\" result=\"failed\"")
        .hasSizeLessThan(2_200);
  }

  @Test
  void a_name_does_not_end_its_line() {
    Audit.log(Audit.PROCESS, "cancel", "a.csv\nwho=\"caller:ann\" \u001b[2J\u2028x", "done");

    assertThat(lines.list.get(0).getFormattedMessage())
        .isEqualTo(
            "who=\"sms-routes\" what=cancel which=\"a.csv?who='caller:ann' ?[2J?x\" result=\"done\"");
  }

  @Test
  void of_many_names_the_first_are_shown() {
    assertThat(Audit.names(List.of("a", "b"))).isEqualTo("a, b");
    assertThat(Audit.names(Collections.nCopies(25, "a"))).endsWith("a, a and 5 more");
  }
}
