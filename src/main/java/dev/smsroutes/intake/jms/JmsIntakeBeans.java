package dev.smsroutes.intake.jms;

import dev.smsroutes.broker.BrokerOptions.Login;
import dev.smsroutes.broker.EmbeddedBroker;
import dev.smsroutes.broker.ExternalBroker;
import dev.smsroutes.broker.SendingConnection;
import dev.smsroutes.config.JmsOptions;
import dev.smsroutes.model.Outcome;
import jakarta.jms.ConnectionFactory;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;

/**
 * Binds the beans that {@code routes/jms-intake.camel.yaml} names: {@code smsJmsIntake}, and {@code
 * jms}, the component.
 *
 * @param broker the embedded one; empty for an external one, or if the intake is switched off
 * @param json renders an outcome as the body of a reply
 * @param replayed the caller of a message that an operator has sent again: of the key on record,
 *     and the key under which it is sent
 * @param traced whether spans are noted
 */
public record JmsIntakeBeans(
    JmsOptions options,
    Optional<EmbeddedBroker> broker,
    JmsRequestReader reader,
    Function<Outcome, String> json,
    BiFunction<String, String, Optional<String>> replayed,
    boolean traced)
    implements CamelConfiguration {
  @Override
  public void configure(CamelContext context) {
    Registry registry = context.getRegistry();
    JmsIntake intake = new JmsIntake(options, reader, json, replayed, traced);
    if (broker.isPresent()) {
      bind(registry, intake, broker.get().connectionFactory(), broker.get().sendingConnection());
    } else if (options.enabled()) {
      String url = options.brokerUrl().orElseThrow();
      Optional<Login> login = options.broker().login();
      bind(
          registry,
          intake,
          ExternalBroker.connectionFactory(url, login),
          ExternalBroker.sendingConnection(url, login));
    } else {
      ConnectionFactory none = ExternalBroker.none();
      registry.bind("jms", intake.component(none, none));
    }
    registry.bind(JmsIntake.BEAN, intake);
  }

  private void bind(
      Registry registry, JmsIntake intake, ConnectionFactory receiving, SendingConnection sending) {
    registry.bind("jms", intake.component(receiving, sending));
    // Closed with the context, after its routes.
    registry.bind("smsJmsSending", SendingConnection.class, sending, null, "destroy");
  }
}
