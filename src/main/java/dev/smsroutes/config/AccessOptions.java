package dev.smsroutes.config;

import dev.smsroutes.access.Access;
import dev.smsroutes.access.Countries;
import dev.smsroutes.access.Key;
import dev.smsroutes.access.Keys;
import dev.smsroutes.access.NumberRules;
import dev.smsroutes.access.Severity;
import dev.smsroutes.access.SiteRules;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The keys that say what callers may do, read and checked. Immutable.
 *
 * @param keysFile the callers and their rights; need not exist
 * @param fileCaller whose rights the rows of files have; empty: all rights
 * @param site the rules for all callers
 * @param numbers how much one number may get
 */
public record AccessOptions(
    Path keysFile, Optional<String> fileCaller, SiteRules site, NumberRules numbers) {
  private static final Pattern NUMBER_RATE = Pattern.compile("([0-9]{1,3})/(.+)");
  private static final String FILE_CALLER = "sms.file.caller";
  private static final String COUNTRIES = "sms.policy.countries";

  static AccessOptions from(Settings settings) {
    Optional<String> fileCaller = settings.optional(FILE_CALLER);
    fileCaller
        .filter(id -> !Key.isId(id))
        .ifPresent(
            id ->
                settings.fault(
                    FILE_CALLER
                        + ": expected the id of a caller, as 'sms-routes key list' shows it"));
    return new AccessOptions(
        settings.path("sms.http.keys-file"), fileCaller, site(settings), numbers(settings));
  }

  private static NumberRules numbers(Settings settings) {
    return settings
        .value(
            "sms.policy.number-rate",
            "1 to 100 messages in a time, such as 20/1h",
            AccessOptions::numberRate,
            rate -> true,
            NumberRules.NONE)
        .with(
            action(settings, "sms.policy.number-rate-action"),
            settings.positiveDuration("sms.policy.same-text-window"),
            action(settings, "sms.policy.same-text-action"));
  }

  private static NumberRules numberRate(String written) {
    Matcher parts = NUMBER_RATE.matcher(written);
    if (!parts.matches()) {
      throw new IllegalArgumentException(written);
    }
    return NumberRules.ofRate(Integer.parseInt(parts.group(1)), Times.read(parts.group(2)));
  }

  private static Severity action(Settings settings, String key) {
    return settings.word(key, "off, warn or refuse", Severity::of);
  }

  private static SiteRules site(Settings settings) {
    Severity premium = action(settings, "sms.policy.premium-numbers");
    Set<String> countries =
        settings
            .optional(COUNTRIES)
            .map(written -> settings.group(() -> Countries.read(COUNTRIES, written)))
            .orElse(Set.of());
    return new SiteRules(countries, premium);
  }

  /**
   * Reads the callers for the first time.
   *
   * @throws InvalidSettingsException naming the key, if that cannot be done
   */
  public Keys open() {
    try {
      return Keys.open(keysFile);
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingsException(List.of(e.getMessage()));
    }
  }

  /**
   * @param keys where the callers come from
   * @param clock tells whether a caller has expired
   * @param callersAreKnown whether each request over HTTP must have a caller
   */
  public Access with(Keys keys, Clock clock, boolean callersAreKnown) {
    return new Access(keys::withId, site, clock, callersAreKnown);
  }
}
