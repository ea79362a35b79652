package dev.smsroutes.faults;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.config.CoreAddressConfiguration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.ActiveMQServers;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;

/** An Artemis that somebody else runs, told what docs/jms.md says it must be told. */
final class BrokerMain {
  private static final long REDELIVERY_MS = 200;
  private static final long MOST_REDELIVERY_MS = 2_000;

  private BrokerMain() {}

  /**
   * @param args the port on 127.0.0.1, and the folder of its journal
   */
  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[1]);
    ConfigurationImpl configuration = new ConfigurationImpl();
    configuration
        .setPersistenceEnabled(true)
        .setSecurityEnabled(false)
        .setJMXManagementEnabled(false)
        .setJournalType(JournalType.NIO)
        .setJournalFileSize(4 << 20)
        .setJournalDirectory(folder.resolve("journal").toString())
        .setBindingsDirectory(folder.resolve("bindings").toString())
        .setPagingDirectory(folder.resolve("paging").toString())
        .setLargeMessagesDirectory(folder.resolve("large").toString())
        .setMaxDiskUsage(-1)
        .addAcceptorConfiguration("tcp", "tcp://127.0.0.1:" + args[0]);
    configuration.addAddressSetting(
        "#",
        new AddressSettings()
            .setDeadLetterAddress(SimpleString.of("sms.send.dead"))
            .setExpiryAddress(SimpleString.of("sms.send.dead"))
            .setMaxDeliveryAttempts(10_000)
            .setRedeliveryDelay(REDELIVERY_MS)
            .setRedeliveryMultiplier(2)
            .setMaxRedeliveryDelay(MOST_REDELIVERY_MS)
            .setDefaultAddressRoutingType(RoutingType.ANYCAST)
            .setDefaultQueueRoutingType(RoutingType.ANYCAST)
            .setAutoDeleteAddresses(false)
            .setAutoDeleteQueues(false));
    for (String queue : List.of("sms.send", "sms.send.invalid", "sms.send.dead")) {
      configuration.addAddressConfiguration(
          new CoreAddressConfiguration()
              .setName(queue)
              .addRoutingType(RoutingType.ANYCAST)
              .addQueueConfig(
                  QueueConfiguration.of(queue)
                      .setAddress(queue)
                      .setRoutingType(RoutingType.ANYCAST)
                      .setDurable(true)
                      .setAutoDelete(false)));
    }
    ActiveMQServers.newActiveMQServer(configuration).start();
    new CountDownLatch(1).await();
  }
}
