package dev.smsroutes.ledger.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.smsroutes.ledger.Admission;
import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.ledger.Admission.Known;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Two processes on one PostgreSQL, one of which may die or stand still. */
@ParameterizedClass(name = "{0}")
@EnumSource(value = Store.class, names = "POSTGRESQL")
class TwoNodesIT extends OnAStore {
  private static final Duration LIFE = FAST.life().plusMillis(1);

  @Test
  void a_node_waits_for_a_key_of_another_node() throws Exception {
    JdbcLedger one = open();
    JdbcLedger two = open();
    Claim claim = claim(one, "key");
    Future<Admission> second = meanwhile(() -> two.admit(submission("key"), LONG));
    claim.attempted();
    assertThat(second).isNotDone();
    claim.settle(accepted("key"));

    assertThat(second.get()).isEqualTo(new Known(new Accepted("api-1", Optional.of("key"), true)));
  }

  @Test
  void it_waits_no_longer_than_asked() {
    JdbcLedger one = open();
    JdbcLedger two = open();
    claim(one, "key");

    Admission second = two.admit(submission("key"), Duration.ofMillis(150));
    assertThat(((Unsettled) ((Known) second).outcome()).reason()).isEqualTo(Reason.UNDER_WAY);
  }

  @Test
  void another_request_does_not_wait() {
    JdbcLedger one = open();
    JdbcLedger two = open();
    claim(one, "key");

    assertThat(known(two, other("key")).state()).isEqualTo(State.DUPLICATE);
  }

  @Test
  void takes_over_the_claims_of_a_dead_node() {
    JdbcLedger one = open(STANDING_STILL);
    JdbcLedger two = open();
    claim(one, "admitted");
    claim(one, "attempted").attempted();
    one.abandon();

    Admission early = two.admit(submission("attempted"), Duration.ZERO);
    assertThat(((Unsettled) ((Known) early).outcome()).reason()).isEqualTo(Reason.UNDER_WAY);
    clock.forward(LIFE);
    assertThat(claim(two, "admitted").uncertain()).isFalse();
    assertThat(claim(two, "attempted").uncertain()).isTrue();
  }

  @Test
  void releases_the_claims_of_dead_nodes_by_itself() {
    JdbcLedger one = open(STANDING_STILL);
    JdbcLedger two = open();
    claim(one, "attempted").attempted();
    Claim own = claim(two, "own");
    clock.forward(LIFE);

    await()
        .untilAsserted(
            () ->
                assertThat(two.records().find("attempted").orElseThrow().state())
                    .isEqualTo(EntryState.UNCERTAIN));
    own.attempted();
    own.settle(accepted("own"));
  }

  @Test
  void a_frozen_node_sends_no_message_taken_over() {
    JdbcLedger one = open(STANDING_STILL);
    JdbcLedger two = open();
    Claim stood = claim(one, "key");
    clock.forward(LIFE);
    Claim taken = claim(two, "key");

    assertThatThrownBy(stood::attempted)
        .isInstanceOf(LedgerUnavailableException.class)
        .hasMessageContaining("taken");
    taken.attempted();
    assertThat(taken.settle(accepted("key"))).isEqualTo(accepted("key"));
  }

  @Test
  void nor_what_was_freed_and_is_anybodys() {
    JdbcLedger one = open(STANDING_STILL);
    JdbcLedger two = open();
    Claim stood = claim(one, "key");
    clock.forward(LIFE);
    await()
        .until(
            () -> two.records().find("key").orElseThrow().state(),
            state -> state == EntryState.WAITING);

    assertThatThrownBy(stood::attempted).isInstanceOf(LedgerUnavailableException.class);
  }

  @Test
  void a_late_outcome_does_not_overwrite_the_recorded_one() {
    JdbcLedger one = open(STANDING_STILL);
    JdbcLedger two = open();
    Claim stood = claim(one, "key");
    stood.attempted();
    clock.forward(LIFE);
    Claim taken = claim(two, "key");

    Outcome early = stood.settle(waiting("key"));
    assertThat(((Unsettled) early).reason()).isEqualTo(Reason.UNDER_WAY);
    assertThat(two.records().find("key").orElseThrow().state()).isEqualTo(EntryState.ADMITTED);
    taken.attempted();
    taken.settle(accepted("key"));
    assertThat(stood.settle(uncertain("key")).accepted()).isTrue();
    assertThat(two.records().find("key").orElseThrow().state()).isEqualTo(EntryState.ACCEPTED);
  }

  @Test
  void a_late_outcome_is_recorded_unless_taken_over() {
    JdbcLedger one = open(STANDING_STILL);
    JdbcLedger two = open();
    Claim stood = claim(one, "key");
    stood.attempted();
    clock.forward(LIFE);
    await()
        .until(
            () -> two.records().find("key").orElseThrow().state(),
            state -> state == EntryState.UNCERTAIN);

    assertThat(stood.settle(accepted("key"))).isEqualTo(accepted("key"));
    assertThat(known(two, submission("key")).accepted()).isTrue();
  }

  @Test
  void an_entry_settled_before_the_claim_is_not_claimed() {
    JdbcLedger one = open(STANDING_STILL);
    JdbcLedger two = open(STANDING_STILL);
    Claim stood = claim(one, "key");
    stood.attempted();
    clock.forward(LIFE);
    // First look: for the new entry. Second: whether its owner lives.
    clock.atLook(2, () -> stood.settle(accepted("key")));

    assertThat(known(two, submission("key")).accepted()).isTrue();
  }

  @Test
  void an_entry_attempted_before_the_claim_is_uncertain() {
    JdbcLedger one = open(STANDING_STILL);
    JdbcLedger two = open(STANDING_STILL);
    Claim stood = claim(one, "key");
    clock.forward(LIFE);
    clock.atLook(2, stood::attempted);

    assertThat(claim(two, "key").uncertain()).isTrue();
  }

  @Test
  void two_nodes_claim_each_key_once() throws Exception {
    int keys = 200;
    List<JdbcLedger> nodes = List.of(open(), open());
    Map<String, AtomicInteger> claims = new ConcurrentHashMap<>();
    List<Future<?>> senders = new ArrayList<>();
    for (int thread = 0; thread < 16; thread++) {
      JdbcLedger node = nodes.get(thread % 2);
      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < keys; i++) {
        order.add(i);
      }
      Collections.shuffle(order, new Random(thread));
      senders.add(
          meanwhile(
              () -> {
                for (int i : order) {
                  String key = "key-" + i;
                  Admission admission = node.admit(submission(key), LONG);
                  if (admission instanceof Claim claim) {
                    claims.computeIfAbsent(key, k -> new AtomicInteger()).incrementAndGet();
                    claim.attempted();
                    claim.settle(accepted(key));
                  } else {
                    assertThat(((Known) admission).outcome().accepted()).isTrue();
                  }
                }
                return null;
              }));
    }
    for (Future<?> sender : senders) {
      sender.get();
    }

    assertThat(claims).hasSize(keys);
    assertThat(claims.values()).allSatisfy(count -> assertThat(count).hasValue(1));
    assertThat(nodes).allSatisfy(node -> assertThat(node.outage()).isEmpty());
  }
}
