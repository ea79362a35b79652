package dev.smsroutes.cli;

import dev.smsroutes.access.Countries;
import dev.smsroutes.access.Key;
import dev.smsroutes.access.Rights;
import dev.smsroutes.access.Role;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes a key, and prints it once. */
@Command(
    name = "create",
    description = {
      "Makes the key of a new caller and prints it, once: the keys file holds its hash only.",
      "Without options the caller may send everything but to numbers with extra cost."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sms-routes key create shop --definitions 'order-*' --countries DE,AT --rate 20/s",
      "  sms-routes key create shop --daily 50000 --no-text --expires 90d > shop.key",
      "  sms-routes key create CN=crm,O=Example --no-secret --countries DE",
      "  sms-routes key create monitoring --roles observe"
    })
final class KeyCreateCommand extends KeyCommand.Change {
  private static final Pattern RATE = Pattern.compile("([0-9]{1,6}(?:\\.[0-9]{1,3})?)/([smh])");
  private static final Map<String, Integer> SECONDS = Map.of("s", 1, "m", 60, "h", 3_600);

  @Option(
      names = "--definitions",
      paramLabel = "PATTERN",
      split = ",",
      description = "Keys of send definitions, in which * stands for any characters; else all.")
  private List<String> definitions = List.of();

  @Option(
      names = "--countries",
      paramLabel = "CODES",
      description = "ISO 3166 codes of the countries of numbers, with commas between; else all.")
  private String countries;

  @Option(
      names = "--rate",
      paramLabel = "N/s",
      description = "Messages a second, minute (N/m) or hour (N/h); what is more waits.")
  private String rate;

  @Option(
      names = "--daily",
      paramLabel = "N",
      description = "Messages a day (UTC); what is more is refused.")
  private Long daily;

  @Option(names = "--no-text", description = "Only the texts of definitions may be sent.")
  private boolean noText;

  @Option(
      names = "--premium",
      description = "Also numbers with extra cost: premium-rate, shared-cost and personal ones.")
  private boolean premium;

  @Option(
      names = "--roles",
      paramLabel = "ROLES",
      split = ",",
      description =
          "send (unless given), observe (sees all messages, health and meters), operate; with commas"
              + " between.")
  private List<String> roles = List.of("send");

  @Option(
      names = "--expires",
      paramLabel = "TIME",
      description = "After this time, such as 90d, or at 2027-01-31 (UTC); else never.")
  private String expires;

  @Option(
      names = "--no-secret",
      description = "For a caller who shows a JWT, a client certificate or a broker login instead.")
  private boolean noSecret;

  private final String secret = KeyCommand.newSecret();
  private Rights rights;
  private Optional<Instant> end = Optional.empty();

  @Override
  void check() {
    Set<String> allowed;
    try {
      allowed = countries == null ? Set.of() : Countries.read("--countries", countries);
    } catch (IllegalArgumentException e) {
      throw new WrongUseException(e.getMessage());
    }
    if (definitions.stream().anyMatch(pattern -> pattern.isBlank() || pattern.length() > 200)) {
      throw new WrongUseException("--definitions: expected patterns of 1 to 200 characters");
    }
    if (daily != null && daily < 1) {
      throw new WrongUseException("--daily: expected at least 1; got " + daily);
    }
    rights =
        new Rights(
            definitions,
            allowed,
            rate == null ? OptionalDouble.empty() : OptionalDouble.of(rate()),
            daily == null ? OptionalLong.empty() : OptionalLong.of(daily),
            !noText,
            premium);
    readRoles();
    end = Optional.ofNullable(expires).map(KeyCreateCommand::end);
  }

  private double rate() {
    Matcher parts = RATE.matcher(rate);
    if (parts.matches()) {
      double perSecond = Double.parseDouble(parts.group(1)) / SECONDS.get(parts.group(2));
      if (perSecond >= Rights.MIN_RATE && perSecond <= Rights.MAX_RATE) {
        return perSecond;
      }
    }
    throw new WrongUseException(
        "--rate: expected messages a second, minute or hour such as 20/s, 0.5/s, 100/m or 1000/h;"
            + " got '"
            + DisplayText.text(rate)
            + "'");
  }

  private static Instant end(String written) {
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    Instant end = TimeOption.ahead(written, now);
    if (!end.isAfter(now)) {
      throw new WrongUseException("--expires: expected a time in the future; got " + end);
    }
    return end;
  }

  private Set<Role> readRoles() {
    Set<Role> set = EnumSet.noneOf(Role.class);
    for (String word : roles) {
      set.add(
          Role.of(word.strip())
              .orElseThrow(
                  () ->
                      new WrongUseException(
                          "--roles: expected send, observe or operate; got '"
                              + DisplayText.text(word)
                              + "'")));
    }
    return set;
  }

  @Override
  Key changed(Map<String, Key> keys, Instant now) {
    if (keys.containsKey(id())) {
      throw notChanged(
          "Caller '"
              + DisplayText.text(id())
              + "' exists already; 'sms-routes key rotate' makes a new secret for it");
    }
    return new Key(
        id(),
        noSecret ? List.of() : List.of(Key.hash(secret)),
        readRoles(),
        rights,
        now.truncatedTo(ChronoUnit.SECONDS),
        end,
        Optional.empty());
  }

  @Override
  void done(Key key, Path file) {
    if (!noSecret) {
      out().println(id() + "." + secret);
      tell("The line above is shown once; it is the key itself: Authorization: Bearer KEY.");
    }
    tell(
        "Caller "
            + DisplayText.text(id())
            + " is in "
            + file.toAbsolutePath().normalize()
            + "; a sms-routes that serves knows it within some 3 seconds");
  }
}
