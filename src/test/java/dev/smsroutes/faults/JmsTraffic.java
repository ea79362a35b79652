package dev.smsroutes.faults;

import dev.smsroutes.faults.Told.State;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/**
 * A JMS producer that repeats a send until the broker has confirmed it, and a reader of what comes
 * back: replies, and the queues of refused and of dead messages.
 */
final class JmsTraffic implements Traffic {
  private static final String REPLIES = "sms.reply.faults";
  private static final String REQUESTS = "sms.send";
  private static final String INVALID = "sms.send.invalid";
  private static final String DEAD = "sms.send.dead";
  private static final int RECEIVE_MS = 20;
  private static final int RECONNECT_MS = 200;
  private static final long CALL_MS = 5_000;

  /**
   * @param limit how many messages are sent
   * @param maxPauseMs the longest pause between two of them
   * @param flawed which share of them can never be sent
   */
  record Options(int limit, int maxPauseMs, double flawed) {
    /** Some ten a second, until it is stopped. */
    static Options steady() {
      return new Options(Integer.MAX_VALUE, 100, 0.05);
    }
  }

  private final String name;
  private final Notebook notebook;
  private final Supplier<String> url;
  private final Options options;
  private final SplittableRandom random;
  private final Map<String, Request> open = new ConcurrentHashMap<>();
  private final Workers sender;
  private final Workers reader;
  private volatile boolean stopped;

  /** Starts sending and reading. */
  JmsTraffic(
      String name,
      Notebook notebook,
      Supplier<String> url,
      Options options,
      SplittableRandom random) {
    this.name = name;
    this.notebook = notebook;
    this.url = url;
    this.options = options;
    this.random = random;
    this.sender = new Workers(notebook);
    this.reader = new Workers(notebook);
    sender.start("jms-sender", this::send);
    reader.start("jms-reader", this::read);
  }

  /** One connection with its session, closed without a fuss: its broker may be dead. */
  private static final class Line implements AutoCloseable {
    private final ActiveMQConnectionFactory factory;
    private final Connection connection;
    private final Session session;

    Line(String url) throws JMSException {
      factory = new ActiveMQConnectionFactory(url);
      factory.setCallTimeout(CALL_MS);
      factory.setReconnectAttempts(0);
      Connection opened = null;
      try {
        opened = factory.createConnection();
        session = opened.createSession(false, Session.AUTO_ACKNOWLEDGE);
        opened.start();
      } catch (JMSException | RuntimeException e) {
        quietly(opened);
        quietly(factory);
        throw e;
      }
      connection = opened;
    }

    private static void quietly(AutoCloseable closeable) {
      try {
        if (closeable != null) {
          closeable.close();
        }
      } catch (Exception e) {
        // Nothing depends on a farewell.
      }
    }

    @Override
    public void close() {
      quietly(connection);
      quietly(factory);
    }
  }

  private void send() {
    Line line = null;
    try {
      for (int n = 0; n < options.limit() && !stopped; n++) {
        String id = name + n;
        Request request =
            random.nextDouble() < options.flawed()
                ? new Request(id, id, Flaw.visible(random.nextInt(3)))
                : Request.inOrder(id);
        int keyIn = random.nextInt(3);
        notebook.requested(request);
        open.put(id, request);
        boolean sent = false;
        while (!sent && !reader.isClosed()) {
          try {
            line = line == null ? new Line(url.get()) : line;
            send(line.session, request, keyIn);
            notebook.acknowledged(request);
            sent = true;
          } catch (JMSException | RuntimeException e) {
            // It may be in the queue or not: the same key again does no harm.
            notebook.count("JMS sends repeated");
            close(line);
            line = null;
            reader.think(RECONNECT_MS);
          }
        }
        if (options.maxPauseMs() > 0) {
          reader.think(random.nextInt(options.maxPauseMs()));
        }
      }
    } finally {
      close(line);
    }
  }

  private static void close(Line line) {
    if (line != null) {
      line.close();
    }
  }

  /** Persistent, as is the default of JMS; the key in one of the places where it may be. */
  private static void send(Session session, Request request, int keyIn) throws JMSException {
    TextMessage message =
        session.createTextMessage(keyIn == 0 ? request.jsonWithKey() : request.json());
    if (keyIn == 1) {
      message.setStringProperty("messageKey", request.key());
    } else if (keyIn == 2) {
      message.setStringProperty("_AMQ_DUPL_ID", request.key());
    }
    message.setJMSCorrelationID(request.id());
    message.setJMSReplyTo(session.createQueue(REPLIES));
    try (MessageProducer producer = session.createProducer(session.createQueue(REQUESTS))) {
      producer.send(message);
    }
  }

  private void read() {
    while (!reader.isClosed()) {
      try (Line line = new Line(url.get());
          MessageConsumer replies = consumer(line, REPLIES);
          MessageConsumer invalid = consumer(line, INVALID);
          MessageConsumer dead = consumer(line, DEAD)) {
        while (!reader.isClosed()) {
          readAll(replies, this::reply);
          readAll(invalid, this::refused);
          readAll(dead, this::died);
          if (sender.working() == 0 && open.isEmpty() && isEmpty(line.session)) {
            return;
          }
        }
      } catch (JMSException | RuntimeException e) {
        notebook.count("JMS readers reconnected");
        reader.think(RECONNECT_MS);
      }
    }
  }

  private static MessageConsumer consumer(Line line, String queue) throws JMSException {
    return line.session.createConsumer(line.session.createQueue(queue));
  }

  @FunctionalInterface
  private interface Note {
    void take(Message message, Request request) throws JMSException;
  }

  private void readAll(MessageConsumer consumer, Note note) throws JMSException {
    for (Message message = consumer.receive(RECEIVE_MS);
        message != null && !reader.isClosed();
        message = consumer.receive(RECEIVE_MS)) {
      Optional<Notebook.Entry> entry = find(message);
      if (entry.isPresent()) {
        note.take(message, entry.get().request());
      } else {
        notebook.complain("A JMS message came back that nobody had sent");
      }
    }
  }

  /** What was queued over HTTP has no correlation id, but its key is that of the request. */
  private Optional<Notebook.Entry> find(Message message) throws JMSException {
    String id = message.getJMSCorrelationID();
    String key = message.getStringProperty("smsMessageKey");
    return Stream.of(id, key).filter(Objects::nonNull).findFirst().flatMap(notebook::find);
  }

  /** What a refused or a dead request was told is read from its queue, where its state is named. */
  private void reply(Message message, Request request) throws JMSException {
    boolean accepted =
        message instanceof TextMessage text
            && Web.json(text.getText()).path("errorcode").asInt(-1) == 0;
    if (accepted) {
      tell(request, Told.accepted("JMS reply"));
    } else {
      notebook.count("JMS replies of refusal");
    }
  }

  private void refused(Message message, Request request) throws JMSException {
    notebook.count("on " + INVALID);
    String reason = message.getStringProperty("smsReason");
    if (reason == null || reason.isBlank()) {
      notebook.complain(request.id() + " came to " + INVALID + " without a reason");
    }
    tell(request, Told.refused(code(message), INVALID));
  }

  private void died(Message message, Request request) throws JMSException {
    notebook.count("on " + DEAD);
    String state = message.getStringProperty("smsState");
    tell(
        request,
        new Told(
            "PARKED".equals(state)
                ? State.PARKED
                : "WAITING".equals(state) ? State.NOT_SENT : State.UNCERTAIN,
            code(message),
            DEAD));
  }

  private static int code(Message message) throws JMSException {
    return message.propertyExists("smsErrorCode") ? message.getIntProperty("smsErrorCode") : -1;
  }

  private void tell(Request request, Told told) {
    notebook.told(request, told);
    open.remove(request.id());
  }

  private static boolean isEmpty(Session session) throws JMSException {
    Queue requests = session.createQueue(REQUESTS);
    try (QueueBrowser browser = session.createBrowser(requests)) {
      return !browser.getEnumeration().hasMoreElements();
    }
  }

  /** Whether all messages up to the limit were sent, or it was stopped. */
  boolean isSent() {
    return sender.working() == 0;
  }

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public boolean isDrained() {
    return sender.working() == 0 && reader.working() == 0;
  }

  @Override
  public String left() {
    return open.size() + " JMS messages without an outcome";
  }

  @Override
  public void close() {
    stopped = true;
    sender.close();
    reader.close();
  }
}
