package dev.smsroutes.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.broker.BrokerOptions.Queues;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplyQueuesTest {
  private static final Queues OURS = new Queues("sms.send", "sms.send.invalid", "sms.send.dead");

  @ParameterizedTest(name = "{0}: {1} → {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          sms.reply.*        | sms.reply.shop            | true
          sms.reply.*        | sms.reply.                | true
          sms.reply.*        | sms.reply                 | false
          sms.reply.*        | smsXreply.shop            | false
          sms.reply.*        | x.sms.reply.shop          | false
          sms.reply.*        | sms.reply.a::sms.send     | false
          sms.reply.*        | sms.reply.#               | false
          sms.reply.*        | sms.reply.a b             | false
          *                  | orders.in                 | true
          *                  | sms.send                  | false
          *                  | sms.send.invalid          | false
          *                  | sms.send.dead             | false
          a, b.*.c           | a                         | true
          a, b.*.c           | b.x.y.c                   | true
          a, b.*.c           | b.c                       | false
          ''                 | sms.reply.shop            | false
          """)
  void allows_what_the_patterns_name(String patterns, String queue, boolean allowed) {
    assertThat(ReplyQueues.of(patterns, false, OURS).allowsNamed(queue)).isEqualTo(allowed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          sms.reply.*   | shop | sms.reply.shop     | true
          sms.reply.*   | shop | sms.reply.shop$1   | true
          sms.reply.*   | shop | sms.reply.shop.1   | false
          sms.reply.*   | shop | sms.reply.shop2    | false
          sms.reply.*   | shop | sms.reply.bank     | false
          sms.reply.*   | shop | sms.reply.x.shop   | false
          sms.reply.*   | a b  | sms.reply.a b      | false
          sms.reply.*   | send | sms.send           | false
          answers, x.*  | shop | answers            | true
          answers, x.*  | shop | x.shop             | true
          """)
  void gives_each_caller_queues_of_its_own(
      String patterns, String caller, String queue, boolean allowed) {
    assertThat(ReplyQueues.of(patterns, false, OURS).allows(caller, queue)).isEqualTo(allowed);
  }
}
