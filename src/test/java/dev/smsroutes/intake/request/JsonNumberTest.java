package dev.smsroutes.intake.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.BigRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;

/** What of a number reaches a handset, and what of it comes back in the rejects of a file. */
class JsonNumberTest {
  @Property
  void is_written_out_with_every_digit_and_no_other(
      @ForAll @BigRange(min = "-1000000", max = "1000000") @Scale(6) BigDecimal number,
      @ForAll @IntRange(min = -40, max = 40) int exponent) {
    String plain = new JsonNumber(number.toPlainString() + "E" + exponent).plain().orElseThrow();

    assertThat(plain).doesNotContainIgnoringCase("e");
    assertThat(new BigDecimal(plain)).isEqualByComparingTo(number.scaleByPowerOfTen(exponent));
  }

  @Property
  void stays_as_it_was_written_when_it_has_no_exponent(
      @ForAll @BigRange(min = "-1000000", max = "1000000") @Scale(6) BigDecimal number) {
    assertThat(new JsonNumber(number.toPlainString()).plain()).contains(number.toPlainString());
  }

  /** Whatever the exponent, nothing long is made and nothing fails. */
  @Property
  void is_never_longer_than_its_limit(@ForAll int digits, @ForAll long exponent) {
    JsonNumber number = new JsonNumber(digits + "E" + exponent);

    assertThatCode(number::plain).doesNotThrowAnyException();
    // A sign and a point come on top.
    assertThat(number.plain().orElse("")).hasSizeLessThanOrEqualTo(102);
  }

  @Property
  void is_written_unchanged(@ForAll int digits, @ForAll long exponent) throws IOException {
    String json = "{\"n\":[" + digits + ",1.50," + digits + "e" + exponent + "]}";

    JsonNode tree = RequestTree.read(json.getBytes(StandardCharsets.UTF_8));

    assertThat(JsonMapper.builder().build().writeValueAsString(tree)).isEqualTo(json);
  }
}
