package dev.smsroutes.config;

import dev.smsroutes.contactpolicy.ContactPolicy;
import dev.smsroutes.contactpolicy.SendWindow;
import dev.smsroutes.contactpolicy.SendWindowCalendar;
import dev.smsroutes.contactpolicy.SuppressionFile;
import dev.smsroutes.contactpolicy.SuppressionList;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Optional;

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

  static ContactPolicyOptions from(Settings settings) {
    ZoneId zone =
        settings.value(
            "sms.send-window-zone",
            "a time zone such as UTC or Europe/Berlin",
            ZoneId::of,
            any -> true,
            null);
    Optional<SendWindowCalendar> hours = hours(settings, WINDOW, zone);
    return new ContactPolicyOptions(
        settings.optionalPath(FILE), hours, hours(settings, BATCH_WINDOW, zone).or(() -> hours));
  }

  private static Optional<SendWindowCalendar> hours(Settings settings, String key, ZoneId zone) {
    return settings
        .optional(key)
        .map(written -> settings.group(() -> SendWindow.read(key, written)))
        .filter(window -> zone != null)
        .map(window -> new SendWindowCalendar(window, zone));
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
    return new ContactPolicy(
        () -> file.map(SuppressionFile::list).orElse(SuppressionList.EMPTY),
        hours,
        batchHours,
        clock);
  }
}
