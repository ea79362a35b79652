package dev.smsroutes.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.smsroutes.faults.Told.State;
import dev.smsroutes.faults.Verdict.Finding;
import dev.smsroutes.faults.Verdict.Kind;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A checker that finds nothing would prove nothing: each kind of violation is fed to it. */
class VerdictTest {
  private static final Request GOOD = Request.inOrder("r");
  private static final Request KEYLESS = new Request("r", "", Flaw.NONE);
  private static final Request FLAWED = new Request("r", "r", Flaw.BAD_NUMBER);
  private static final boolean ACKNOWLEDGED = true;
  private static final boolean NOT_ACKNOWLEDGED = false;
  private static final Told ACCEPTED = Told.accepted("HTTP");
  private static final Told NOT_SENT = new Told(State.NOT_SENT, 50300, "file");
  private static final Told UNCERTAIN = new Told(State.UNCERTAIN, 30000, "file");
  private static final Told PARKED = new Told(State.PARKED, 30000, "sms.send.dead");

  private static Told refused(int code) {
    return Told.refused(code, "HTTP");
  }

  private static Accepted once(String key, String id) {
    return new Accepted(key, id, 1);
  }

  private static final Accepted RIGHT = once("r", "r");

  static Stream<Arguments> clean() {
    return Stream.of(
        arguments("accepted and told", GOOD, ACKNOWLEDGED, List.of(ACCEPTED), List.of(RIGHT)),
        arguments(
            "with a key of the gateway",
            KEYLESS,
            true,
            List.of(ACCEPTED),
            List.of(once("f-1", "r"))),
        arguments("never answered, never sent", GOOD, NOT_ACKNOWLEDGED, List.of(), List.of()),
        arguments(
            "refused for its flaw", FLAWED, NOT_ACKNOWLEDGED, List.of(refused(109121)), List.of()),
        arguments(
            "taken, then refused for its flaw",
            FLAWED,
            ACKNOWLEDGED,
            List.of(refused(109121)),
            List.of()),
        arguments("not sent, and told so", GOOD, ACKNOWLEDGED, List.of(NOT_SENT), List.of()),
        arguments(
            "not sent, then sent", GOOD, ACKNOWLEDGED, List.of(NOT_SENT, ACCEPTED), List.of(RIGHT)),
        arguments("uncertain, and sent", GOOD, ACKNOWLEDGED, List.of(UNCERTAIN), List.of(RIGHT)),
        arguments("uncertain, and not sent", GOOD, ACKNOWLEDGED, List.of(UNCERTAIN), List.of()),
        arguments("parked, and sent", GOOD, ACKNOWLEDGED, List.of(PARKED), List.of(RIGHT)),
        arguments("parked, and not sent", GOOD, ACKNOWLEDGED, List.of(PARKED), List.of()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("clean")
  void finds_nothing_where_nothing_is_wrong(
      String name, Request request, boolean acknowledged, List<Told> told, List<Accepted> record) {
    assertThat(verdict(request, acknowledged, told, record).findings()).isEmpty();
  }

  static Stream<Arguments> violations() {
    return Stream.of(
        arguments(
            "acknowledged, then nothing",
            GOOD,
            ACKNOWLEDGED,
            List.of(),
            List.of(),
            Set.of(Kind.LOST)),
        arguments(
            "a flawed one, taken and gone",
            FLAWED,
            ACKNOWLEDGED,
            List.of(),
            List.of(),
            Set.of(Kind.LOST)),
        arguments(
            "told accepted, never was",
            GOOD,
            ACKNOWLEDGED,
            List.of(ACCEPTED),
            List.of(),
            Set.of(Kind.LOST, Kind.LIED)),
        arguments(
            "one key twice",
            GOOD,
            ACKNOWLEDGED,
            List.of(ACCEPTED),
            List.of(new Accepted("r", "r", 2)),
            Set.of(Kind.DUPLICATED)),
        arguments(
            "two keys for one request",
            KEYLESS,
            ACKNOWLEDGED,
            List.of(ACCEPTED),
            List.of(once("f-1", "r"), once("f-2", "r")),
            Set.of(Kind.DUPLICATED)),
        arguments(
            "nobody asked for it",
            GOOD,
            ACKNOWLEDGED,
            List.of(ACCEPTED),
            List.of(RIGHT, once("x", "x")),
            Set.of(Kind.PHANTOM)),
        arguments(
            "under another key",
            GOOD,
            ACKNOWLEDGED,
            List.of(ACCEPTED),
            List.of(once("x", "r")),
            Set.of(Kind.PHANTOM)),
        arguments(
            "accepted, nobody was told",
            GOOD,
            NOT_ACKNOWLEDGED,
            List.of(),
            List.of(RIGHT),
            Set.of(Kind.UNREPORTED)),
        arguments(
            "queued and accepted, nobody was told",
            GOOD,
            ACKNOWLEDGED,
            List.of(),
            List.of(RIGHT),
            Set.of(Kind.UNREPORTED)),
        arguments(
            "told refused, was accepted",
            GOOD,
            NOT_ACKNOWLEDGED,
            List.of(refused(109110)),
            List.of(RIGHT),
            Set.of(Kind.LIED)),
        arguments(
            "accepted, later told duplicate",
            GOOD,
            ACKNOWLEDGED,
            List.of(ACCEPTED, refused(109110)),
            List.of(RIGHT),
            Set.of(Kind.LIED)),
        arguments(
            "refused, though in order",
            GOOD,
            NOT_ACKNOWLEDGED,
            List.of(refused(109110)),
            List.of(),
            Set.of(Kind.LIED)),
        arguments(
            "refused for another flaw",
            FLAWED,
            NOT_ACKNOWLEDGED,
            List.of(refused(109105)),
            List.of(),
            Set.of(Kind.LIED)),
        arguments(
            "told not sent, was accepted",
            GOOD,
            ACKNOWLEDGED,
            List.of(NOT_SENT),
            List.of(RIGHT),
            Set.of(Kind.LIED)),
        arguments(
            "flawed, told accepted",
            FLAWED,
            NOT_ACKNOWLEDGED,
            List.of(ACCEPTED),
            List.of(RIGHT),
            Set.of(Kind.LIED)),
        arguments(
            "flawed, refused, and sent",
            FLAWED,
            NOT_ACKNOWLEDGED,
            List.of(refused(109121)),
            List.of(RIGHT),
            Set.of(Kind.LIED)),
        arguments(
            "flawed, parked, and sent",
            FLAWED,
            ACKNOWLEDGED,
            List.of(PARKED),
            List.of(RIGHT),
            Set.of(Kind.LIED)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("violations")
  void names_every_kind_of_violation(
      String name,
      Request request,
      boolean acknowledged,
      List<Told> told,
      List<Accepted> record,
      Set<Kind> expected) {
    assertThat(
            verdict(request, acknowledged, told, record).findings().stream()
                .map(Finding::kind)
                .collect(Collectors.toSet()))
        .isEqualTo(expected);
  }

  @Test
  void counts_each_request_once_in_a_column() {
    Notebook notebook = new Notebook();
    for (int i = 0; i < 3; i++) {
      Request request = Request.inOrder("r" + i);
      notebook.requested(request);
      notebook.acknowledged(request);
      notebook.told(request, ACCEPTED);
      notebook.told(request, refused(109110));
    }
    Verdict verdict = Verdict.compare(notebook, List.of(once("r0", "r0"), once("r1", "r1")));

    assertThat(verdict.accepted()).isEqualTo(2);
    assertThat(verdict.count(Kind.LIED)).isEqualTo(3);
    assertThat(verdict.count(Kind.LOST)).isZero();
    assertThat(verdict.findings().toString()).contains("r2");
  }

  private static Verdict verdict(
      Request request, boolean acknowledged, List<Told> told, List<Accepted> record) {
    Notebook notebook = new Notebook();
    notebook.requested(request);
    if (acknowledged) {
      notebook.acknowledged(request);
    }
    told.forEach(what -> notebook.told(request, what));
    return Verdict.compare(notebook, record);
  }
}
