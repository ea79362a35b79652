package dev.smsroutes.contactpolicy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.testing.Mutations;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever stands in the list of numbers that get no SMS, it is read or the log says why not. */
class SuppressionFuzzTest {
  @Provide
  Arbitrary<byte[]> lists() {
    return Mutations.ofTexts(
        "# stop\n+4915112345678\n0049 151 12345678\n14255550123;2026-01-01\n\n",
        "number,reason\n+4915112345678,STOP\n\"+1 425 555 0123\",\"a, b\"\n");
  }

  @Property
  void a_list_is_read_or_said_to_be_broken(@ForAll("lists") byte[] list) throws Exception {
    try {
      assertThat(Mutations.ends(() -> SuppressionReader.read(new ByteArrayInputStream(list))))
          .isNotNull();
    } catch (IOException e) {
      assertThat(e.getMessage()).startsWith("expected ").doesNotContainPattern("\\p{Cc}");
    }
  }
}
