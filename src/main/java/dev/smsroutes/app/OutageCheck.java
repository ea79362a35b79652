package dev.smsroutes.app;

import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** A health check that tells as long as there is something to tell. Thread-safe. */
final class OutageCheck extends AbstractHealthCheck {
  private final Supplier<Optional<String>> outage;
  private final Weight weight;

  /** What it means that there is something to tell. */
  enum Weight {
    /** Nothing is wrong: the check stays up. */
    NOTE,
    /** It is down; another node would have the same trouble, or this one still sends. */
    ALL_NODES,
    /** It is down, and another node may be well, so that this one should get no requests. */
    THIS_NODE
  }

  /**
   * @param name under which it shows
   * @param outage in words for an operator, without personal data; empty when there is nothing
   */
  OutageCheck(String name, Supplier<Optional<String>> outage, Weight weight) {
    super("sms-routes", name);
    this.outage = outage;
    this.weight = weight;
  }

  @Override
  public boolean isReadiness() {
    return weight == Weight.THIS_NODE;
  }

  @Override
  protected void doCall(HealthCheckResultBuilder result, Map<String, Object> options) {
    Optional<String> why = outage.get();
    why.ifPresent(result::message);
    result.state(why.isEmpty() || weight == Weight.NOTE ? State.UP : State.DOWN);
  }
}
