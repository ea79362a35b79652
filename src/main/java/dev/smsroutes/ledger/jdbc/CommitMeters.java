package dev.smsroutes.ledger.jdbc;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** How long a commit takes, and how many records share it. Thread-safe. */
final class CommitMeters {
  private static final Duration[] TIMES =
      LongStream.of(1, 2, 5, 10, 25, 50, 100, 250, 1_000, 5_000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  private final Timer time;
  private final DistributionSummary records;

  CommitMeters(MeterRegistry registry) {
    time =
        Timer.builder("sms.ledger.commit")
            .description("Time of one commit of the ledger")
            .serviceLevelObjectives(TIMES)
            .register(registry);
    records =
        DistributionSummary.builder("sms.ledger.batch.size")
            .description("Records in one commit of the ledger")
            .serviceLevelObjectives(1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
            .register(registry);
  }

  /** Nobody reads them. */
  static CommitMeters unread() {
    return new CommitMeters(new CompositeMeterRegistry());
  }

  void committed(int size, long nanos) {
    time.record(nanos, TimeUnit.NANOSECONDS);
    records.record(size);
  }
}
