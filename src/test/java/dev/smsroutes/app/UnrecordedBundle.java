package dev.smsroutes.app;

import dev.smsroutes.ledger.Admission;
import dev.smsroutes.ledger.Submission;
import dev.smsroutes.model.Outcome;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

/**
 * The bundle without its ledger, for the benchmark that asks what the ledger costs: the pipeline
 * does all that it does, and nothing is recorded. It is not part of the product.
 */
public final class UnrecordedBundle {
  private UnrecordedBundle() {}

  /**
   * @param args {@code --set=KEY=VALUE}, as for {@code serve}
   */
  public static void main(String[] args) throws InterruptedException {
    Map<String, String> overrides = new TreeMap<>();
    for (String arg : args) {
      String[] parts = arg.substring("--set=".length()).split("=", 2);
      overrides.put(parts[0], parts[1]);
    }
    Bundle bundle =
        Bundle.start(overrides, Clock.systemUTC(), ledger -> UnrecordedBundle::unrecorded);
    Runtime.getRuntime().addShutdownHook(new Thread(bundle::close));
    System.out.println("  HTTP     http://127.0.0.1:" + bundle.httpPort() + "/");
    new CountDownLatch(1).await();
  }

  private static Admission unrecorded(Submission submission, Duration patience) {
    return new Admission.Claim() {
      @Override
      public Instant admittedAt() {
        return Instant.EPOCH;
      }

      @Override
      public boolean uncertain() {
        return false;
      }

      @Override
      public boolean attemptOpen() {
        return false;
      }

      @Override
      public void attempted() {
        // Nothing is recorded.
      }

      @Override
      public void ended(Outcome unsettled) {
        // Nothing is recorded.
      }

      @Override
      public Outcome settle(Outcome outcome) {
        return outcome;
      }

      @Override
      public void release() {
        // Nothing was claimed.
      }
    };
  }
}
