package dev.smsroutes.definition;

import dev.smsroutes.template.Template;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * A send definition: the text, and how it is sent. Immutable and thread-safe; the text is compiled
 * once.
 *
 * <p>Source: what the API returns for GET of one definition (contract, section 2), as far as we use
 * it.
 *
 * @param key names it in requests; compared exactly, with case
 * @param name for people; the key when the definition has none
 * @param status whether the API sends with it
 * @param template its {@code content.message}
 * @param region where numbers without a country code are from: an ISO 3166 alpha-2 code in upper
 *     case, from {@code subscriptions.countryCode}
 * @param shortCode the code that sends, from {@code subscriptions.shortCode}
 * @param keyword what subscriptions are kept under, from {@code subscriptions.keyword}
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
    /** The API would take messages and keep them for up to three days, in silence. */
    INACTIVE("Inactive"),
    DELETED("Deleted");

    private final String word;

    Status(String word) {
      this.word = word;
    }

    /** As the API writes it. */
    public String word() {
      return word;
    }

    /** The state of this word, in any case; empty for one that we do not know. */
    static Optional<Status> of(String word) {
      for (Status status : values()) {
        if (status.word.toLowerCase(Locale.ROOT).equals(word.strip().toLowerCase(Locale.ROOT))) {
          return Optional.of(status);
        }
      }
      return Optional.empty();
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

  /** Whether it may be used. */
  public boolean active() {
    return status == Status.ACTIVE;
  }
}
