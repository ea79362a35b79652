package dev.smsroutes.ledger.jdbc;

import dev.smsroutes.ledger.NoLedgerException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationVersion;

/**
 * The version of a ledger's schema, and the versions with which this sms-routes runs: its own, and
 * the next one, so that nodes can be upgraded one by one. {@code resources/ledger/README.md} has
 * the rule for migrations that makes this safe. Immutable.
 *
 * @param current what the database has; empty if there is no ledger in it
 * @param newest the newest one that this version can make
 * @param behind whether this version would update it
 */
record Schema(Optional<MigrationVersion> current, MigrationVersion newest, boolean behind) {

  /** Reads it; changes nothing. */
  static Schema of(Flyway flyway) {
    MigrationInfoService info = flyway.info();
    MigrationVersion newest =
        Arrays.stream(info.all())
            .filter(migration -> migration.getState().isResolved())
            .map(MigrationInfo::getVersion)
            .max(Comparator.naturalOrder())
            .orElseThrow();
    return new Schema(
        Optional.ofNullable(info.current()).map(MigrationInfo::getVersion),
        newest,
        info.pending().length > 0);
  }

  /** Whether a newer version of sms-routes has updated it. */
  boolean isNewer() {
    return current.filter(version -> version.compareTo(newest) > 0).isPresent();
  }

  /** The last version with which this sms-routes runs. */
  private MigrationVersion atMost() {
    return MigrationVersion.fromVersion(newest.getMajor().add(BigInteger.ONE).toString());
  }

  /**
   * @throws NoLedgerException if it is too new for this version
   */
  void requireNotTooNew() {
    current
        .filter(version -> version.compareTo(atMost()) > 0)
        .ifPresent(
            version -> {
              throw new NoLedgerException(
                  "sms.ledger.url: expected a ledger of schema version at most "
                      + atMost()
                      + "; got "
                      + version
                      + ", made by a newer sms-routes; use the version that made it",
                  NoLedgerException.Found.NEWER);
            });
  }
}
