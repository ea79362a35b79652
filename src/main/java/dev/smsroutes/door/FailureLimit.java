package dev.smsroutes.door;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How often callers of one address may fail: ten times a minute. Thread-safe.
 *
 * <p>Only failures are limited. A gateway in front gives all callers one address, and each who has
 * valid credentials must not suffer from another one's guesses; 256 random bits cannot be guessed.
 */
final class FailureLimit {
  static final int FAILURES = 10;
  static final Duration WINDOW = Duration.ofMinutes(1);

  /** Of so many addresses failures are kept; then the oldest are forgotten. */
  static final int ADDRESSES = 10_000;

  private final LongSupplier nanoTime;

  private final Map<String, Window> windows =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Window> eldest) {
          return size() > ADDRESSES;
        }
      };

  private static final class Window {
    private final long began;
    private int failures;

    private Window(long began) {
      this.began = began;
    }
  }

  FailureLimit() {
    this(System::nanoTime);
  }

  FailureLimit(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Notes a failure.
   *
   * @param address of the caller, as numbers
   * @return how long to wait, if there were too many
   */
  synchronized Optional<Duration> failed(String address) {
    long now = nanoTime.getAsLong();
    String network = network(address);
    Window window = windows.get(network);
    if (window == null || now - window.began >= WINDOW.toNanos()) {
      windows.remove(network);
      window = new Window(now);
      windows.put(network, window);
    }
    if (window.failures < FAILURES) {
      window.failures++;
      return Optional.empty();
    }
    return Optional.of(WINDOW.minusNanos(now - window.began));
  }

  synchronized int addresses() {
    return windows.size();
  }

  /** One machine has 2^64 addresses of IPv6, so they count as one. */
  private static String network(String address) {
    if (address.indexOf(':') < 0) {
      return address;
    }
    try {
      // No name has a colon: nothing is looked up.
      InetAddress numbers = InetAddress.getByName(address);
      return numbers instanceof Inet6Address
          ? HexFormat.of().formatHex(Arrays.copyOf(numbers.getAddress(), 8))
          : address;
    } catch (UnknownHostException e) {
      return address;
    }
  }
}
