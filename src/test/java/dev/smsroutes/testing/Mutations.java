package dev.smsroutes.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/**
 * Hostile input that is nearly fine: valid samples, with some bytes changed, cut, doubled, moved or
 * mixed with another sample, and with pieces put in that mean something to readers. Random bytes
 * would never get past the first brace.
 */
public final class Mutations {
  private static final int MAX_LENGTH = 20_000;
  private static final long PATIENCE_SECONDS = 20;

  /** Shared by all properties of a JVM; a try that hangs fails its property and is left behind. */
  private static final ExecutorService TRIES =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "fuzz");
            thread.setDaemon(true);
            return thread;
          });

  private static final List<byte[]> PIECES =
      List.of(
          utf8("\""),
          utf8("{"),
          utf8("}"),
          utf8("["),
          utf8("]"),
          utf8(":"),
          utf8(","),
          utf8(";"),
          utf8("\t"),
          utf8("\r\n"),
          utf8("\n\n"),
          utf8("\\"),
          utf8("\\u0000"),
          utf8("\\ud800"),
          utf8("null"),
          utf8("true"),
          utf8("-0"),
          utf8("1e400"),
          utf8("1E-2147483648"),
          utf8("9223372036854775808"),
          utf8("2147483648"),
          utf8("0.1"),
          utf8("NaN"),
          utf8("%%"),
          utf8("%%[IF 1]%%"),
          utf8("{{env:HOME}}"),
          utf8("${env:HOME}"),
          utf8("=1+1"),
          utf8("sep=|\r\n"),
          utf8("\ufeff"),
          utf8("\u2028"),
          utf8("\u202e"),
          utf8("\u0000"),
          utf8("e\u0301"),
          utf8("😀"),
          new byte[] {(byte) 0xff, (byte) 0xfe},
          new byte[] {(byte) 0xc0, (byte) 0x80},
          new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
          new byte[] {0x1f, (byte) 0x8b, 8, 0},
          utf8("[".repeat(2_000)),
          utf8("{\"a\":".repeat(2_000)),
          utf8("9".repeat(2_000)),
          utf8("\"".repeat(999)));

  private Mutations() {}

  /** Mutations of these files, or of all files in these folders. */
  public static Arbitrary<byte[]> ofFiles(Path... paths) {
    try {
      List<byte[]> samples = new ArrayList<>();
      for (Path path : paths) {
        try (Stream<Path> files = Files.walk(path)) {
          for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
            if (Files.size(file) <= MAX_LENGTH) {
              samples.add(Files.readAllBytes(file));
            }
          }
        }
      }
      return of(samples);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Mutations of these texts in UTF-8. */
  public static Arbitrary<byte[]> ofTexts(String... samples) {
    return of(Arrays.stream(samples).map(Mutations::utf8).toList());
  }

  private static Arbitrary<byte[]> of(List<byte[]> samples) {
    return Arbitraries.randomValue(random -> mutated(samples, random));
  }

  private static byte[] mutated(List<byte[]> samples, Random random) {
    byte[] bytes = any(samples, random).clone();
    for (int i = random.nextInt(6); i > 0; i--) {
      bytes = once(bytes, samples, random);
    }
    return bytes.length <= MAX_LENGTH ? bytes : Arrays.copyOf(bytes, MAX_LENGTH);
  }

  private static byte[] once(byte[] bytes, List<byte[]> samples, Random random) {
    int from = random.nextInt(bytes.length + 1);
    int to = Math.min(bytes.length, from + random.nextInt(1 + random.nextInt(64)));
    byte[] piece = Arrays.copyOfRange(bytes, from, to);
    return switch (random.nextInt(8)) {
      case 0 -> put(bytes, from, from, any(PIECES, random));
      case 1 -> put(bytes, from, to, any(PIECES, random));
      case 2 -> put(bytes, from, to);
      case 3 -> put(bytes, to, to, piece);
      case 4 -> put(put(bytes, from, to), random.nextInt(bytes.length - piece.length + 1), piece);
      case 5 -> Arrays.copyOf(bytes, from);
      case 6 -> spliced(bytes, from, any(samples, random), random);
      default -> flipped(bytes, random);
    };
  }

  private static byte[] put(byte[] bytes, int at, byte[] piece) {
    return put(bytes, at, at, piece);
  }

  private static byte[] put(byte[] bytes, int from, int to, byte[]... pieces) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(bytes, 0, from);
    for (byte[] piece : pieces) {
      all.writeBytes(piece);
    }
    all.write(bytes, to, bytes.length - to);
    return all.toByteArray();
  }

  private static byte[] spliced(byte[] bytes, int at, byte[] other, Random random) {
    int from = random.nextInt(other.length + 1);
    return put(Arrays.copyOf(bytes, at), at, at, Arrays.copyOfRange(other, from, other.length));
  }

  private static byte[] flipped(byte[] bytes, Random random) {
    byte[] flipped = bytes.clone();
    for (int i = flipped.length == 0 ? 0 : 1 + random.nextInt(4); i > 0; i--) {
      flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return flipped;
  }

  private static byte[] any(List<byte[]> all, Random random) {
    return all.get(random.nextInt(all.size()));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Does one try. One that does not end is a failure of the reader, and not of the build.
   *
   * @return what the work returns
   * @throws Exception what the work throws
   */
  public static <T> T ends(Callable<T> work) throws Exception {
    try {
      return TRIES.submit(work).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("Expected an end within " + PATIENCE_SECONDS + " s; got none", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw new AssertionError(e.getCause());
    }
  }
}
