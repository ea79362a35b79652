package dev.smsroutes.ledger.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.smsroutes.ledger.MadeFor;
import dev.smsroutes.ledger.OtherApiException;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A ledger belongs to the API that used it first. */
@ParameterizedClass(name = "{0}")
@EnumSource(Store.class)
class OneApiIT extends OnAStore {
  private static final MadeFor REAL = MadeFor.api("https://api.example.com", Optional.empty());
  private static final MadeFor UNIT = MadeFor.api("https://api.example.com", Optional.of("12"));

  @BeforeEach
  void belongs_to_none() {
    open().close();
    execute("DELETE FROM api");
  }

  private void use(MadeFor api) {
    JdbcLedger.open(options(), clock, api).close();
  }

  @Test
  void serves_the_api_that_used_it_first_and_no_other() {
    use(REAL);
    use(REAL);

    for (MadeFor other :
        new MadeFor[] {
          MadeFor.SANDBOX,
          MadeFor.api("http://127.0.0.1:8089", Optional.empty()),
          MadeFor.api("https://other.example.com", Optional.empty())
        }) {
      assertThatThrownBy(() -> use(other))
          .isInstanceOf(OtherApiException.class)
          .hasMessage(
              "sms.ledger.url: the ledger was made for api.example.com, and its entries must not"
                  + " answer for "
                  + other
                  + "; set another ledger");
    }
    use(REAL);
  }

  @Test
  void an_account_may_be_named_later_and_is_kept_then() {
    use(REAL);
    use(UNIT);

    assertThatThrownBy(() -> use(MadeFor.api("https://api.example.com", Optional.of("13"))))
        .isInstanceOf(OtherApiException.class)
        .hasMessageContaining("sms.api.account-id=12");
  }

  @Test
  void a_file_says_for_which_api_it_was_made() {
    assertThat(JdbcLedger.madeFor(options())).isEmpty();
    use(UNIT);

    // A database on a server is asked by the start itself.
    assertThat(JdbcLedger.madeFor(options()))
        .isEqualTo(store == Store.SQLITE ? Optional.of(UNIT) : Optional.empty());
  }

  @Test
  void a_ledger_of_an_earlier_version_does_not_say() {
    execute("DROP TABLE api");
    try {
      assertThat(JdbcLedger.madeFor(options())).isEmpty();
    } finally {
      execute("CREATE TABLE api (one SMALLINT PRIMARY KEY, host TEXT NOT NULL, account TEXT)");
    }
  }
}
