package dev.smsroutes.broker;

import dev.smsroutes.broker.BrokerOptions.Queues;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ICoreMessage;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.postoffice.QueueBinding;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.server.ServerSession;
import org.apache.activemq.artemis.core.server.impl.AddressInfo;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerAddressPlugin;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerQueuePlugin;
import org.apache.activemq.artemis.protocol.amqp.exceptions.ActiveMQAMQPNotFoundException;
import org.apache.activemq.artemis.utils.CompositeAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets clients use only the three queues, reply queues and temporary queues: a request under a
 * wrong name would stay forever on a queue without a consumer. A client gets no second queue on the
 * address of one of the three either, because each queue would get half of the messages.
 * Thread-safe.
 */
final class KnownQueues
    implements ActiveMQServerAddressPlugin, ActiveMQServerQueuePlugin, ArrivalCheck {
  /** Prefixes that other brokers put before the name of a queue. */
  static final List<String> PREFIXES = List.of("/queue/", "queue://");

  private static final Logger LOG = LoggerFactory.getLogger(KnownQueues.class);
  private static final Set<RoutingType> QUEUE_ONLY = EnumSet.of(RoutingType.ANYCAST);

  /** Management and notifications; {@link BrokerSecurity} refuses these. */
  private static final String BROKERS_OWN = "activemq.";

  private final Queues queues;
  private final Predicate<String> replies;
  private ActiveMQServer server;

  /**
   * @param replies which queues may be created for replies
   */
  KnownQueues(Queues queues, Predicate<String> replies) {
    this.queues = queues;
    this.replies = replies;
  }

  /** The name of a queue without such a prefix. */
  static String withoutPrefix(String name) {
    return PREFIXES.stream()
        .filter(name::startsWith)
        .findFirst()
        .map(prefix -> name.substring(prefix.length()))
        .orElse(name);
  }

  @Override
  public void registered(ActiveMQServer broker) {
    server = broker;
  }

  @Override
  public void beforeAddAddress(AddressInfo address, boolean reload) throws ActiveMQException {
    if (isServing() && (!address.isTemporary() || isKnown(address.getName().toString()))) {
      require(address.getName(), address.getRoutingTypes());
    }
  }

  @Override
  public void beforeUpdateAddress(SimpleString address, EnumSet<RoutingType> routingTypes)
      throws ActiveMQException {
    if (isServing()) {
      require(address, routingTypes);
    }
  }

  @Override
  public void beforeCreateQueue(QueueConfiguration queue) throws ActiveMQException {
    if (!isServing()) {
      return;
    }
    SimpleString address = queue.getAddress();
    if (!queue.getName().equals(address) && !isTemporary(address)) {
      throw refused(CompositeAddress.toFullyQualified(address, queue.getName()).toString());
    }
    if (queue.isTemporary() && isKnown(address.toString())) {
      // It would go with its client, and the messages of others in it.
      throw refused(address.toString());
    }
    if (!queue.isTemporary()) {
      require(address, EnumSet.of(queue.getRoutingType()));
    }
  }

  /** Before that, the broker creates the configured queues and loads those on disk. */
  private boolean isServing() {
    return server.isActive();
  }

  @Override
  public void arrives(ServerSession session, Message message) throws ActiveMQException {
    SimpleString name = session.removePrefix(message.getAddressSimpleString());
    // Null: the previous address of this session.
    if (name == null || isTemporary(name)) {
      return;
    }
    SimpleString address = CompositeAddress.extractAddressName(name);
    if (!CompositeAddress.extractQueueName(name).equals(address)) {
      throw refused(name.toString());
    }
    // For AMQP the link has the routing type; for other protocols the message.
    boolean topic =
        message instanceof ICoreMessage && message.getRoutingType() == RoutingType.MULTICAST;
    require(address, EnumSet.of(topic ? RoutingType.MULTICAST : RoutingType.ANYCAST));
  }

  /** Logs the queues with messages that an older version let clients create. */
  void reportOthers() throws Exception {
    List<QueueBinding> bindings =
        server
            .getPostOffice()
            .getAllBindings()
            .filter(QueueBinding.class::isInstance)
            .map(QueueBinding.class::cast)
            .toList();
    for (QueueBinding binding : bindings) {
      String name = binding.getUniqueName().toString();
      Queue queue = binding.getQueue();
      boolean known = name.equals(binding.getAddress().toString()) && isKnown(name);
      if (!known && !queue.isTemporary() && queue.getMessageCount() > 0) {
        LOG.warn(
            "queue=\"{}\" address=\"{}\" messages={} no consumer reads this queue; an older version"
                + " let clients make it",
            LogText.shown(name),
            LogText.shown(binding.getAddress().toString()),
            queue.getMessageCount());
      }
    }
  }

  private boolean isKnown(String name) {
    return queues.contains(name) || replies.test(name) || name.startsWith(BROKERS_OWN);
  }

  private void require(SimpleString address, Set<RoutingType> routingTypes)
      throws ActiveMQException {
    String name = address.toString();
    boolean known = isKnown(name);
    if (!known || !QUEUE_ONLY.containsAll(routingTypes)) {
      throw refused(known ? "topic://" + name : name);
    }
  }

  private boolean isTemporary(SimpleString address) {
    AddressInfo info = server.getAddressInfo(address);
    return info != null && info.isTemporary();
  }

  /** AMQP clients get "not found" for it, JMS clients "invalid destination". */
  private ActiveMQException refused(String name) {
    LOG.warn("queue=\"{}\" refused: there is no such queue", LogText.shown(name));
    return new ActiveMQAMQPNotFoundException(
        "Expected queue "
            + queues.send()
            + " or a reply queue (sms.jms.reply-queues); got "
            + LogText.shown(name));
  }
}
