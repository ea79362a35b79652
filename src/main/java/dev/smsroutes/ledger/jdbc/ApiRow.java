package dev.smsroutes.ledger.jdbc;

import dev.smsroutes.ledger.MadeFor;
import dev.smsroutes.ledger.OtherApiException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The row that says for which API a ledger was made. */
final class ApiRow {
  private static final Logger LOG = LoggerFactory.getLogger(ApiRow.class);

  private ApiRow() {}

  /** Empty if the ledger was never opened for an API. */
  static Optional<MadeFor> find(Connection connection) throws SQLException {
    return Database.select(
            connection,
            "SELECT host, account FROM api",
            row -> new MadeFor(row.getString(1), Optional.ofNullable(row.getString(2))))
        .stream()
        .findFirst();
  }

  /**
   * Writes it into a new ledger, and checks that of another. Several nodes may do so at once.
   *
   * @throws OtherApiException if the ledger was made for another API
   */
  static void require(Connection connection, MadeFor api) throws SQLException {
    int added =
        Database.update(
            connection,
            "INSERT INTO api (one, host, account) VALUES (1, ?, ?) ON CONFLICT DO NOTHING",
            api.host(),
            api.account().orElse(null));
    MadeFor made = find(connection).orElse(api);
    if (!made.fits(api)) {
      throw new OtherApiException(
          "sms.ledger.url: the ledger was made for %s, and its entries must not answer for %s; set another ledger"
              .formatted(made, api));
    }
    if (made.account().isEmpty() && api.account().isPresent()) {
      Database.update(
          connection,
          "UPDATE api SET account = ? WHERE account IS NULL",
          api.account().orElseThrow());
    }
    if (added > 0 && isUsed(connection)) {
      LOG.warn(
          "ledger=adopted for={} it has entries that do not say for which API they were made. If"
              + " that was the sandbox, stop and set another sms.ledger.url",
          api);
    }
  }

  private static boolean isUsed(Connection connection) throws SQLException {
    return !Database.select(connection, "SELECT 1 FROM message LIMIT 1", row -> 1).isEmpty();
  }
}
