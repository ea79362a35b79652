package dev.smsroutes.cli;

import dev.smsroutes.api.ApiEndpoints;
import dev.smsroutes.api.ApiProbe;
import dev.smsroutes.api.ApiTls;
import dev.smsroutes.api.TokenException;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.definition.Definition;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** What the SMS API says of us: token, clock and definitions. Used by one thread. */
final class DoctorApi {
  private static final Duration CLOCK_WARNS = Duration.ofSeconds(5);

  /** Nodes take each other for dead; an API refuses signatures and tokens. */
  private static final Duration CLOCK_FAILS = Duration.ofMinutes(1);

  private final Configuration configuration;
  private final Consumer<Finding> findings;

  /**
   * @param findings gets what is found
   */
  DoctorApi(Configuration configuration, Consumer<Finding> findings) {
    this.configuration = configuration;
    this.findings = findings;
  }

  /**
   * @param offline does not ask it
   * @param definitions those that are loaded here
   */
  void examine(boolean offline, Collection<Definition> definitions) {
    Optional<ApiEndpoints> service = configuration.api().service();
    if (service.isEmpty()) {
      findings.accept(
          Finding.warn(
              "token",
              "the sandbox: sms.api.url is empty, and no SMS leaves this machine",
              "set sms.api.url, unless you mean it"));
      return;
    }
    if (offline) {
      findings.accept(Finding.ok("token", "not asked for (--offline)"));
      return;
    }
    Optional<ApiTls> certificates = configuration.api().tls().map(ApiTls::new);
    try (ApiProbe api =
        new ApiProbe(
            service.get(), configuration.api().client(1, certificates), Clock.systemUTC())) {
      token(api, definitions);
    } finally {
      certificates.ifPresent(ApiTls::close);
    }
  }

  private void token(ApiProbe api, Collection<Definition> definitions) {
    Optional<String> token = Optional.empty();
    try {
      token = Optional.of(api.token());
      findings.accept(Finding.ok("token", "the API gives one"));
    } catch (TokenException e) {
      findings.accept(
          Finding.fail("token", e.getMessage(), "check sms.api.*; docs/configuration.md"));
    }
    findings.accept(
        api.date()
            .map(date -> clock("clock", "that of the API", Duration.between(date, api.now())))
            .orElseGet(
                () ->
                    Finding.warn(
                        "clock", "not compared: the API told no time", "compare it with NTP")));
    token.ifPresent(given -> atTheApi(api, given, definitions));
  }

  /**
   * @param what the row
   * @param whose another clock
   * @param ahead of that one, which may tell whole seconds
   */
  static Finding clock(String what, String whose, Duration ahead) {
    if (ahead.abs().compareTo(CLOCK_WARNS) <= 0) {
      return Finding.ok(what, "as " + whose + ", to a few seconds");
    }
    String found =
        "%d s %s %s"
            .formatted(ahead.abs().toSeconds(), ahead.isNegative() ? "behind" : "ahead of", whose);
    String todo = "set the clock, and keep it by NTP";
    return ahead.abs().compareTo(CLOCK_FAILS) <= 0
        ? Finding.warn(what, found, todo)
        : Finding.fail(what, found, todo);
  }

  private void atTheApi(ApiProbe api, String token, Collection<Definition> definitions) {
    Map<String, String> there;
    try {
      there = api.definitions(token);
    } catch (IOException e) {
      findings.accept(
          Finding.warn(
              "definitions at the API",
              "not compared: " + e.getMessage(),
              "may the account read definitions?"));
      return;
    }
    Set<String> missing = new TreeSet<>();
    Set<String> inactive = new TreeSet<>();
    for (Definition each : definitions) {
      String status = there.get(each.key());
      if (each.active() && (status == null || status.equalsIgnoreCase("deleted"))) {
        missing.add(each.key());
      } else if (each.active() && !status.equalsIgnoreCase("active")) {
        inactive.add(each.key());
      }
    }
    if (!missing.isEmpty()) {
      findings.accept(
          Finding.fail(
              "definitions at the API",
              "unknown there: " + String.join(", ", missing),
              "make them there, or remove them here"));
    }
    if (!inactive.isEmpty()) {
      findings.accept(
          Finding.warn(
              "definitions at the API",
              "active here, not there: " + String.join(", ", inactive),
              "the API keeps such messages up to 3 days and sends them when it is active"));
    }
    if (missing.isEmpty() && inactive.isEmpty()) {
      findings.accept(Finding.ok("definitions at the API", "all active ones are known and active"));
    }
  }
}
