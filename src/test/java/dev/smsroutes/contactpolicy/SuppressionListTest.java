package dev.smsroutes.contactpolicy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuppressionListTest {
  @Property(tries = 200)
  void has_what_was_put_on_it_and_nothing_else(
      @ForAll @Size(max = 200) Set<@LongRange(min = 1, max = 999_999_999_999_999_999L) Long> on,
      @ForAll @Size(max = 200) Set<@LongRange(min = 1, max = 999_999_999_999_999_999L) Long> asked,
      @ForAll @Size(max = 100) Set<@StringLength(max = 12) String> keysOn,
      @ForAll @Size(max = 100) Set<@StringLength(max = 12) String> keysAsked) {
    SuppressionList.Builder builder = new SuppressionList.Builder();
    on.forEach(number -> builder.number(Long.toString(number)));
    keysOn.forEach(builder::contactKey);
    SuppressionList list = builder.build();

    Set<Long> numbers = new HashSet<>(on);
    numbers.addAll(asked);
    assertThat(numbers)
        .allSatisfy(
            number ->
                assertThat(list.hasNumber(Long.toString(number))).isEqualTo(on.contains(number)));
    Set<String> keys = new HashSet<>(keysOn);
    keys.addAll(keysAsked);
    Set<String> comparableOn = new HashSet<>();
    keysOn.forEach(key -> comparableOn.add(SuppressionList.comparable(key)));
    assertThat(keys)
        .allSatisfy(
            key ->
                assertThat(list.hasContactKey(key))
                    .isEqualTo(comparableOn.contains(SuppressionList.comparable(key))));
  }

  @Test
  void distinguishes_lookalike_keys() {
    SuppressionList.Builder builder = new SuppressionList.Builder();
    builder.number("4915112345678");
    builder.number("12345678901234567890");
    builder.contactKey("Ada@example.org");
    builder.contactKey("?");
    SuppressionList list = builder.build();

    assertThat(list.hasNumber("4915112345678")).isTrue();
    assertThat(list.hasNumber("4915112345679")).isFalse();
    assertThat(list.hasNumber("12345678901234567890")).isTrue();
    assertThat(list.hasNumber("12345678901234567891")).isFalse();
    assertThat(list.hasContactKey("4915112345678")).isFalse();
    assertThat(list.hasContactKey("12345678901234567890")).isFalse();
    assertThat(list.hasContactKey("Ada@example.org")).isTrue();
    assertThat(list.hasContactKey("ada@example.org")).isFalse();
    assertThat(list.hasContactKey("?")).isTrue();
    assertThat(list.hasContactKey("\uD800")).as("half a character").isFalse();
  }

  /** A key on the list | the same key as a request may write it. */
  @ParameterizedTest
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "c1,' c1'",
        "c1,'c1 '",
        "c1,'c1\u00a0'",
        "c1,'\u00a0c1'",
        "c1,'c1\u200b'",
        "c1,'\ufeffc1'",
        "c1,'c\u200b1'",
        "c1,'\u202ac1\u202c'",
        "c1,'\u2066c1\u2069'",
        "c1,'c\u00ad1'",
        "c1,'c\u20601'",
        "c1,'c1\udb40\udc01'",
        "c1,'\tc1\r\n'",
        "c1,'\u0085c1\u000b'",
        "c1,'\u2007c1\u202f'",
        "c1,'\u3000c1\u2028'",
        "c1,'\u1680c1\u205f'",
        "c1,'\u200b \u00a0\u200bc1 \u200b '",
        "' c1 ',c1",
        "'c1\u200b','\u00a0c1'",
        "'ada lovelace','ada lovelace '",
        "'Jos\u00e9','Jose\u0301'",
        "'Jose\u0301','Jos\u00e9'",
        "'\u212bngstr\u00f6m','A\u030angstro\u0308m'",
        "'\ud55c','\u1112\u1161\u11ab'",
      })
  void treats_equal_looking_keys_as_equal(String onTheList, String asked) {
    assertThat(listOf(onTheList).hasContactKey(asked)).isTrue();
  }

  /** A key on the list | the key of another person. */
  @ParameterizedTest
  @CsvSource({
    "c1,C1",
    "c1,c 1",
    "c1,c\u00a01",
    "c1,c-1",
    "c1,c11",
    "Jos\u00e9,Jose",
    "ada lovelace,adalovelace",
    "ada lovelace,ada\u00a0lovelace",
    "\uff43\uff11,c1",
    "\ufb01n,fin",
  })
  void treats_different_looking_keys_as_different(String onTheList, String asked) {
    assertThat(listOf(onTheList).hasContactKey(asked)).isFalse();
  }

  private static SuppressionList listOf(String contactKey) {
    SuppressionList.Builder builder = new SuppressionList.Builder();
    builder.contactKey(contactKey);
    return builder.build();
  }

  @Test
  void compares_a_key_of_a_million_blanks_in_no_time() {
    String blanks = " ".repeat(1_000_000);

    assertThat(listOf("c1").hasContactKey("c" + blanks + "1")).isFalse();
    assertThat(listOf("c1").hasContactKey(blanks + "c1" + blanks)).isTrue();
  }

  @Test
  void counts_a_number_once() {
    SuppressionList.Builder builder = new SuppressionList.Builder();
    List.of("4915112345678", "4915112345678", "14255550123").forEach(builder::number);

    assertThat(builder.build().numbers()).isEqualTo(2);
  }

  @Test
  void an_empty_list_has_no_entry() {
    assertThat(SuppressionList.EMPTY.hasNumber("4915112345678")).isFalse();
    assertThat(SuppressionList.EMPTY.hasContactKey("")).isFalse();
  }

  /** Enough keys for every place of the table to have a neighbour. */
  @Test
  void finds_each_of_a_hundred_thousand_keys_and_no_other() {
    SuppressionList.Builder builder = new SuppressionList.Builder();
    long salt = ThreadLocalRandom.current().nextLong();
    for (int i = 0; i < 100_000; i++) {
      builder.contactKey(salt + "-" + i);
    }
    SuppressionList list = builder.build();
    int found = 0;
    int mistaken = 0;
    for (int i = 0; i < 100_000; i++) {
      found += list.hasContactKey(salt + "-" + i) ? 1 : 0;
      mistaken += list.hasContactKey(salt + "+" + i) ? 1 : 0;
    }
    assertThat(found).isEqualTo(100_000);
    assertThat(mistaken).isZero();
  }
}
