package dev.smsroutes.intake.jms;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.smsroutes.access.Keys;
import dev.smsroutes.broker.EmbeddedBroker;
import dev.smsroutes.config.JmsOptions;
import dev.smsroutes.config.TestOptions;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.HandOver;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Reason;
import dev.smsroutes.model.SendRequest;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/**
 * The real route on a real broker, with a scripted pipeline behind it and a client in front of it.
 */
final class JmsBench implements AutoCloseable {
  static final String GOOD =
      "{\"definitionKey\":\"welcome\",\"messageKey\":\"%s\","
          + "\"recipient\":{\"contactKey\":\"c1\",\"to\":\"+4915112345678\"}}";
  private static final long PATIENCE_MS = 10_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  final EmbeddedBroker broker;
  final CamelContext camel = new DefaultCamelContext();
  final List<SendRequest> handedOver = new CopyOnWriteArrayList<>();
  final List<Map<String, Object>> headersSeen = new CopyOnWriteArrayList<>();
  final List<Boolean> lastChances = new CopyOnWriteArrayList<>();
  final List<Optional<String>> callers = new CopyOnWriteArrayList<>();
  final List<Origin> origins = new CopyOnWriteArrayList<>();
  final AtomicInteger crashesAfterAnswer = new AtomicInteger();
  private final Map<String, AtomicInteger> tries = new ConcurrentHashMap<>();
  private final Map<String, MessageConsumer> consumers = new HashMap<>();
  private final Connection connection;
  final Session session;

  /** An outcome for a request, at its first, second, … try. */
  interface OutcomeScript {
    Outcome outcome(SendRequest request, int attempt) throws Exception;
  }

  JmsBench(Path directory, OutcomeScript script, String... keysAndValues) throws Exception {
    this(directory, script, JmsBench::read, keysAndValues);
  }

  JmsBench(Path directory, OutcomeScript script, JmsRequestReader reader, String... keysAndValues)
      throws Exception {
    Map<String, String> keys = new HashMap<>();
    keys.put("sms.jms.enabled", "true");
    keys.put("sms.jms.port", "0");
    keys.put("sms.jms.directory", directory.toString());
    keys.put("sms.jms.queue", "sms.send");
    keys.put("sms.jms.concurrency", "2");
    keys.put("sms.jms.redelivery-delay", "20ms");
    keys.put("sms.jms.max-redelivery-delay", "50ms");
    keys.put("sms.jms.max-attempts", "3");
    for (int i = 0; i < keysAndValues.length; i += 2) {
      keys.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    // Of callers, if the broker is to ask for them.
    Optional<Path> keysFile = Optional.ofNullable(keys.remove("sms.http.keys-file")).map(Path::of);
    JmsOptions options = TestOptions.jms(keys);
    broker = EmbeddedBroker.start(options.broker(), options.port(), keysFile.map(Keys::open));

    Properties properties = new Properties();
    properties.putAll(keys);
    camel.getPropertiesComponent().setInitialProperties(properties);
    JmsIntake intake =
        new JmsIntake(options, reader, Outcome::toString, JmsBench::callerOfReplay, false);
    camel.addComponent(
        "jms", intake.component(broker.connectionFactory(), broker.connectionFactory()));
    camel.getRegistry().bind(JmsIntake.BEAN, intake);
    camel.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:sms-send")
                .routeId("sms-send")
                .errorHandler(noErrorHandler())
                .process(
                    exchange -> {
                      SendRequest request = exchange.getMessage().getBody(SendRequest.class);
                      headersSeen.add(new HashMap<>(exchange.getMessage().getHeaders()));
                      lastChances.add(exchange.getProperty(HandOver.LAST_CHANCE, Boolean.class));
                      callers.add(
                          Optional.ofNullable(exchange.getProperty(HandOver.CALLER, String.class)));
                      origins.add(exchange.getProperty(HandOver.ORIGIN, Origin.class));
                      handedOver.add(request);
                      int attempt =
                          tries
                              .computeIfAbsent(
                                  String.valueOf(request.messageKey()), key -> new AtomicInteger())
                              .incrementAndGet();
                      exchange
                          .getMessage()
                          .setBody(
                              request.unreadable().isEmpty()
                                  ? script.outcome(request, attempt)
                                  : Outcome.Refused.of(
                                      "r1",
                                      Optional.ofNullable(request.messageKey()),
                                      request.unreadable()));
                    });
          }
        });
    PluginHelper.getRoutesLoader(camel)
        .loadRoutes(ResourceHelper.resolveResource(camel, "file:routes/jms-intake.camel.yaml"));
    AdviceWith.adviceWith(
        camel,
        "sms-jms-intake",
        advice ->
            advice
                .weaveAddLast()
                .process(
                    exchange -> {
                      if (crashesAfterAnswer.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                        throw new IllegalStateException("stopped on purpose");
                      }
                    }));
    camel.start();
    connection =
        keysFile.isPresent()
            ? broker.connectionFactory().createConnection()
            : broker.connectionFactory().createConnection("u", "p");
    connection.start();
    session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
  }

  /** What the wiring does with the real reader, cut down to what these tests need. */
  static SendRequest read(byte[] json, Optional<String> key) {
    try {
      JsonNode root = JSON.readTree(json);
      if (root == null || !root.isObject()) {
        throw new InvalidRequestException(
            new Fault("", ErrorCode.MALFORMED_JSON, "Expected a JSON object"));
      }
      return new SendRequest(
          root.path("messageKey").asText(key.orElse(null)),
          root.path("definitionKey").asText(null),
          null,
          null);
    } catch (JsonProcessingException e) {
      throw new InvalidRequestException(
          new Fault("", ErrorCode.MALFORMED_JSON, "Expected JSON; it ends at line 1, column 9"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static Outcome accepted(SendRequest request) {
    return new Outcome.Accepted("r1", Optional.ofNullable(request.messageKey()), false);
  }

  static Outcome refused(SendRequest request) {
    return Outcome.Refused.of(
        "r1",
        Optional.ofNullable(request.messageKey()),
        List.of(
            new Fault("definitionKey", ErrorCode.INVALID_DEFINITION_KEY, "No such definition"),
            new Fault("recipient.to", ErrorCode.INVALID_TO, "Expected a mobile number")));
  }

  static Outcome waiting(SendRequest request) {
    return new Outcome.Unsettled(
        "r1",
        Optional.ofNullable(request.messageKey()),
        Reason.UNAVAILABLE,
        false,
        503,
        "The API is unavailable",
        Optional.empty());
  }

  TextMessage text(String body) throws JMSException {
    return session.createTextMessage(body);
  }

  void send(Message message) throws JMSException {
    session.createProducer(session.createQueue("sms.send")).send(message);
  }

  /** The next message of a queue; fails when none comes. */
  Message take(String queue) throws JMSException {
    // Stays open: the body of a large message comes when it is read.
    MessageConsumer consumer = consumers.get(queue);
    if (consumer == null) {
      consumer = session.createConsumer(session.createQueue(queue));
      consumers.put(queue, consumer);
    }
    Message message = consumer.receive(PATIENCE_MS);
    assertThat(message).as("a message on " + queue).isNotNull();
    return message;
  }

  int depth(String queue) throws JMSException {
    Enumeration<?> messages = session.createBrowser(session.createQueue(queue)).getEnumeration();
    return Collections.list(messages).size();
  }

  /** How many messages are on a queue, readable for JMS clients or not. */
  long waiting(String queue) throws Exception {
    return ((ActiveMQSession) session)
        .getCoreSession()
        .queueQuery(SimpleString.of(queue))
        .getMessageCount();
  }

  static Map<String, Object> properties(Message message) throws JMSException {
    Map<String, Object> properties = new TreeMap<>();
    for (Object name : Collections.list((Enumeration<?>) message.getPropertyNames())) {
      properties.put((String) name, message.getObjectProperty((String) name));
    }
    return properties;
  }

  static String utf8(BytesMessage message) throws JMSException {
    byte[] body = new byte[(int) message.getBodyLength()];
    message.readBytes(body);
    return new String(body, StandardCharsets.UTF_8);
  }

  static OutcomeScript always(Function<SendRequest, Outcome> outcome) {
    return (request, attempt) -> outcome.apply(request);
  }

  @Override
  public void close() throws JMSException {
    try (connection) {
      camel.stop();
    } finally {
      broker.close();
    }
  }

  /** Each message with a key such as {@code of-bank} is on record as one of {@code bank}. */
  static Optional<String> callerOfReplay(String recorded, String key) {
    return recorded.startsWith("of-")
        ? Optional.of(recorded.substring("of-".length()))
        : Optional.empty();
  }
}
