package dev.smsroutes.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailureLimitTest {
  private final AtomicLong time = new AtomicLong();
  private final FailureLimit limit = new FailureLimit(time::get);

  @Test
  void allows_ten_failures_a_minute() {
    fail("10.0.0.1", 10);
    time.addAndGet(Duration.ofSeconds(50).toNanos());

    assertThat(limit.failed("10.0.0.1")).contains(Duration.ofSeconds(10));

    time.addAndGet(Duration.ofSeconds(10).toNanos());
    assertThat(limit.failed("10.0.0.1")).isEmpty();
  }

  @ParameterizedTest(name = "{0} and {1}: {2}")
  @CsvSource({
    "10.0.0.1, 10.0.0.2, false",
    "2001:db8::1, 2001:db8::2, true",
    "2001:db8::1, 2001:db8:0:1::1, false",
    "::1, ::2, true"
  })
  void counts_for_an_address_or_a_network_of_one_machine(
      String first, String second, boolean same) {
    fail(first, 10);

    assertThat(limit.failed(second).isPresent()).isEqualTo(same);
  }

  @Test
  void forgets_the_oldest_of_too_many_addresses() {
    for (int i = 0; i < FailureLimit.ADDRESSES + 500; i++) {
      fail("10." + i / 65_536 + "." + i / 256 % 256 + "." + i % 256, 1);
    }

    assertThat(limit.addresses()).isEqualTo(FailureLimit.ADDRESSES);
  }

  private void fail(String address, int times) {
    for (int i = 0; i < times; i++) {
      assertThat(limit.failed(address)).isEmpty();
    }
  }
}
