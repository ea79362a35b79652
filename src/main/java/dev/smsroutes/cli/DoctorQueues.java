package dev.smsroutes.cli;

import dev.smsroutes.broker.BrokerOptions.Queues;
import dev.smsroutes.broker.RequestQueue;
import dev.smsroutes.config.JmsOptions;
import jakarta.jms.JMSException;
import java.util.function.Consumer;

/** The queues of the JMS intake. Used by one thread. */
final class DoctorQueues {
  private final JmsOptions jms;
  private final Consumer<Finding> findings;

  /**
   * @param findings gets what is found
   */
  DoctorQueues(JmsOptions jms, Consumer<Finding> findings) {
    this.jms = jms;
    this.findings = findings;
  }

  /**
   * @param served whether a process serves, as far as the ledger knows
   */
  void examine(boolean served) {
    if (!jms.enabled()) {
      findings.accept(Finding.ok("queues", "the JMS intake is off"));
      return;
    }
    Queues queues = jms.broker().queues();
    String url = jms.brokerUrl().orElse("tcp://127.0.0.1:" + jms.broker().port());
    try (RequestQueue queue = RequestQueue.connect(url, jms.broker().login(), queues)) {
      long aside = queue.count(queues.invalid()) + queue.count(queues.dead());
      String found =
          queue.count(queues.send())
              + " requests, "
              + queue.count(queues.invalid())
              + " refused, "
              + queue.count(queues.dead())
              + " dead letters";
      if (!queue.isServed()) {
        findings.accept(
            Finding.warn("queues", found + ", and nobody takes requests", "start sms-routes"));
      } else {
        findings.accept(
            aside == 0
                ? Finding.ok("queues", found)
                : Finding.warn("queues", found, "docs/jms.md, On sms.send.invalid"));
      }
    } catch (JMSException e) {
      findings.accept(unread(served));
    }
  }

  private Finding unread(boolean served) {
    if (jms.brokerUrl().isPresent()) {
      return Finding.fail(
          "queues", "the broker cannot be reached", "check sms.jms.broker-url, login and queues");
    }
    return served
        ? Finding.warn(
            "queues",
            "not read: the embedded broker speaks no CORE, or wants a login",
            "sms.jms.protocols, sms.jms.user")
        : Finding.ok("queues", "no process serves; the embedded broker starts with it");
  }
}
