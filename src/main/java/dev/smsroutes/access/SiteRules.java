package dev.smsroutes.access;

import java.util.Set;

/**
 * What holds for all callers of a site. Immutable.
 *
 * @param countries ISO 3166 codes, to which a number must belong; empty: all
 * @param premium numbers with extra cost, of callers without an entry in the keys file
 */
public record SiteRules(Set<String> countries, Severity premium) {
  /** No rule at all. */
  public static final SiteRules NONE = new SiteRules(Set.of(), Severity.OFF);

  public SiteRules {
    countries = Set.copyOf(countries);
  }
}
