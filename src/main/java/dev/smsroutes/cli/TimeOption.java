package dev.smsroutes.cli;

import dev.smsroutes.config.Times;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads a moment: {@code 2026-11-24T09:30:00Z}, {@code 2026-11-24T09:30}, {@code 2026-11-24}, or a
 * time ago such as {@code 90m}, {@code 2h}, {@code 3d}. UTC unless it has another offset.
 */
final class TimeOption implements ITypeConverter<Instant> {
  private static final List<Function<String, Instant>> FORMS =
      List.of(
          text -> OffsetDateTime.parse(text).toInstant(),
          text -> LocalDateTime.parse(text).toInstant(ZoneOffset.UTC),
          text -> LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC));

  private static final Pattern AGO = Pattern.compile("([0-9]{1,6}[dhms])+");

  @Override
  public Instant convert(String text) {
    for (Function<String, Instant> form : FORMS) {
      try {
        return form.apply(text);
      } catch (DateTimeException e) {
        // Tries the next form.
      }
    }
    // A number without a unit would mean milliseconds, which is never intended.
    if (AGO.matcher(text).matches()) {
      return Instant.now().minus(Times.read(text));
    }
    throw unreadable(text);
  }

  /**
   * Reads a moment as {@link #convert} does, but a time such as {@code 90d} is one ahead.
   *
   * @throws WrongUseException if it cannot be read
   */
  static Instant ahead(String text, Instant now) {
    if (AGO.matcher(text).matches()) {
      return now.plus(Times.read(text));
    }
    try {
      return new TimeOption().convert(text);
    } catch (TypeConversionException e) {
      throw new WrongUseException(
          "--expires: expected a time such as 90d, 12h or 2027-01-31; got '"
              + DisplayText.text(text)
              + "'");
    }
  }

  private static TypeConversionException unreadable(String text) {
    return new TypeConversionException(
        "expected a time such as 2026-11-24T09:30:00Z, 2026-11-24, or 2h or 3d for a time ago; got '"
            + text
            + "'");
  }
}
