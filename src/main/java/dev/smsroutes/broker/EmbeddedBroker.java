package dev.smsroutes.broker;

import dev.smsroutes.access.Keys;
import dev.smsroutes.broker.BrokerOptions.Queues;
import dev.smsroutes.broker.BrokerOptions.Redelivery;
import dev.smsroutes.disk.FileFailure;
import dev.smsroutes.disk.PrivateFiles;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQIOErrorException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.api.jms.ActiveMQJMSClient;
import org.apache.activemq.artemis.api.jms.JMSFactoryType;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.CoreAddressConfiguration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.remoting.impl.invm.InVMAcceptorFactory;
import org.apache.activemq.artemis.core.remoting.impl.invm.InVMConnectorFactory;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptor;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptorFactory;
import org.apache.activemq.artemis.core.remoting.impl.netty.TransportConstants;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.ActiveMQServers;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.server.ServerSession;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.utils.critical.CriticalAnalyzerPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An Artemis inside this process: persistent, without management.
 *
 * <p>CORE, AMQP and STOMP clients connect over TCP, this process in memory. The broker acknowledges
 * a message after fsync. Long queues are paged to disk, so that memory stays bounded; above a limit
 * further requests are refused. Thread-safe.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);

  /** The API takes up to 4 MB (contract, section 4); twice that leaves room for UTF-16 texts. */
  static final int MAX_MESSAGE_BYTES = 8 * 1024 * 1024;

  /** In the folder of a broker; locked while it runs. */
  static final String LOCK = "in-use.lock";

  private static final String TCP = "tcp";
  private static final int MEBIBYTE = 1024 * 1024;

  /** With less room on its disk the broker takes no message. */
  public static final long MIN_DISK_FREE_BYTES = 256L * MEBIBYTE;

  private static final AtomicInteger NEXT_ID = new AtomicInteger(1);

  private final BrokerOptions options;
  private final int id = NEXT_ID.getAndIncrement();
  private final FileChannel lock;
  private final ActiveMQServer server;
  private final KnownQueues knownQueues;
  private final PortOptions port;
  private final Logins logins;
  private final BrokerDoor door;
  private final QueueLimit limit;

  /** Set once, at the end of the start. */
  private Optional<BackupSocket> backups = Optional.empty();

  private EmbeddedBroker(
      BrokerOptions options, PortOptions port, Optional<Keys> keys, FileChannel lock)
      throws Exception {
    this.options = options;
    this.port = port;
    this.lock = lock;
    this.logins = new Logins(options.login(), keys.filter(callers -> port.asksForKeys()));
    this.door = new BrokerDoor(port, !logins.areNotNeeded());
    this.knownQueues = new KnownQueues(options.queues(), options.replyQueues());
    this.server =
        ActiveMQServers.newActiveMQServer(
            configuration(),
            null,
            new BrokerSecurity(
                logins,
                options.queues(),
                options.replyQueues(),
                port.ownReplies(),
                this::isTemporaryOf));
    server.registerBrokerPlugin((ArrivalCheck) EmbeddedBroker::limitSize);
    server.registerBrokerPlugin(knownQueues);
    server.registerBrokerPlugin(new CallerStamp(!logins.areNotNeeded()));
    server.registerBrokerPlugin(new ReadableMessages(options.queues().dead()));
    this.limit =
        new QueueLimit(
            options.queues().send(),
            options.maxQueuedBytes(),
            () -> server.locateQueue(options.queues().send()).getPersistentSize(),
            () -> server.getPagingManager().isDiskFull());
    server.registerBrokerPlugin(limit);
  }

  /** A JMS client reads a whole text into the heap before its length can be checked. */
  private static void limitSize(ServerSession session, Message message) throws ActiveMQException {
    long size = message.getPersistentSize();
    if (size > MAX_MESSAGE_BYTES) {
      throw new ActiveMQIOErrorException(
          "Expected a message of at most " + MAX_MESSAGE_BYTES + " bytes; got " + size);
    }
  }

  /** As {@link #start(BrokerOptions, PortOptions, Optional)}, for this machine only. */
  public static EmbeddedBroker start(BrokerOptions options) {
    return start(options, PortOptions.onLoopback(), Optional.empty());
  }

  /**
   * Starts a broker and waits until it accepts connections.
   *
   * @param port who may connect, and how
   * @param keys the callers who may log in, if the port asks for them; to be closed after this
   * @throws IllegalStateException if the port is in use, a file of the certificate does not work,
   *     or the directory is in use by another process or not writable; the message names the key to
   *     change
   */
  public static EmbeddedBroker start(BrokerOptions options, PortOptions port, Optional<Keys> keys) {
    FileChannel lock = lock(options.directory());
    boolean started = false;
    EmbeddedBroker broker = null;
    try {
      broker = new EmbeddedBroker(options, port, keys, lock);
      broker.server.start();
      if (!broker.server.isActive()) {
        throw new IllegalStateException("see the broker's own log lines before this one");
      }
      broker.knownQueues.reportOthers();
      broker.open();
      started = true;
    } catch (IllegalStateException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(
          "The embedded broker in " + options.directory() + " could not be started", e);
    } finally {
      if (!started) {
        abandon(broker, lock);
      }
    }
    if (broker.logins.areNotNeeded()) {
      LOG.warn(
          "Any local process may put messages on queue {}: set sms.jms.authentication to ask for"
              + " credentials",
          options.queues().send());
    }
    LOG.info(
        "broker=embedded url=tcp://{}:{} tls={} protocols={} directory={}",
        port.host(),
        broker.port(),
        port.tls().isPresent(),
        broker.protocols(),
        options.directory());
    return broker;
  }

  private String protocols() {
    return port.protocols().stream().map(Protocol::name).collect(Collectors.joining(","));
  }

  private boolean isTemporaryOf(String user, String queue) {
    Queue known = server.locateQueue(queue);
    return known != null
        && known.isTemporary()
        && known.getUser() != null
        && known.getUser().toString().equals(user);
  }

  private void open() throws Exception {
    NettyAcceptor inside = (NettyAcceptor) server.getRemotingService().getAcceptor(TCP);
    try {
      door.open(options.port(), inside, server.getRemotingService());
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(e.getMessage(), e);
    } catch (IOException e) {
      throw new IllegalStateException(
          "sms.jms.port: "
              + options.port()
              + " on "
              + port.host()
              + " (sms.jms.host) is in use, or no address of this machine; stop the other process, set sms.jms.port to another port (0: any free"
              + " port), or name that broker in sms.jms.broker-url",
          e);
    }
    Queues queues = options.queues();
    backups =
        BackupSocket.open(
            options.directory(),
            server.locateQueue(queues.send()),
            List.of(server.locateQueue(queues.invalid()), server.locateQueue(queues.dead())));
  }

  /** The TCP port; the real one, also if 0 was asked for. */
  public int port() {
    return door.port();
  }

  /** Why the certificate in force is not that of its files, for operators; empty if it is. */
  public Optional<String> outage() {
    return door.outage();
  }

  /**
   * A factory of connections within this process. Each call creates a factory; it needs no closing.
   */
  public ConnectionFactory connectionFactory() {
    return withinProcess();
  }

  /** A connection within this process that puts requests into the queue. */
  public SendingConnection sendingConnection() {
    return new SendingConnection(withinProcess());
  }

  /**
   * The queue of requests, for replays within this process; to be closed.
   *
   * @throws JMSException if the broker is stopping
   */
  public RequestQueue requestQueue() throws JMSException {
    return RequestQueue.of(withinProcess(), options.queues());
  }

  private ActiveMQConnectionFactory withinProcess() {
    return ExternalBroker.careful(
        ActiveMQJMSClient.createConnectionFactoryWithoutHA(
            JMSFactoryType.CF,
            new TransportConfiguration(InVMConnectorFactory.class.getName(), inVm())),
        Optional.of(logins.bundle()));
  }

  /** What waits in the queues. */
  public QueueStates queues() {
    return QueueStates.of(options.queues(), this::state);
  }

  private QueueState state(String name) {
    Queue queue = server.locateQueue(name);
    if (queue == null) {
      throw new IllegalStateException("The embedded broker does not run");
    }
    return new QueueState(
        queue.getMessageCount(),
        OptionalLong.of(Math.max(0, queue.getMessageCount() - queue.getScheduledCount())),
        OptionalLong.of(queue.getPersistentSize()),
        Stream.of(
                Optional.ofNullable(queue.peekFirstMessage()),
                Optional.ofNullable(queue.peekFirstScheduledMessage()))
            .flatMap(Optional::stream)
            .map(message -> message.getMessage().getTimestamp())
            // A sender need not say when it sent.
            .filter(time -> time > 0)
            .map(Instant::ofEpochMilli)
            .min(Comparator.naturalOrder()));
  }

  /** Why it takes no requests, for operators; empty if it does. */
  public Optional<String> refusesRequests() {
    if (!server.isActive()) {
      return Optional.of(
          "The embedded broker does not run: the JMS intake takes nothing; restart sms-routes");
    }
    return limit
        .reason()
        .map(why -> "Queue " + options.queues().send() + " takes no requests: " + why);
  }

  /** Stops the broker; the next start on the same directory has its messages again. */
  @Override
  public void close() {
    door.shut();
    backups.ifPresent(BackupSocket::close);
    try {
      server.stop();
    } catch (Exception e) {
      LOG.warn("The embedded broker in {} did not stop cleanly", options.directory(), e);
    } finally {
      door.close();
      release(lock);
    }
  }

  private Configuration configuration() throws Exception {
    Path directory = options.directory().toAbsolutePath();
    ConfigurationImpl configuration = new ConfigurationImpl();
    configuration
        .setName("sms-routes")
        .setPersistenceEnabled(true)
        .setJournalDirectory(directory.resolve("journal").toString())
        .setBindingsDirectory(directory.resolve("bindings").toString())
        .setPagingDirectory(directory.resolve("paging").toString())
        .setLargeMessagesDirectory(directory.resolve("large").toString())
        .setNodeManagerLockDirectory(directory.resolve("lock").toString())
        // AIO needs a native library; NIO uses fsync too, and works everywhere.
        .setJournalType(JournalType.NIO)
        .setJournalSyncTransactional(true)
        .setJournalSyncNonTransactional(true)
        .setJournalDatasync(true)
        // New files are filled with zeros: small ones make the first start fast.
        .setJournalFileSize(4 * MEBIBYTE)
        .setJournalMinFiles(2)
        .setSecurityEnabled(true)
        // Artemis remembers permissions by name, and a name can be a claim. So a caller whose
        // rights
        // end loses them at once, too.
        .setAuthenticationCacheSize(0)
        .setAuthorizationCacheSize(0)
        .setJMXManagementEnabled(false)
        .setMessageCounterEnabled(false)
        .setCriticalAnalyzerPolicy(CriticalAnalyzerPolicy.LOG)
        // The default stops producers on a disk that is 90 % full, which may still have much room.
        .setMaxDiskUsage(-1)
        .setMinDiskFree(MIN_DISK_FREE_BYTES)
        .setGlobalMaxSize(Math.min(64L * MEBIBYTE, Runtime.getRuntime().maxMemory() / 4))
        .setIDCacheSize(20_000)
        .setPersistIDCache(true)
        // A queue named sms.# would get a copy of each request.
        .setWildcardRoutingEnabled(false)
        .setGracefulShutdownEnabled(false)
        // Nothing reads these notifications, and those during a stop fail with a stack trace.
        .setSuppressSessionNotifications(true)
        .addAcceptorConfiguration(
            new TransportConfiguration(InVMAcceptorFactory.class.getName(), inVm(), "vm"))
        .addAcceptorConfiguration(
            new TransportConfiguration(NettyAcceptorFactory.class.getName(), tcp(), TCP));

    configuration.addAddressSetting("#", others());
    Queues queues = options.queues();
    configuration.addAddressSetting(queues.send(), requests());
    configuration.addAddressSetting(queues.invalid(), kept(options.invalidRetention()));
    configuration.addAddressSetting(queues.dead(), kept(options.deadRetention()));
    for (String queue : List.of(queues.send(), queues.invalid(), queues.dead())) {
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
    return configuration;
  }

  private Map<String, Object> inVm() {
    return new HashMap<>(Map.of("serverId", id));
  }

  private Map<String, Object> tcp() {
    return new HashMap<>(
        Map.of(
            // It listens on no port: the door hands its connections over.
            TransportConstants.HTTP_UPGRADE_ENABLED_PROP_NAME,
            true,
            TransportConstants.REMOTING_THREADS_PROPNAME,
            1,
            TransportConstants.PROTOCOLS_PROP_NAME,
            protocols(),
            // The door has a time-out of its own, for the login.
            TransportConstants.HANDSHAKE_TIMEOUT,
            0,
            "anycastPrefix",
            String.join(",", KnownQueues.PREFIXES),
            // Larger messages go to a file before they are complete, and are refused then. Smaller
            // ones stay in memory, where they can be made readable.
            "amqpMinLargeMessageSize",
            MAX_MESSAGE_BYTES));
  }

  /** Reply queues ({@link KnownQueues} allows no others): unused ones are deleted. */
  private static AddressSettings others() {
    return paging(new AddressSettings())
        // A STOMP client that subscribes creates a queue; the default would create a topic.
        .setDefaultAddressRoutingType(RoutingType.ANYCAST)
        .setDefaultQueueRoutingType(RoutingType.ANYCAST)
        .setAutoCreateAddresses(true)
        .setAutoCreateQueues(true)
        .setAutoDeleteAddresses(true)
        .setAutoDeleteQueues(true)
        // A reply that no client reads expires; its queue must not stay forever.
        .setAutoDeleteQueuesSkipUsageCheck(true)
        .setAutoDeleteQueuesDelay(300_000)
        .setAutoDeleteAddressesSkipUsageCheck(true)
        .setAutoDeleteAddressesDelay(300_000);
  }

  private AddressSettings requests() {
    Redelivery redelivery = options.redelivery();
    SimpleString dead = SimpleString.of(options.queues().dead());
    return ours()
        // Without this address Artemis drops a message after its last delivery.
        .setDeadLetterAddress(dead)
        .setMaxDeliveryAttempts(redelivery.attempts())
        // The default 0 would deliver again at once: a busy loop.
        .setRedeliveryDelay(redelivery.first().toMillis())
        .setRedeliveryMultiplier(redelivery.multiplier())
        .setMaxRedeliveryDelay(redelivery.max().toMillis())
        // An expired request must not be sent, but a person must be able to see it.
        .setExpiryAddress(dead);
  }

  /**
   * Messages here wait for a person, so the time that a sender gave them does not count, and any
   * number of deliveries is allowed. They hold numbers and texts, so they do not stay for ever.
   *
   * @param retention zero: until a person takes them
   */
  private static AddressSettings kept(Duration retention) {
    AddressSettings settings = ours().setMaxDeliveryAttempts(-1);
    return retention.isZero()
        ? settings.setNoExpiry(true)
        : settings.setMinExpiryDelay(retention.toMillis()).setMaxExpiryDelay(retention.toMillis());
  }

  private static AddressSettings ours() {
    return paging(new AddressSettings())
        .setDefaultAddressRoutingType(RoutingType.ANYCAST)
        .setDefaultQueueRoutingType(RoutingType.ANYCAST)
        .setAutoCreateAddresses(false)
        .setAutoCreateQueues(false)
        .setAutoDeleteAddresses(false)
        .setAutoDeleteQueues(false);
  }

  private static AddressSettings paging(AddressSettings settings) {
    return settings
        // Empty drops expired messages; null does the same, but warns for each new queue.
        .setDeadLetterAddress(SimpleString.of(""))
        .setExpiryAddress(SimpleString.of(""))
        .setAddressFullMessagePolicy(AddressFullMessagePolicy.PAGE)
        .setMaxSizeBytes(16L * MEBIBYTE)
        .setPageSizeBytes(MEBIBYTE)
        .setMaxReadPageBytes(2 * MEBIBYTE);
  }

  static FileChannel lock(Path directory) {
    return tryLock(directory)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "sms.jms.directory: "
                        + directory
                        + " is in use by another process; stop that process, or set another"
                        + " directory"));
  }

  /**
   * Reserves the directory; closing the channel frees it.
   *
   * @return empty if a broker uses it
   */
  static Optional<FileChannel> tryLock(Path directory) {
    FileChannel channel = null;
    try {
      PrivateFiles.createFolders(directory);
      channel =
          FileChannel.open(
              directory.resolve(LOCK),
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
              PrivateFiles.ofOwner());
      if (channel.tryLock() != null) {
        return Optional.of(channel);
      }
    } catch (OverlappingFileLockException e) {
      // Another broker of this process has it.
    } catch (IOException e) {
      release(channel);
      throw new IllegalStateException(
          "sms.jms.directory: expected a folder that can be made and written; got "
              + FileFailure.words(e),
          e);
    }
    release(channel);
    return Optional.empty();
  }

  private static void abandon(EmbeddedBroker broker, FileChannel lock) {
    if (broker != null) {
      broker.close();
    } else {
      release(lock);
    }
  }

  private static void release(FileChannel lock) {
    if (lock == null) {
      return;
    }
    try {
      lock.close();
    } catch (IOException e) {
      LOG.debug("The lock file could not be closed", e);
    }
  }
}
