package dev.smsroutes.ledger.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.ledger.Admission;
import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.ledger.Admission.Known;
import dev.smsroutes.model.Outcome.State;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A key belongs to the request that the store names, even if others ask for it at the same moment.
 */
@ParameterizedClass(name = "{0}")
@EnumSource(Store.class)
class KeyOwnerIT extends OnAStore {
  /** Which of the two is first is not in our hands: often enough it is each of them. */
  private static final int OFTEN = 200;

  @Test
  void asking_for_a_key_does_not_take_it() throws Exception {
    JdbcLedger ledger = open();
    for (int i = 0; i < OFTEN; i++) {
      String key = "key-" + i;
      send(ledger, key, waiting(key));
      CountDownLatch go = new CountDownLatch(1);
      Future<Admission> stranger =
          meanwhile(
              () -> {
                go.await();
                return ledger.admit(other(key), LONG);
              });
      go.countDown();
      Admission owner = ledger.admit(submission(key), LONG);

      assertThat(owner).as(key).isInstanceOf(Claim.class);
      ((Claim) owner).release();
      assertThat(((Known) stranger.get()).outcome().state()).isEqualTo(State.DUPLICATE);
    }
  }

  @Test
  void another_request_for_a_key_in_use_is_refused() {
    JdbcLedger ledger = open();
    Claim owner = claim(ledger, "key");

    assertThat(known(ledger, other("key")).state()).isEqualTo(State.DUPLICATE);

    owner.release();
  }
}
