package dev.smsroutes.batch.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

public class GunzipTest {
  private static final byte[] TEXT = "one,two\nthree,four\n".getBytes(StandardCharsets.UTF_8);

  public static byte[] gzip(byte[]... members) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] member : members) {
      try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
        gzip.write(member);
      } catch (IOException e) {
        throw new IllegalStateException("Memory can be written", e);
      }
    }
    return bytes.toByteArray();
  }

  private static Gunzip gunzip(byte[] packed) {
    return gunzip(new ByteArrayInputStream(packed));
  }

  private static Gunzip gunzip(InputStream packed) {
    return new Gunzip(packed, Long.MAX_VALUE, 2_000);
  }

  private static byte[] unpacked(byte[] packed) throws IOException {
    try (Gunzip in = gunzip(packed)) {
      return in.readAllBytes();
    }
  }

  /** Gives a few bytes at a time, as a disk may. */
  private static final class Slow extends ByteArrayInputStream {
    private final int most;

    Slow(byte[] bytes, int most) {
      super(bytes);
      this.most = most;
    }

    @Override
    public synchronized int read(byte[] bytes, int from, int length) {
      return super.read(bytes, from, Math.min(length, most));
    }
  }

  @Property(tries = 200)
  void gives_back_all_members_in_pieces_of_any_size(
      @ForAll @Size(max = 4) List<byte[]> members,
      @ForAll @IntRange(min = 1, max = 50) int in,
      @ForAll @IntRange(min = 1, max = 50) int out)
      throws IOException {
    if (members.isEmpty()) {
      return;
    }
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    members.forEach(expected::writeBytes);
    ByteArrayOutputStream came = new ByteArrayOutputStream();
    try (Gunzip gunzip = gunzip(new Slow(gzip(members.toArray(byte[][]::new)), in))) {
      byte[] piece = new byte[out];
      for (int n = gunzip.read(piece); n >= 0; n = gunzip.read(piece)) {
        came.write(piece, 0, n);
      }
      assertThat(gunzip.read()).isEqualTo(-1);
    }
    assertThat(came.toByteArray()).isEqualTo(expected.toByteArray());
  }

  @Test
  void refuses_a_file_that_breaks_off_anywhere() {
    byte[] packed = gzip(TEXT, TEXT);
    int second = gzip(TEXT).length;
    for (int length = 1; length < packed.length; length++) {
      byte[] cut = Arrays.copyOf(packed, length);
      if (length != second) {
        assertThatThrownBy(() -> unpacked(cut))
            .as("after %d bytes", length)
            .isInstanceOf(BadContentException.class);
      }
    }
  }

  @Test
  void never_gives_another_text_when_a_bit_has_turned() throws IOException {
    byte[] packed = gzip(TEXT);
    int refused = 0;
    for (int bit = 0; bit < packed.length * 8; bit++) {
      byte[] turned = packed.clone();
      turned[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        // Time and system of the header may turn without harm.
        assertThat(unpacked(turned)).as("bit %d", bit).isEqualTo(TEXT);
      } catch (BadContentException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan((packed.length - 10) * 8);
  }

  @Test
  void reads_a_header_with_everything_in_it() throws IOException {
    byte[] plain = gzip(TEXT);
    ByteArrayOutputStream full = new ByteArrayOutputStream();
    full.writeBytes(new byte[] {0x1F, (byte) 0x8B, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3});
    full.writeBytes(new byte[] {3, 0, 'x', 'y', 'z'});
    full.writeBytes("name.csv\0a comment\0".getBytes(StandardCharsets.ISO_8859_1));
    CRC32 crc = new CRC32();
    crc.update(full.toByteArray());
    full.write((int) crc.getValue());
    full.write((int) (crc.getValue() >> 8));
    full.writeBytes(Arrays.copyOfRange(plain, 10, plain.length));
    assertThat(unpacked(full.toByteArray())).isEqualTo(TEXT);
  }

  @Test
  void refuses_other_data_behind_it_and_says_where_they_begin() {
    byte[] packed = gzip(TEXT);
    for (String behind : List.of("x", "\0\0x", "\u001fx", "\u001f")) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.writeBytes(packed);
      all.writeBytes(behind.getBytes(StandardCharsets.ISO_8859_1));
      assertThatThrownBy(() -> unpacked(all.toByteArray()))
          .isInstanceOf(BadContentException.class)
          .hasMessageContaining("behind the gzip data");
    }
  }

  @Test
  void stops_at_its_limits_before_it_gives_out_more() throws IOException {
    byte[] zeros = gzip(new byte[20_000_000]);
    try (Gunzip in = new Gunzip(new ByteArrayInputStream(zeros), Long.MAX_VALUE, 500)) {
      assertThatThrownBy(() -> in.skipNBytes(2_000_000)).hasMessageContaining("up to 500 times");
    }
    try (Gunzip in = new Gunzip(new ByteArrayInputStream(zeros), 100_000, 2_000)) {
      assertThatThrownBy(() -> in.skipNBytes(200_000)).hasMessageContaining("up to 100,000 bytes");
    }
    // What is small may shrink as much as it can.
    byte[] small = gzip(new byte[1_000_000]);
    try (Gunzip in = new Gunzip(new ByteArrayInputStream(small), 1_000_000, 1)) {
      assertThat(in.readAllBytes()).hasSize(1_000_000);
    }
  }

  @Test
  void tells_a_later_reader_that_it_is_closed() throws IOException {
    Gunzip in = gunzip(gzip(TEXT));
    in.close();
    assertThatThrownBy(in::read).isInstanceOf(ClosedChannelException.class);
  }
}
