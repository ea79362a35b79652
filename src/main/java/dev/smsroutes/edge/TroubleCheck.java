package dev.smsroutes.edge;

import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** A health check that is down as long as something says that it is in trouble. Thread-safe. */
public final class TroubleCheck extends AbstractHealthCheck {
  private final Supplier<Optional<String>> trouble;

  /**
   * @param name under which it shows
   * @param trouble in words for an operator, without personal data; empty when all is well
   */
  public TroubleCheck(String name, Supplier<Optional<String>> trouble) {
    super("sms-routes", name);
    this.trouble = trouble;
  }

  @Override
  protected void doCall(HealthCheckResultBuilder result, Map<String, Object> options) {
    Optional<String> reason = trouble.get();
    if (reason.isPresent()) {
      result.message(reason.get()).down();
    } else {
      result.up();
    }
  }
}
