package dev.smsroutes.app;

import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** A health check that is down as long as something says that it is in trouble. Thread-safe. */
final class OutageCheck extends AbstractHealthCheck {
  private final Supplier<Optional<String>> outage;
  private final boolean readiness;

  /**
   * @param name under which it shows
   * @param outage in words for an operator, without personal data; empty when all is well
   * @param readiness whether another node may be well, so that this one should get no requests
   */
  OutageCheck(String name, Supplier<Optional<String>> outage, boolean readiness) {
    super("sms-routes", name);
    this.outage = outage;
    this.readiness = readiness;
  }

  @Override
  public boolean isReadiness() {
    return readiness;
  }

  @Override
  protected void doCall(HealthCheckResultBuilder result, Map<String, Object> options) {
    outage.get().ifPresentOrElse(why -> result.message(why).down(), result::up);
  }
}
