package dev.smsroutes.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class TextPartsPropertyTest {

  @Property(tries = 3_000)
  void counts_as_the_slow_reference_does(@ForAll("texts") String text) {
    assertThat(TextParts.count(text)).isEqualTo(reference(text));
  }

  @Property(tries = 2_000)
  void counts_as_the_slow_reference_does_for_any_text(@ForAll String text) {
    assertThat(TextParts.count(text)).isEqualTo(reference(text));
  }

  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> gsm =
        Arbitraries.of("a", "é", "€", "[", "\n", "Ç", "\f", "aaaaaaaaaaaaaaaaaaa");
    Arbitrary<String> any =
        Arbitraries.of("a", "€", "ç", "😀", "\uD83D", "\uDE00", "aaaaaaaaaaaaaaa");
    return Arbitraries.oneOf(
        gsm.list().ofMaxSize(120).map(pieces -> String.join("", pieces)),
        any.list().ofMaxSize(120).map(pieces -> String.join("", pieces)));
  }

  /** Writes the parts out, character by character, and counts them afterwards. */
  private static TextParts reference(String text) {
    int[] characters = text.codePoints().toArray();
    int odd =
        IntStream.range(0, characters.length)
            .filter(i -> septets(characters[i]) == 0)
            .findFirst()
            .orElse(-1);
    boolean gsm = odd < 0;
    List<List<Integer>> parts = new ArrayList<>();
    parts.add(new ArrayList<>());
    for (int character : characters) {
      int size = gsm ? septets(character) : Character.toChars(character).length;
      List<Integer> last = parts.get(parts.size() - 1);
      if (sum(last) + size > (gsm ? 153 : 67)) {
        last = new ArrayList<>();
        parts.add(last);
      }
      last.add(size);
    }
    int units = parts.stream().mapToInt(TextPartsPropertyTest::sum).sum();
    return new TextParts(
        gsm ? Encoding.GSM : Encoding.UCS2,
        units,
        units <= (gsm ? 160 : 70) ? 1 : parts.size(),
        gsm ? Optional.empty() : Optional.of(new NonGsm(characters[odd], odd + 1)));
  }

  private static int septets(int character) {
    if (Gsm0338.EXTENSION.contains(character)) {
      return 2;
    }
    return Gsm0338.DEFAULT.contains(character) ? 1 : 0;
  }

  private static int sum(List<Integer> sizes) {
    return sizes.stream().mapToInt(Integer::intValue).sum();
  }
}
