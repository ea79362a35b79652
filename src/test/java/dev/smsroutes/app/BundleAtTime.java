package dev.smsroutes.app;

import java.time.Clock;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A bundle that goes by the clock of a test; the product has no such door. */
public final class BundleAtTime {
  private BundleAtTime() {}

  public static Bundle start(Map<String, String> overrides, Clock clock) {
    return Bundle.start(overrides, clock, UnaryOperator.identity());
  }
}
