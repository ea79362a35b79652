package dev.smsroutes.ledger.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.smsroutes.ledger.Admission;
import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.ledger.Admission.Known;
import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.Submission;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Parked;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import dev.smsroutes.testing.SettableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;

/**
 * Whatever nodes do and however they die, the ledger is what a model of a few lines says: a key has
 * one claim at most that may send, and an accepted key never gets another one.
 */
class LedgerPropertyIT {
  private static final Duration LIFE = OnAStore.STANDING_STILL.life().plusMillis(1);

  enum What {
    ADMIT,
    ADMIT_ANOTHER_REQUEST,
    ATTEMPT,
    ACCEPT,
    REFUSE,
    WAIT,
    DOUBT,
    PARK,
    LET_GO,
    CRASH,
    STOP,
    LONG_SILENCE
  }

  record LedgerStep(What what, int node, String key) {}

  @Property(tries = 120, shrinking = ShrinkingMode.BOUNDED)
  void one_process_on_sqlite(@ForAll("steps") List<LedgerStep> steps) throws IOException {
    Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "ledger");
    try {
      play(Store.SQLITE, 1, folder, steps);
    } finally {
      delete(folder);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Property(tries = 120, shrinking = ShrinkingMode.BOUNDED)
  void two_nodes_on_postgresql(@ForAll("steps") List<LedgerStep> steps) {
    play(Store.POSTGRESQL, 2, Path.of("target"), steps);
  }

  @Provide
  Arbitrary<List<LedgerStep>> steps() {
    Arbitrary<What> whats =
        Arbitraries.frequency(
            Tuple.of(12, What.ADMIT),
            Tuple.of(3, What.ADMIT_ANOTHER_REQUEST),
            Tuple.of(8, What.ATTEMPT),
            Tuple.of(2, What.ACCEPT),
            Tuple.of(2, What.REFUSE),
            Tuple.of(2, What.WAIT),
            Tuple.of(2, What.DOUBT),
            Tuple.of(1, What.PARK),
            Tuple.of(2, What.LET_GO),
            Tuple.of(2, What.CRASH),
            Tuple.of(1, What.STOP),
            Tuple.of(3, What.LONG_SILENCE));
    return Combinators.combine(
            whats, Arbitraries.integers().between(0, 1), Arbitraries.of("a", "b"))
        .as(LedgerStep::new)
        .list()
        .ofMinSize(5)
        .ofMaxSize(30);
  }

  private static void play(Store store, int nodes, Path folder, List<LedgerStep> steps) {
    Played played = new Played(store.url(LedgerPropertyIT.class, folder), store, nodes);
    try {
      steps.forEach(played::step);
    } finally {
      played.end();
    }
  }

  /** A node as the model sees it: whether the others still take it for alive. */
  private static final class Node {
    final JdbcLedger ledger;

    /** Key to what this node handles at the moment. */
    final Map<String, HeldByNode> held = new HashMap<>();

    boolean silent;

    Node(JdbcLedger ledger) {
      this.ledger = ledger;
    }
  }

  private record HeldByNode(Claim claim, boolean other) {}

  /** A key as the model sees it. */
  private static final class KeyModel {
    boolean other;
    EntryState state;
    boolean uncertain;
    Node owner;
    Claim last;

    void free() {
      uncertain |= state == EntryState.ATTEMPTED;
      state = uncertain ? EntryState.UNCERTAIN : EntryState.WAITING;
      owner = null;
    }
  }

  private static final class Played {
    private final SettableClock clock = new SettableClock();
    private final LedgerOptions options;
    private final Store store;
    private final String prefix = UUID.randomUUID() + "-";
    private final Map<String, KeyModel> keys = new HashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final List<Node> gone = new ArrayList<>();

    Played(String url, Store store, int count) {
      this.options = OnAStore.options(url);
      this.store = store;
      store.empty(url);
      for (int i = 0; i < count; i++) {
        nodes.add(open());
      }
    }

    private Node open() {
      return new Node(JdbcLedger.open(options, clock, OnAStore.STANDING_STILL));
    }

    void end() {
      nodes.forEach(node -> node.ledger.close());
    }

    void step(LedgerStep step) {
      int number = step.node() % nodes.size();
      Node node = nodes.get(number);
      String key = prefix + step.key();
      switch (step.what()) {
        case ADMIT -> admit(node, key, false);
        case ADMIT_ANOTHER_REQUEST -> admit(node, key, true);
        case ATTEMPT -> attempt(node, key);
        case ACCEPT -> settle(node, key, OnAStore.accepted(key));
        case REFUSE -> settle(node, key, OnAStore.refused(key));
        case WAIT -> settle(node, key, OnAStore.waiting(key));
        case DOUBT -> settle(node, key, OnAStore.uncertain(key));
        case PARK -> settle(node, key, new Parked("api", Optional.of(key), 1, "Why"));
        case LET_GO -> {
          HeldByNode held = node.held.remove(key);
          if (held != null) {
            held.claim().release();
          }
        }
        case CRASH -> replace(number, false);
        case STOP -> replace(number, true);
        case LONG_SILENCE -> {
          clock.forward(LIFE);
          nodes.forEach(each -> each.silent = true);
          gone.forEach(each -> each.silent = true);
        }
      }
      keys.forEach((name, model) -> assertAsModelled(nodes.get(0).ledger, name, model));
    }

    private void replace(int number, boolean inGoodOrder) {
      Node old = nodes.get(number);
      if (inGoodOrder) {
        old.ledger.close();
      } else {
        old.ledger.abandon();
      }
      gone.add(old);
      // SQLite has one process: when another one comes, the first is dead.
      if (inGoodOrder || store == Store.SQLITE) {
        old.silent = true;
      }
      nodes.set(number, open());
      keys.values().stream()
          .filter(key -> key.owner != null && key.owner.silent)
          .forEach(KeyModel::free);
      for (HeldByNode held : old.held.values()) {
        assertThatThrownBy(held.claim()::attempted).isInstanceOf(LedgerUnavailableException.class);
      }
    }

    private void admit(Node node, String key, boolean other) {
      Submission submission = other ? OnAStore.other(key) : OnAStore.submission(key);
      Admission admission = node.ledger.admit(submission, Duration.ZERO);
      KeyModel model = keys.computeIfAbsent(key, name -> new KeyModel());
      HeldByNode held = node.held.get(key);
      if (held != null) {
        assertState(admission, held.other() == other ? State.UNCERTAIN : State.DUPLICATE);
      } else if (model.state == null
          || (model.state == EntryState.REFUSED && model.other != other)) {
        model.other = other;
        model.uncertain = false;
        taken(node, key, model, admission);
      } else if (model.other != other) {
        assertState(admission, State.DUPLICATE);
      } else if (model.state.settled()) {
        assertState(
            admission,
            model.state == EntryState.ACCEPTED
                ? State.ACCEPTED_EARLIER
                : State.valueOf(model.state.name()));
      } else if (model.owner != null && model.owner != node && !model.owner.silent) {
        assertState(admission, State.UNCERTAIN);
        assertThat(((Unsettled) ((Known) admission).outcome()).reason())
            .isEqualTo(Reason.UNDER_WAY);
      } else {
        model.uncertain |= model.state == EntryState.ATTEMPTED;
        taken(node, key, model, admission);
      }
    }

    private static void taken(Node node, String key, KeyModel model, Admission admission) {
      assertThat(admission).isInstanceOf(Claim.class);
      model.last = (Claim) admission;
      model.owner = node;
      model.state = EntryState.ADMITTED;
      node.held.put(key, new HeldByNode(model.last, model.other));
      assertThat(model.last.uncertain()).isEqualTo(model.uncertain);
    }

    private static void assertState(Admission admission, State state) {
      assertThat(admission).isInstanceOf(Known.class);
      assertThat(((Known) admission).outcome().state()).isEqualTo(state);
    }

    private void attempt(Node node, String key) {
      HeldByNode held = node.held.get(key);
      if (held == null) {
        return;
      }
      KeyModel model = keys.get(key);
      if (model.last == held.claim() && model.owner == node) {
        held.claim().attempted();
        model.state = EntryState.ATTEMPTED;
      } else {
        assertThatThrownBy(held.claim()::attempted).isInstanceOf(LedgerUnavailableException.class);
      }
    }

    private void settle(Node node, String key, Outcome outcome) {
      HeldByNode held = node.held.remove(key);
      if (held == null) {
        return;
      }
      held.claim().settle(outcome);
      KeyModel model = keys.get(key);
      if (model.last == held.claim()) {
        boolean maybeTaken = model.uncertain || model.state == EntryState.ATTEMPTED;
        model.uncertain =
            outcome.state() == State.UNCERTAIN || (outcome.state() == State.PARKED && maybeTaken);
        model.state = EntryState.of(outcome.state());
        model.owner = null;
      }
    }

    private static void assertAsModelled(JdbcLedger ledger, String key, KeyModel model) {
      Entry entry = ledger.records().find(key).orElseThrow();
      assertThat(entry.state()).isEqualTo(model.state);
      if (!entry.state().settled() || entry.state() == EntryState.PARKED) {
        assertThat(entry.uncertain()).isEqualTo(model.uncertain);
      }
    }
  }
}
