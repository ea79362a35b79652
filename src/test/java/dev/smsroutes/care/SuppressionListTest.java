package dev.smsroutes.care;

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
    assertThat(keys)
        .allSatisfy(key -> assertThat(list.hasContactKey(key)).isEqualTo(keysOn.contains(key)));
  }

  @Test
  void tells_apart_what_only_looks_alike() {
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

  @Test
  void counts_a_number_once() {
    SuppressionList.Builder builder = new SuppressionList.Builder();
    List.of("4915112345678", "4915112345678", "14255550123").forEach(builder::number);

    assertThat(builder.build().numbers()).isEqualTo(2);
  }

  @Test
  void has_nobody_when_it_is_empty() {
    assertThat(SuppressionList.EMPTY.hasNumber("4915112345678")).isFalse();
    assertThat(SuppressionList.EMPTY.hasContactKey("")).isFalse();
  }

  /** Many enough for every place of the table to be somebody's neighbour. */
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
