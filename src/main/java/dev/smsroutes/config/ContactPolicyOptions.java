package dev.smsroutes.config;

import dev.smsroutes.contactpolicy.ContactPolicy;
import dev.smsroutes.contactpolicy.SendWindow;
import dev.smsroutes.contactpolicy.SendWindowCalendar;
import dev.smsroutes.contactpolicy.SuppressionFile;
import dev.smsroutes.contactpolicy.SuppressionList;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The keys of care for people, read and checked. Immutable.
 *
 * @param suppressionFile who is never sent anything
 * @param hours when messages may leave that come over HTTP or JMS
 * @param batchHours when the messages of files may leave
 */
public record ContactPolicyOptions(
    Optional<Path> suppressionFile,
    Optional<SendWindowCalendar> hours,
    Optional<SendWindowCalendar> batchHours) {
  private static final String FILE = "sms.suppression-file";
  private static final String WINDOW = "sms.send-window";
  private static final String BATCH_WINDOW = "sms.file.send-window";
  private static final String ZONE = "sms.send-window-zone";

  static ContactPolicyOptions from(Settings settings) {
    ZoneId zone = zone(settings);
    Optional<SendWindowCalendar> hours = hours(settings, WINDOW, zone);
    return new ContactPolicyOptions(
        settings.optional(FILE).map(written -> settings.path(FILE)),
        hours,
        hours(settings, BATCH_WINDOW, zone).or(() -> hours));
  }

  private static Optional<SendWindowCalendar> hours(Settings settings, String key, ZoneId zone) {
    return settings
        .optional(key)
        .map(written -> settings.group(() -> SendWindow.read(key, written)))
        .map(window -> new SendWindowCalendar(window, zone));
  }

  private static ZoneId zone(Settings settings) {
    String written = settings.text(ZONE);
    try {
      return ZoneId.of(written);
    } catch (DateTimeException e) {
      settings.fault(
          ZONE + ": expected a time zone such as UTC or Europe/Berlin; '" + written + "' came");
      return ZoneOffset.UTC;
    }
  }

  /**
   * Reads the list for the first time.
   *
   * @throws IllegalArgumentException naming the key, if that cannot be done
   */
  public Optional<SuppressionFile> open() {
    return suppressionFile.map(file -> SuppressionFile.open(FILE, file));
  }

  /**
   * @param file where the list comes from, if there is one
   * @param clock tells the time that counts for the hours
   */
  public ContactPolicy with(Optional<SuppressionFile> file, Clock clock) {
    Supplier<SuppressionList> list =
        file.<Supplier<SuppressionList>>map(opened -> opened::list)
            .orElse(() -> SuppressionList.EMPTY);
    return new ContactPolicy(list, hours, batchHours, clock);
  }
}
