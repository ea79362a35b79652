package dev.smsroutes.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Lets each test look at once, and soon again, for what it awaits. Awaitility's own 100 ms before
 * the first look cost the build minutes.
 */
public final class QuickPolls implements BeforeAllCallback {
  private static final Duration SOON = Duration.ofMillis(20);

  @Override
  public void beforeAll(ExtensionContext context) {
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    Awaitility.setDefaultPollInterval(SOON);
  }
}
