package dev.smsroutes.intake.jms;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.config.CoreAddressConfiguration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptorFactory;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.ActiveMQServers;
import org.apache.activemq.artemis.core.server.JournalType;

/** An Artemis that does not check messages, as in older versions of the bundle. */
final class PlainBroker implements AutoCloseable {
  private final ActiveMQServer server;

  /**
   * @param directory as for the bundle's own broker, which can start on it later
   */
  PlainBroker(Path directory) throws Exception {
    ConfigurationImpl configuration = new ConfigurationImpl();
    configuration
        .setJournalDirectory(directory.resolve("journal").toString())
        .setBindingsDirectory(directory.resolve("bindings").toString())
        .setPagingDirectory(directory.resolve("paging").toString())
        .setLargeMessagesDirectory(directory.resolve("large").toString())
        .setNodeManagerLockDirectory(directory.resolve("lock").toString())
        .setJournalType(JournalType.NIO)
        .setJournalFileSize(4 * 1024 * 1024)
        .setSecurityEnabled(false)
        .addAcceptorConfiguration(
            new TransportConfiguration(
                NettyAcceptorFactory.class.getName(),
                new HashMap<>(
                    Map.of("host", "127.0.0.1", "port", 0, "protocols", "CORE,AMQP,STOMP")),
                "tcp"));
    for (String queue : new String[] {"sms.send", "sms.send.invalid", "sms.send.dead"}) {
      configuration.addAddressConfiguration(
          new CoreAddressConfiguration()
              .setName(queue)
              .addRoutingType(RoutingType.ANYCAST)
              .addQueueConfig(
                  QueueConfiguration.of(queue)
                      .setRoutingType(RoutingType.ANYCAST)
                      .setAutoDelete(false)));
    }
    server = ActiveMQServers.newActiveMQServer(configuration);
    server.start();
  }

  int port() {
    return server.getRemotingService().getAcceptor("tcp").getActualPort();
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("The broker could not be stopped", e);
    }
  }
}
