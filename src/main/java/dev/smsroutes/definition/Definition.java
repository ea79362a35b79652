package dev.smsroutes.definition;

import dev.smsroutes.template.Template;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * A send definition: the text, and how it is sent. Immutable and thread-safe; the text is compiled
 * once.
 *
 * <p>Source: the API's answer to GET of one definition (contract, section 2), the fields that
 * sms-routes uses.
 *
 * @param key its name in requests; compared exactly, with case
 * @param name for people; the key if the definition has none
 * @param status whether the API sends with it
 * @param template its {@code content.message}
 * @param region the country of numbers without a country code: an ISO 3166 alpha-2 code in upper
 *     case, from {@code subscriptions.countryCode}
 * @param shortCode the code that sends, from {@code subscriptions.shortCode}
 * @param keyword the keyword of the subscriptions, from {@code subscriptions.keyword}
 */
public record Definition(
    String key,
    String name,
    Status status,
    Template template,
    Optional<String> region,
    Optional<String> shortCode,
    Optional<String> keyword) {

  /** The states of a definition. Only an active one may be used. */
  public enum Status {
    ACTIVE("Active"),
    /** The API would accept messages and keep them for up to three days, without notice. */
    INACTIVE("Inactive"),
    DELETED("Deleted");

    private final String word;

    Status(String word) {
      this.word = word;
    }

    /** The API's word for it. */
    public String word() {
      return word;
    }

    /** The status for this word, in any case; empty for an unknown one. */
    static Optional<Status> of(String word) {
      return Arrays.stream(values())
          .filter(status -> status.word.equalsIgnoreCase(word.strip()))
          .findFirst();
    }
  }

  public Definition {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(template, "template");
    Objects.requireNonNull(region, "region");
    Objects.requireNonNull(shortCode, "shortCode");
    Objects.requireNonNull(keyword, "keyword");
  }

  /** Whether requests may use it. */
  public boolean active() {
    return status == Status.ACTIVE;
  }
}
