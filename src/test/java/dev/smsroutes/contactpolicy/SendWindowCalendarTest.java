package dev.smsroutes.contactpolicy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.contactpolicy.SendWindowCalendar.WindowStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SendWindowCalendarTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final String GERMAN = "4915112345678";

  private static SendWindowCalendar hours(String window) {
    return new SendWindowCalendar(SendWindow.read("k", window), ZoneOffset.UTC);
  }

  /** A number | the time in UTC | when it opens, in UTC; nothing if it is open. */
  @ParameterizedTest(name = "{0} at {1} opens at {2}")
  @CsvSource({
    // Germany: one hour ahead in winter, two in summer.
    "4915112345678, 2026-01-15T06:59:59Z, 2026-01-15T07:00:00Z",
    "4915112345678, 2026-01-15T07:00:00Z,",
    "4915112345678, 2026-01-15T18:59:59Z,",
    "4915112345678, 2026-01-15T19:00:00Z, 2026-01-16T07:00:00Z",
    "4915112345678, 2026-07-15T05:59:59Z, 2026-07-15T06:00:00Z",
    "4915112345678, 2026-07-15T06:00:00Z,",
    // The nights in which clocks are put forward and back.
    "4915112345678, 2026-03-28T20:00:00Z, 2026-03-29T06:00:00Z",
    "4915112345678, 2026-10-24T20:00:00Z, 2026-10-25T07:00:00Z",
    // The United States by their area codes: Seattle, New York.
    "14255550123, 2026-01-15T15:59:00Z, 2026-01-15T16:00:00Z",
    "14255550123, 2026-01-15T16:00:00Z,",
    "12125550123, 2026-01-15T13:00:00Z,",
    "12125550123, 2026-01-15T12:59:00Z, 2026-01-15T13:00:00Z",
    // Spain: also on the Canaries, an hour later; in Madrid no longer when it is 20:00 there.
    "34612345678, 2026-01-15T07:30:00Z, 2026-01-15T08:00:00Z",
    "34612345678, 2026-01-15T18:59:00Z,",
    "34612345678, 2026-01-15T19:00:00Z, 2026-01-16T08:00:00Z",
    // An Australian mobile number may be on the Cocos Islands (+6:30) or on Lord Howe (+11).
    "61412345678, 2026-01-15T01:29:00Z, 2026-01-15T01:30:00Z",
    "61412345678, 2026-01-15T08:59:00Z,",
    "61412345678, 2026-01-15T09:00:00Z, 2026-01-16T01:30:00Z",
    // A satellite, and a number of no country: the zone that is given.
    "88212345678, 2026-01-15T07:59:00Z, 2026-01-15T08:00:00Z",
    "99999999999, 2026-01-15T07:59:00Z, 2026-01-15T08:00:00Z",
    // A possible number outside known plans: its first digits decide.
    "97150123456, 2026-01-15T03:59:00Z, 2026-01-15T04:00:00Z",
  })
  void uses_the_local_time_of_the_number(String number, Instant now, Instant opens) {
    WindowStatus stretch = hours("08:00-20:00").at(number, now);

    assertThat(stretch.open()).isEqualTo(opens == null);
    if (opens != null) {
      assertThat(stretch.opens()).isEqualTo(opens);
    }
  }

  @Test
  void opens_for_russian_mobiles_when_all_russian_zones_allow() {
    WindowStatus night =
        hours("08:00-20:00").at("79161234567", Instant.parse("2026-01-15T00:00:00Z"));
    assertThat(night.open()).isFalse();
    assertThat(night.opens()).isEqualTo("2026-01-15T06:00:00Z");
    WindowStatus day = hours("08:00-20:00").at("79161234567", night.opens());
    assertThat(Duration.between(day.from(), day.until())).isEqualTo(Duration.ofHours(2));
  }

  @Test
  void opens_in_most_zones_if_no_moment_suits_all() {
    List<ZoneId> farApart =
        List.of(ZoneOffset.ofHours(-8), ZoneOffset.ofHours(0), ZoneOffset.ofHours(1));
    SendWindowCalendar hours = hours("09:00-12:00");

    WindowStatus stretch = hours.at(farApart, Instant.parse("2026-01-15T00:00:00Z"));

    assertThat(stretch.open()).isFalse();
    assertThat(stretch.opens()).isEqualTo("2026-01-15T09:00:00Z");
    assertThat(hours.at(farApart, stretch.opens()).until()).isEqualTo("2026-01-15T11:00:00Z");
  }

  @Test
  void waits_another_day_if_summer_time_skips_the_window() {
    SendWindowCalendar hours = hours("02:10-02:50");
    WindowStatus stretch = hours.at(GERMAN, Instant.parse("2026-03-28T02:00:00Z"));

    assertThat(stretch.opens()).isEqualTo("2026-03-30T00:10:00Z");
  }

  @Test
  void opens_twice_when_an_hour_repeats() {
    SendWindowCalendar hours = hours("02:10-02:50");
    WindowStatus first = hours.at(GERMAN, Instant.parse("2026-10-25T00:00:00Z"));
    WindowStatus between = hours.at(GERMAN, Instant.parse("2026-10-25T00:50:00Z"));

    assertThat(first.opens()).isEqualTo("2026-10-25T00:10:00Z");
    assertThat(between.open()).isFalse();
    assertThat(between.opens()).isEqualTo("2026-10-25T01:10:00Z");
  }

  @Test
  void is_not_misled_by_a_clock_that_is_put_back() {
    SendWindowCalendar hours = hours("08:00-20:00");
    assertThat(hours.at(GERMAN, Instant.parse("2026-01-15T12:00:00Z")).open()).isTrue();
    assertThat(hours.at(GERMAN, Instant.parse("2026-01-14T23:00:00Z")).open()).isFalse();
    assertThat(hours.at(GERMAN, Instant.parse("2026-01-15T12:00:00Z")).open()).isTrue();
  }

  @Test
  void is_always_open_from_midnight_to_midnight() {
    assertThat(hours("00:00-24:00").at(GERMAN, Instant.EPOCH).open()).isTrue();
  }

  @Provide
  Arbitrary<ZoneId> zones() {
    return Arbitraries.of(ZoneId.getAvailableZoneIds()).map(ZoneId::of);
  }

  /** A single zone: whatever its rules, it is open when the clock on the wall says so. */
  @Property(tries = 300)
  void is_open_exactly_when_local_time_is_inside(
      @ForAll("zones") ZoneId zone,
      @ForAll @LongRange(min = 1_767_225_600L, max = 1_830_297_600L) long second,
      @ForAll @IntRange(max = 1439) int from,
      @ForAll @IntRange(min = 1, max = 1440) int until) {
    SendWindow window = new SendWindow(from, until == from ? until % 1440 + 1 : until);
    SendWindowCalendar hours = new SendWindowCalendar(window, ZoneOffset.UTC);
    Instant now = Instant.ofEpochSecond(second);

    WindowStatus stretch = hours.at(List.of(zone), now);

    assertThat(stretch.open()).isEqualTo(wall(window, zone, now));
    assertThat(stretch.covers(now)).isTrue();
    assertThat(wall(window, zone, stretch.until().minusSeconds(1))).isEqualTo(stretch.open());
    if (!stretch.open()) {
      assertThat(wall(window, zone, stretch.opens())).isTrue();
      assertThat(wall(window, zone, stretch.opens().minusSeconds(1))).isFalse();
      assertThat(hours.at(List.of(zone), stretch.opens()).open()).isTrue();
    }
  }

  /** Several zones: it opens within two days, and then it is inside in as many as there can be. */
  @Property(tries = 100)
  void opens_within_two_days_wherever_its_zones_are(
      @ForAll @Size(min = 1, max = 6) List<@From("zones") ZoneId> zones,
      @ForAll @LongRange(min = 1_767_225_600L, max = 1_830_297_600L) long second,
      @ForAll @IntRange(max = 1380) int from) {
    SendWindow window = new SendWindow(from, from + 60);
    SendWindowCalendar hours = new SendWindowCalendar(window, ZoneOffset.UTC);
    Instant now = Instant.ofEpochSecond(second);

    WindowStatus stretch = hours.at(zones, now);
    Instant opens = stretch.open() ? now : stretch.opens();

    assertThat(Duration.between(now, opens)).isLessThan(Duration.ofHours(50));
    assertThat(zones).anyMatch(zone -> wall(window, zone, opens));
    if (zones.stream().allMatch(zone -> wall(window, zone, now))) {
      assertThat(stretch.open()).isTrue();
    }
  }

  private static boolean wall(SendWindow window, ZoneId zone, Instant moment) {
    LocalTime time = moment.atZone(zone).toLocalTime();
    return window.contains(time.getHour() * 60 + time.getMinute());
  }

  @Test
  void shares_the_zones_of_similar_numbers() {
    TimeZones zones = new TimeZones(BERLIN);
    Map<List<ZoneId>, Boolean> different = new ConcurrentHashMap<>();
    for (int i = 0; i < 1_000; i++) {
      different.put(zones.of("49151" + (10_000_000 + i)), true);
    }
    assertThat(different).hasSize(1);
    assertThat(zones.of("88212345678")).containsExactly(BERLIN);
    assertThat(zones.of("1")).containsExactly(BERLIN);
  }
}
