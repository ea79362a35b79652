package dev.smsroutes.access;

import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Decides what a caller may send: by the rules of the site, and by the caller's rights. Thread-safe
 * if its functions are.
 *
 * <p>A caller without an entry in the keys file, who came in by another way, has all rights. One
 * whose entry is revoked or has expired has none.
 *
 * @param callers gives the entry of a caller
 * @param site the rules for everyone
 * @param clock tells whether an entry has expired
 * @param callersAreKnown whether each request over HTTP must have a caller
 */
public record Access(
    Function<String, Optional<Key>> callers, SiteRules site, Clock clock, boolean callersAreKnown) {
  /** Everyone may send everything. */
  public static final Access NONE =
      new Access(id -> Optional.empty(), SiteRules.NONE, Clock.systemUTC(), false);

  /**
   * What is asked for. Immutable.
   *
   * @param caller the id; empty if nobody is known
   * @param http whether it arrived over HTTP
   * @param definitionKey null if the request names no definition
   * @param text whether it brings a text of its own
   * @param digits the number with country code, as it is sent; empty if it cannot be read
   */
  public record Asked(
      Optional<String> caller,
      boolean http,
      String definitionKey,
      boolean text,
      Optional<String> digits) {}

  /** All that the caller may not do; empty if it may be sent. Quotes no number and no text. */
  public List<Fault> faults(Asked asked) {
    if (asked.caller().isEmpty()) {
      return asked.http() && callersAreKnown ? List.of(unknown()) : ofNumber(asked, Rights.ALL);
    }
    Optional<Key> key = callers.apply(asked.caller().get());
    if (key.isEmpty()) {
      return ofNumber(asked, Rights.ALL);
    }
    Optional<Fault> none = withoutRights(key.get());
    return none.isPresent() ? List.of(none.get()) : limited(asked, key.get());
  }

  /** Numbers with extra cost that are sent to, but not silently: which kind, in words. */
  public Optional<String> warning(Asked asked) {
    return site.premium() == Severity.WARN && asked.caller().flatMap(callers).isEmpty()
        ? asked.digits().flatMap(NumberPlan::extraCost)
        : Optional.empty();
  }

  private static Fault unknown() {
    return whole(
        "Expected a caller, because sms.http.authentication is set; the route set none. It has to"
            + " set the exchange property smsCaller before direct:sms-send (docs/own-intake.md)");
  }

  private Optional<Fault> withoutRights(Key key) {
    if (!key.isValid(clock.instant())) {
      return Optional.of(
          whole(
              "Expected a caller with rights; those of '"
                  + key.id()
                  + (key.revoked().isPresent() ? "' were revoked" : "' have expired")));
    }
    return key.roles().contains(Role.SEND)
        ? Optional.empty()
        : Optional.of(
            whole("Expected a caller with the role send; '" + key.id() + "' does not have it"));
  }

  private List<Fault> limited(Asked asked, Key key) {
    Rights rights = key.rights();
    List<Fault> faults = new ArrayList<>();
    if (asked.definitionKey() != null && !rights.allowsDefinition(asked.definitionKey())) {
      faults.add(
          new Fault(
              "definitionKey",
              ErrorCode.FORBIDDEN,
              "Expected a send definition that caller '"
                  + key.id()
                  + "' may use; got another one"));
    }
    if (asked.text() && !rights.text()) {
      faults.add(
          new Fault(
              "content.message",
              ErrorCode.FORBIDDEN,
              "Expected no text, because caller '"
                  + key.id()
                  + "' may only send the texts of definitions; got one"));
    }
    faults.addAll(ofNumber(asked, rights));
    return faults;
  }

  /** One fault at most: a number that is refused twice is still one number. */
  private List<Fault> ofNumber(Asked asked, Rights rights) {
    if (asked.digits().isEmpty()) {
      return List.of();
    }
    String digits = asked.digits().get();
    return country(site.countries(), digits)
        .or(() -> country(rights.countries(), digits))
        .or(() -> extraCost(asked, rights, digits))
        .stream()
        .toList();
  }

  private static Optional<Fault> country(Set<String> allowed, String digits) {
    if (allowed.isEmpty()) {
      return Optional.empty();
    }
    List<String> countries = NumberPlan.countries(digits);
    if (!countries.isEmpty() && allowed.containsAll(countries)) {
      return Optional.empty();
    }
    return ofTo(
        "Expected a number of "
            + String.join(", ", allowed.stream().sorted().toList())
            + "; got one of "
            + (countries.size() == 1 && !countries.get(0).equals("001")
                ? countries.get(0)
                : "another or of no country"));
  }

  private Optional<Fault> extraCost(Asked asked, Rights rights, String digits) {
    boolean limited = asked.caller().flatMap(callers).isPresent();
    boolean refused = limited ? !rights.premium() : site.premium() == Severity.REFUSE;
    return refused
        ? NumberPlan.extraCost(digits)
            .flatMap(kind -> ofTo("Expected a number without extra cost; got " + kind))
        : Optional.empty();
  }

  private static Optional<Fault> ofTo(String message) {
    return Optional.of(new Fault("recipient.to", ErrorCode.FORBIDDEN, message));
  }

  private static Fault whole(String message) {
    return new Fault("", ErrorCode.FORBIDDEN, message);
  }
}
