package dev.smsroutes.ledger.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.ledger.Admission;
import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.ledger.Admission.Known;
import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.Submission;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.Outcome.Parked;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.SendRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Who gets a key, and what the others get. */
@ParameterizedClass(name = "{0}")
@EnumSource(Store.class)
class ClaimsIT extends OnAStore {
  private static final int MANY = 100;

  @Test
  void one_of_a_hundred_requests_claims_the_key() throws Exception {
    JdbcLedger ledger = open();
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger claims = new AtomicInteger();
    List<Future<Outcome>> outcomes = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      outcomes.add(
          meanwhile(
              () -> {
                go.await();
                Admission admission = ledger.admit(submission("key"), LONG);
                if (admission instanceof Claim claim) {
                  claims.incrementAndGet();
                  claim.attempted();
                  return claim.settle(accepted("key"));
                }
                return ((Known) admission).outcome();
              }));
    }
    go.countDown();

    List<State> states = new ArrayList<>();
    for (Future<Outcome> outcome : outcomes) {
      assertThat(outcome.get().requestId()).isEqualTo("api-1");
      states.add(outcome.get().state());
    }
    assertThat(claims).hasValue(1);
    assertThat(states).containsOnlyOnce(State.ACCEPTED);
    assertThat(states.stream().filter(State.ACCEPTED_EARLIER::equals)).hasSize(MANY - 1);
    assertThat(ledger.records().find("key").orElseThrow().attempts()).isEqualTo(1);
  }

  @Test
  void exactly_one_waiter_goes_on_after_a_release() throws Exception {
    JdbcLedger ledger = open();
    Claim first = claim(ledger, "key");
    List<Future<Admission>> others = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      others.add(meanwhile(() -> ledger.admit(submission("key"), Duration.ofSeconds(2))));
    }

    first.settle(waiting("key"));

    int claims = 0;
    for (Future<Admission> other : others) {
      if (other.get() instanceof Claim) {
        claims++;
      } else {
        assertUnderWay(((Known) other.get()).outcome());
      }
    }
    assertThat(claims).isEqualTo(1);
  }

  @Test
  void many_keys_at_once_are_all_claimed() throws Exception {
    JdbcLedger ledger = open();
    List<Future<Outcome>> outcomes = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      String key = "key-" + i;
      outcomes.add(meanwhile(() -> send(ledger, key, accepted(key))));
    }
    for (int i = 0; i < 300; i++) {
      assertThat(outcomes.get(i).get()).isEqualTo(accepted("key-" + i));
      assertThat(ledger.records().find("key-" + i).orElseThrow().state())
          .isEqualTo(EntryState.ACCEPTED);
    }
  }

  @Test
  void refuses_another_request_while_the_key_is_in_use() {
    JdbcLedger ledger = open();
    claim(ledger, "key");

    assertUsedForAnother(known(ledger, other("key")));
  }

  @Test
  void a_repetition_waits_and_gets_the_first_outcome() throws Exception {
    JdbcLedger ledger = open();
    Claim first = claim(ledger, "key");
    Future<Admission> second = meanwhile(() -> ledger.admit(submission("key"), LONG));

    assertThat(second).isNotDone();
    first.attempted();
    assertThat(second).isNotDone();
    first.settle(refused("key"));

    assertThat(second.get()).isEqualTo(new Known(refused("key")));
  }

  @Test
  void a_time_out_reports_that_the_key_is_in_use() {
    JdbcLedger ledger = open();
    claim(ledger, "key");

    assertUnderWay(((Known) ledger.admit(submission("key"), Duration.ofMillis(50))).outcome());
    assertUnderWay(((Known) ledger.admit(submission("key"), Duration.ZERO)).outcome());
  }

  @Test
  void a_request_without_waiting_gets_a_free_key() {
    JdbcLedger ledger = open();

    assertThat(ledger.admit(submission("key"), Duration.ZERO)).isInstanceOf(Claim.class);
  }

  @Test
  void a_released_key_is_claimed_again() {
    JdbcLedger ledger = open();
    claim(ledger, "key").release();
    Claim again = claim(ledger, "key");
    assertThat(again.uncertain()).isFalse();
    again.attempted();
    again.release();

    assertThat(claim(ledger, "key").uncertain()).isTrue();
  }

  @Test
  void release_is_idempotent() {
    JdbcLedger ledger = open();
    Claim first = claim(ledger, "key");
    first.settle(waiting("key"));
    claim(ledger, "key");
    first.release();
    first.release();

    assertUnderWay(((Known) ledger.admit(submission("key"), Duration.ZERO)).outcome());
  }

  static Stream<Outcome> settled() {
    return Stream.of(
        new Accepted("api-9", Optional.of("key"), true),
        new Refused("api-9", Optional.of("key"), 109121, "Expected another number", List.of()),
        new Refused("api-9", Optional.of("key"), 109110, "Used before", List.of()),
        new Parked("api-9", Optional.of("key"), 12345, "A person has to decide"));
  }

  @ParameterizedTest
  @MethodSource("settled")
  void the_same_request_again_gets_the_same_outcome(Outcome outcome) {
    JdbcLedger ledger = open();
    assertThat(send(ledger, "key", outcome)).isEqualTo(outcome);

    assertThat(known(ledger, submission("key"))).isEqualTo(outcome);
  }

  @ParameterizedTest
  @MethodSource("settled")
  void it_gets_it_from_the_next_process_too(Outcome outcome) {
    JdbcLedger ledger = open();
    send(ledger, "key", outcome);
    ledger.close();

    assertThat(known(open(), submission("key"))).isEqualTo(outcome);
  }

  @Test
  void stores_an_outcome_without_personal_data() {
    JdbcLedger ledger = open();
    Outcome outcome =
        new Refused("api-9", Optional.of("key"), 109121, "Not a number: " + NUMBER, List.of());
    assertThat(send(ledger, "key", outcome)).isEqualTo(outcome);

    assertThat(known(ledger, submission("key")).message()).isEqualTo("Not a number: …");
  }

  @Test
  void accepted_in_another_run_is_accepted_earlier() {
    JdbcLedger ledger = open();
    claim(ledger, inRun("key", "run-1")).settle(accepted("key"));

    assertThat(known(ledger, inRun("key", "run-1"))).isEqualTo(accepted("key"));
    assertThat(known(ledger, inRun("key", "run-2")).state()).isEqualTo(State.ACCEPTED_EARLIER);
    assertThat(known(ledger, submission("key")).state()).isEqualTo(State.ACCEPTED_EARLIER);
  }

  @Test
  void a_waiting_row_belongs_to_the_run_that_sends_it() {
    JdbcLedger ledger = open();
    claim(ledger, inRun("key", "run-1")).settle(waiting("key"));
    claim(ledger, inRun("key", "run-2")).settle(accepted("key"));

    assertThat(known(ledger, inRun("key", "run-2")).state()).isEqualTo(State.ACCEPTED);
    assertThat(known(ledger, inRun("key", "run-1")).state()).isEqualTo(State.ACCEPTED_EARLIER);
  }

  @Test
  void without_a_run_it_is_accepted_earlier() {
    JdbcLedger ledger = open();
    send(ledger, "key", accepted("key"));

    assertThat(known(ledger, submission("key")))
        .isEqualTo(new Accepted("api-1", Optional.of("key"), true));
  }

  @Test
  void a_refused_key_is_free_for_another_request() {
    JdbcLedger ledger = open();
    send(ledger, "key", refused("key"));
    assertThat(known(ledger, submission("key"))).isEqualTo(refused("key"));

    Claim corrected = claim(ledger, other("key"));
    assertThat(corrected.uncertain()).isFalse();
    corrected.attempted();
    corrected.settle(accepted("key"));

    assertUsedForAnother(known(ledger, submission("key")));
    assertThat(known(ledger, other("key")).accepted()).isTrue();
    assertThat(ledger.records().find("key").orElseThrow().attempts()).isEqualTo(1);
  }

  static Stream<Outcome> notFree() {
    return Stream.of(
        accepted("key"),
        new Refused("api-9", Optional.of("key"), 109110, "Used before", List.of()),
        new Parked("api-9", Optional.of("key"), 12345, "A person has to decide"),
        waiting("key"),
        uncertain("key"));
  }

  @ParameterizedTest
  @MethodSource("notFree")
  void every_other_key_is_not_free_for_another_request(Outcome outcome) {
    JdbcLedger ledger = open();
    send(ledger, "key", outcome);
    Entry before = ledger.records().find("key").orElseThrow();

    assertUsedForAnother(known(ledger, other("key")));
    assertThat(ledger.records().find("key")).contains(before);
  }

  @Test
  void what_waits_is_claimed_again_and_is_certain() {
    JdbcLedger ledger = open();
    send(ledger, "key", waiting("key"));
    Claim again = claim(ledger, "key");

    assertThat(again.uncertain()).isFalse();
    assertThat(ledger.records().find("key").orElseThrow().state()).isEqualTo(EntryState.ADMITTED);
    assertThat(ledger.records().find("key").orElseThrow().attempts()).isEqualTo(1);
  }

  @Test
  void what_is_uncertain_is_claimed_again_and_stays_uncertain() {
    JdbcLedger ledger = open();
    send(ledger, "key", uncertain("key"));
    Claim again = claim(ledger, "key");
    assertThat(again.uncertain()).isTrue();
    again.release();

    assertThat(claim(ledger, "key").uncertain()).isTrue();
  }

  @Test
  void a_claim_keeps_the_time_of_its_first_admission() {
    JdbcLedger ledger = open();
    send(ledger, "key", waiting("key"));
    clock.forward(Duration.ofHours(1));

    assertThat(claim(ledger, "key").admittedAt()).isEqualTo(clock.instant().minusSeconds(3600));
  }

  @Test
  void the_spelling_of_a_number_does_not_matter() {
    JdbcLedger ledger = open();
    send(ledger, "key", accepted("key"));
    Submission plain = submission("key");
    Submission written =
        new Submission(
            plain.message(),
            new SendRequest(
                "key",
                "account-reset",
                new Recipient(
                    "ada@example.com",
                    "+1 (425) 555-0123",
                    plain.request().recipient().attributes()),
                null),
            plain.origin());

    assertThat(known(ledger, written).accepted()).isTrue();
  }

  private static void assertUsedForAnother(Outcome outcome) {
    assertThat(outcome.state()).isEqualTo(State.DUPLICATE);
    assertThat(outcome.errorCode()).isEqualTo(ErrorCode.DUPLICATE_MESSAGE_KEY.number());
  }

  private static void assertUnderWay(Outcome outcome) {
    assertThat(((Unsettled) outcome).reason()).isEqualTo(Reason.UNDER_WAY);
  }
}
