package dev.smsroutes.ledger;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The settings of the ledger. Immutable.
 *
 * @param url JDBC URL of SQLite ({@code jdbc:sqlite:FILE}) or PostgreSQL ({@code
 *     jdbc:postgresql://HOST/DATABASE})
 * @param user the PostgreSQL user; empty if the URL has it
 * @param password the PostgreSQL password, asked for with each connection; empty to connect without
 *     one
 * @param retention how long an entry is kept after its admission; at least 72 hours, because the
 *     API may remember a key so long (contract, section 4)
 * @param openRetention how long an entry is kept that has not ended or waits for a person
 * @param keepPersonalData whether requests are kept after they are settled
 */
public record LedgerOptions(
    String url,
    Optional<String> user,
    Supplier<Optional<String>> password,
    Duration retention,
    Duration openRetention,
    boolean keepPersonalData) {
  static final Duration MIN_RETENTION = Duration.ofHours(72);

  /**
   * An uncertain message is not sent again automatically later than this after its first attempt.
   */
  public static final Duration RESEND_LIMIT = Duration.ofHours(48);

  private static final String SQLITE = "jdbc:sqlite:";
  private static final String POSTGRESQL = "jdbc:postgresql:";

  public LedgerOptions {
    Objects.requireNonNull(user, "user");
    Objects.requireNonNull(password, "password");
    List<String> faults = new ArrayList<>();
    if (!url.startsWith(SQLITE) && !url.startsWith(POSTGRESQL)) {
      // Without the URL, which may hold a password.
      faults.add(
          "sms.ledger.url: expected "
              + SQLITE
              + "FILE or "
              + POSTGRESQL
              + "//HOST/DATABASE; got another URL");
    }
    if (retention.compareTo(MIN_RETENTION) < 0) {
      faults.add(
          "sms.ledger.retention: expected at least "
              + MIN_RETENTION.toHours()
              + "h, as long as the API may remember a key; got "
              + retention.toHours()
              + "h");
    }
    if (openRetention.compareTo(retention) < 0) {
      faults.add(
          "sms.ledger.open-retention: expected at least sms.ledger.retention; got "
              + openRetention.toHours()
              + "h");
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", faults));
    }
  }

  /** With a password that never changes. */
  public LedgerOptions(
      String url,
      Optional<String> user,
      Optional<String> password,
      Duration retention,
      Duration openRetention,
      boolean keepPersonalData) {
    this(url, user, () -> password, retention, openRetention, keepPersonalData);
  }

  /** The file of an SQLite ledger; empty for PostgreSQL. */
  public Optional<Path> file() {
    return url.startsWith(SQLITE)
        ? Optional.of(Path.of(url.substring(SQLITE.length()).replaceFirst("\\?.*", "")))
        : Optional.empty();
  }

  /** Without the password, which the URL may hold as well. */
  @Override
  public String toString() {
    return "LedgerOptions[" + (file().isPresent() ? SQLITE : POSTGRESQL) + "…]";
  }
}
