package dev.smsroutes.contactpolicy;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberToTimeZonesMapper;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The time zones in which a number may belong, by libphonenumber's own map.
 *
 * <p>A number that shows where it belongs (in North America mobile numbers have area codes too) has
 * the zones of that place; any other one has all zones of its country calling code. For a number
 * outside known plans the first digits decide. Thread-safe.
 */
final class TimeZones {
  private static final PhoneNumberUtil LIBRARY = PhoneNumberUtil.getInstance();

  private final PhoneNumberToTimeZonesMapper map = PhoneNumberToTimeZonesMapper.getInstance();
  private final Map<List<String>, List<ZoneId>> known = new ConcurrentHashMap<>();
  private final List<ZoneId> otherwise;

  /**
   * @param otherwise the zone of a number of which nothing is known
   */
  TimeZones(ZoneId otherwise) {
    this.otherwise = List.of(Objects.requireNonNull(otherwise, "otherwise"));
  }

  /**
   * The zones of a number; never empty. Equal lists are the same one.
   *
   * @param digits with country code, as they are sent
   */
  List<ZoneId> of(String digits) {
    PhoneNumber number;
    try {
      number = LIBRARY.parse("+" + digits, null);
    } catch (NumberParseException e) {
      return otherwise;
    }
    List<String> names = map.getTimeZonesForNumber(number);
    if (areUnknown(names)) {
      names = map.getTimeZonesForGeographicalNumber(number);
    }
    return areUnknown(names) ? otherwise : known.computeIfAbsent(names, this::zones);
  }

  private static boolean areUnknown(List<String> names) {
    return names.isEmpty() || names.contains(PhoneNumberToTimeZonesMapper.getUnknownTimeZone());
  }

  private List<ZoneId> zones(List<String> names) {
    List<ZoneId> zones = names.stream().map(this::zone).distinct().toList();
    return zones.isEmpty() ? otherwise : zones;
  }

  private ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      // A zone that is newer than this Java's data.
      return otherwise.get(0);
    }
  }
}
