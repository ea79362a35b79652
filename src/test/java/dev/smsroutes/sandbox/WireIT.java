package dev.smsroutes.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WireIT {
  @ParameterizedTest
  @CsvSource({
    "/a/b?c=d#e,/a/b,c=d",
    "/a#b?c,/a,c",
    "/a%2Fb?,/a%2Fb,''",
    "http://host:1/a?b,/a,b",
    "http://host,/,''",
    "*,/,''",
    "/a//b/../c,/a//b/../c,''"
  })
  void takes_a_target_apart_and_normalises_nothing(String target, String path, String query) {
    assertThat(Wire.path(target)).isEqualTo(path);
    assertThat(Wire.query(target)).isEqualTo(query);
  }

  @ParameterizedTest
  @CsvSource({"a=1&b=2,b,2", "a=1,c,none", "%24page=3,$page,3", "a=x+y%2Bz,a,x y+z", "a,a,''"})
  void finds_a_parameter(String query, String name, String value) {
    assertThat(Wire.parameter(query, name).orElse("none")).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({"%", "%4", "%4x", "%g1", "%FF", "%C3", "%ED%A0%80", "a%+1"})
  void refuses_broken_escapes_and_other_encodings(String raw) {
    assertThat(Wire.decode(raw)).isEmpty();
  }

  @Property
  void decodes_what_was_encoded(@ForAll String text) {
    Assume.that(StandardCharsets.UTF_8.newEncoder().canEncode(text));
    assertThat(Wire.decode(Caller.encoded(text))).contains(text);
  }
}
