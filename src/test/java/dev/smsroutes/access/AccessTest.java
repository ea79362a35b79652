package dev.smsroutes.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberType;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import dev.smsroutes.access.Access.Asked;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AccessTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final String GERMAN = "4915112345678";

  private static Key key(Rights rights) {
    return key(rights, Set.of(Role.SEND), Optional.empty(), Optional.empty());
  }

  private static Key key(
      Rights rights, Set<Role> roles, Optional<Instant> expires, Optional<Instant> revoked) {
    return new Key("shop", List.of(), roles, rights, NOW, expires, revoked);
  }

  private static Rights rights(
      List<String> definitions, Set<String> countries, boolean text, boolean premium) {
    return new Rights(
        definitions, countries, OptionalDouble.empty(), OptionalLong.empty(), text, premium);
  }

  private static Access access(Key key) {
    return new Access(
        id -> Optional.of(key).filter(found -> found.id().equals(id)), SiteRules.NONE, CLOCK, true);
  }

  private static Access access(SiteRules site) {
    return new Access(id -> Optional.empty(), site, CLOCK, false);
  }

  private static Asked asked(String definition, boolean text, String digits) {
    return new Asked(Optional.of("shop"), true, definition, text, Optional.of(digits));
  }

  private static Asked to(String digits) {
    return asked("order", false, digits);
  }

  @ParameterizedTest
  @CsvSource({
    "order-*, order-shipped, true",
    "order-*, order-, true",
    "order-*, order, false",
    "order-*, reorder-x, false",
    "order-*, ORDER-x, false",
    "order, order, true",
    "order, orders, false",
    "*, anything, true",
    "*-de, a-de-de, true",
    "a*b*c, aXbXbYc, true",
    "a*b*c, aXcXb, false",
    "*a*a*a*a*a*a*a*a*b, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, false",
    "order.x, orderXx, false",
  })
  void a_pattern_of_definitions_holds_for_the_whole_key(
      String pattern, String definition, boolean allowed) {
    Access access = access(key(rights(List.of("other", pattern), Set.of(), true, false)));

    assertThat(access.faults(asked(definition, false, GERMAN)).isEmpty()).isEqualTo(allowed);
  }

  @ParameterizedTest
  @CsvSource({
    // The number, the countries that are allowed, and whether it may be sent to.
    "4915112345678, DE, true",
    "4915112345678, AT DE, true",
    "4915112345678, AT, false",
    // One country code of many countries.
    "14255550123, US, true",
    "14255550123, CA, false",
    "14165550123, CA, true",
    "14165550123, US, false",
    "18765550123, US CA, false",
    "18765550123, JM, true",
    "18095550123, US, false",
    "447400123456, GB, true",
    "447781123456, GB, false",
    "447781123456, GG, true",
    "447624123456, IM, true",
    "77012345678, RU, false",
    "77012345678, KZ, true",
    "79161234567, RU, true",
    // A number that the library takes for none of them.
    "12005550123, US, false",
    // Satellites and international networks belong to no country.
    "881612345678, DE, false",
    "88312345678901, US, false",
    "979123456789, GB, false",
    // A country is known by its code, even if the number is in a range that is new.
    "4915912345678, DE, true",
  })
  void a_number_must_belong_to_a_country_that_is_allowed(
      String digits, String countries, boolean allowed) {
    Set<String> set = Set.of(countries.split(" "));
    List<Fault> ofCaller = access(key(rights(List.of(), set, true, true))).faults(to(digits));
    List<Fault> ofSite = access(new SiteRules(set, Severity.OFF)).faults(to(digits));

    assertThat(ofCaller.isEmpty()).isEqualTo(allowed);
    assertThat(ofSite).isEqualTo(ofCaller);
    assertThat(ofCaller).noneMatch(fault -> fault.message().contains(digits));
  }

  /** An example of each country that has such numbers. */
  private static Stream<String> examples(PhoneNumberType type) {
    PhoneNumberUtil library = PhoneNumberUtil.getInstance();
    return library.getSupportedRegions().stream()
        .sorted()
        .map(region -> library.getExampleNumberForType(region, type))
        .filter(number -> number != null && library.getNumberType(number) == type)
        .map(AccessTest::digits);
  }

  private static String digits(PhoneNumber number) {
    return PhoneNumberUtil.getInstance().format(number, PhoneNumberFormat.E164).substring(1);
  }

  @Test
  void numbers_with_extra_cost_are_refused_in_every_country() {
    Access access = access(new SiteRules(Set.of(), Severity.REFUSE));
    List<String> passed = new ArrayList<>();
    for (PhoneNumberType type :
        List.of(
            PhoneNumberType.PREMIUM_RATE,
            PhoneNumberType.SHARED_COST,
            PhoneNumberType.PERSONAL_NUMBER)) {
      examples(type).filter(digits -> access.faults(to(digits)).isEmpty()).forEach(passed::add);
    }

    assertThat(passed).isEmpty();
    assertThat(access.faults(to("979123456789"))).hasSize(1);
  }

  @Test
  void mobile_numbers_of_every_country_pass() {
    Access access = access(new SiteRules(Set.of(), Severity.REFUSE));

    assertThat(examples(PhoneNumberType.MOBILE)).hasSizeGreaterThan(150);
    assertThat(examples(PhoneNumberType.MOBILE).filter(to -> !access.faults(to(to)).isEmpty()))
        .isEmpty();
  }

  static Stream<String> premium() {
    return Stream.of("449012345678", "4990012345678", "447012345678", "491801234567");
  }

  @ParameterizedTest
  @MethodSource("premium")
  void a_caller_with_an_entry_needs_the_right_to_premium_numbers_whatever_the_site_says(
      String digits) {
    Key with = key(rights(List.of(), Set.of(), true, true));
    Key without = key(rights(List.of(), Set.of(), true, false));
    for (Severity severity : Severity.values()) {
      SiteRules site = new SiteRules(Set.of(), severity);
      assertThat(new Access(id -> Optional.of(with), site, CLOCK, true).faults(to(digits)))
          .isEmpty();
      assertThat(new Access(id -> Optional.of(without), site, CLOCK, true).faults(to(digits)))
          .extracting(Fault::field)
          .containsExactly("recipient.to");
    }
  }

  @Test
  void a_caller_without_an_entry_is_warned_of_premium_numbers_if_the_site_says_so() {
    Asked asked = to("449012345678");

    assertThat(access(new SiteRules(Set.of(), Severity.WARN)).faults(asked)).isEmpty();
    assertThat(access(new SiteRules(Set.of(), Severity.WARN)).warning(asked))
        .contains("a premium-rate number");
    assertThat(access(new SiteRules(Set.of(), Severity.OFF)).warning(asked)).isEmpty();
    assertThat(access(new SiteRules(Set.of(), Severity.WARN)).warning(to(GERMAN))).isEmpty();
  }

  @Test
  void a_text_of_its_own_needs_the_right() {
    Asked asked = asked("order", true, GERMAN);

    assertThat(access(key(rights(List.of(), Set.of(), true, false))).faults(asked)).isEmpty();
    assertThat(access(key(rights(List.of(), Set.of(), false, false))).faults(asked))
        .extracting(Fault::field)
        .containsExactly("content.message");
  }

  @Test
  void all_that_is_not_allowed_is_told_at_once() {
    Access access = access(key(rights(List.of("order"), Set.of("AT"), false, false)));

    assertThat(access.faults(asked("other", true, GERMAN)))
        .extracting(Fault::field)
        .containsExactly("definitionKey", "content.message", "recipient.to");
    assertThat(access.faults(asked("other", true, GERMAN)))
        .extracting(Fault::code)
        .containsOnly(ErrorCode.FORBIDDEN);
  }

  @Test
  void a_caller_who_is_revoked_has_expired_or_may_not_send_has_no_rights() {
    Set<Role> send = Set.of(Role.SEND);
    Rights all = Rights.ALL;

    assertThat(access(key(all, send, Optional.empty(), Optional.of(NOW))).faults(to(GERMAN)))
        .extracting(Fault::message)
        .containsExactly("Expected a caller with rights; those of 'shop' were revoked");
    assertThat(access(key(all, send, Optional.of(NOW), Optional.empty())).faults(to(GERMAN)))
        .extracting(Fault::message)
        .containsExactly("Expected a caller with rights; those of 'shop' have expired");
    assertThat(
            access(key(all, Set.of(Role.OPERATE), Optional.empty(), Optional.empty()))
                .faults(to(GERMAN)))
        .extracting(Fault::message)
        .containsExactly("Expected a caller with the role send; 'shop' does not have it");
    assertThat(
            access(key(all, send, Optional.of(NOW.plusMillis(1)), Optional.empty()))
                .faults(to(GERMAN)))
        .isEmpty();
  }

  @Test
  void a_caller_without_an_entry_has_all_rights() {
    Asked other = new Asked(Optional.of("other"), true, "any", true, Optional.of(GERMAN));

    assertThat(access(key(rights(List.of("x"), Set.of("AT"), false, false))).faults(other))
        .isEmpty();
  }

  @Test
  void a_request_over_http_needs_a_caller_where_callers_are_known() {
    Asked http = new Asked(Optional.empty(), true, "any", false, Optional.of(GERMAN));
    Asked file = new Asked(Optional.empty(), false, "any", false, Optional.of(GERMAN));

    assertThat(access(key(Rights.ALL)).faults(http))
        .extracting(Fault::code)
        .containsExactly(ErrorCode.FORBIDDEN);
    assertThat(access(key(Rights.ALL)).faults(file)).isEmpty();
    assertThat(access(SiteRules.NONE).faults(http)).isEmpty();
  }

  @Test
  void what_cannot_be_read_is_no_matter_of_rights() {
    Asked asked = new Asked(Optional.of("shop"), true, null, false, Optional.empty());

    assertThat(access(key(rights(List.of("x"), Set.of("AT"), true, false))).faults(asked))
        .isEmpty();
  }
}
