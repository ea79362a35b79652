package dev.smsroutes.batch.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.smsroutes.model.Person;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a file looks like after a person was erased from it. */
class RowEraserTest {
  private static final InputRules RULES =
      new InputRules(1L << 30, 1_000_000, 1L << 30, 1_000, InputEncoding.AUTO);

  @TempDir private Path folder;

  /** Name, before, rows with the person, after; KEY is the made key of the file. */
  static Stream<Arguments> files() {
    return Stream.of(
        arguments(
            "a.csv",
            """
            definitionKey,messageKey,contactKey,to,FirstName
            shop,k1,ada,+49 151 98765432,Ada
            shop,k2,bob,+1 425 555 0123,"Bob, the
            builder"
            shop,k3,c,015198765432,Cy
            """,
            2,
            """
            definitionKey,messageKey,contactKey,to,FirstName
            shop,k1,,,
            shop,k2,bob,+1 425 555 0123,"Bob, the
            builder"
            shop,k3,,,
            """),
        arguments(
            "made-keys.csv",
            "sep=;\ndefinitionKey;contactKey;to\nshop;ada;+4915198765432\nshop;bob;+14255550123\n",
            1,
            "sep=;\nmessageKey;definitionKey;contactKey;to\n"
                + "KEY-1;shop;;\nKEY-2;shop;bob;+14255550123\n"),
        arguments(
            "some-keys.csv",
            "definitionKey,messageKey,contactKey,to\n"
                + "shop,,ada,+4915198765432\nshop,,bob,+14255550123\n",
            1,
            "definitionKey,messageKey,contactKey,to\n"
                + "shop,KEY-1,,\nshop,KEY-2,bob,+14255550123\n"),
        arguments(
            "friend.csv",
            "definitionKey,messageKey,contactKey,to,friend\n"
                + "shop,k1,bob,+14255550123,+49 151 98765432\n",
            1,
            "definitionKey,messageKey,contactKey,to,friend\nshop,k1,bob,+14255550123,\n"),
        arguments(
            "swapped.csv",
            "definitionKey,messageKey,contactKey,to\n+49 151 98765432,k1,shop,ada\n",
            1,
            "definitionKey,messageKey,contactKey,to\n,k1,shop,ada\n"),
        arguments(
            "broken.csv",
            "definitionKey,messageKey,contactKey,to\n"
                + "shop,k1,ada,+4915198765432,too,many\nshop,k2,bob\nx,\"y\"z 4915198765432,,\n",
            2,
            "definitionKey,messageKey,contactKey,to\n,,,\nshop,k2,bob\n,,,\n"),
        arguments(
            "a.csv.rejects.csv",
            "_code,_field,_message,definitionKey,messageKey,contactKey,to\n"
                + "109121,to,Expected a number,shop,k1,ada,+4915198765432\n"
                + "109121,to,Expected a number,shop,k2,bob,12\n",
            1,
            "_code,_field,_message,definitionKey,messageKey,contactKey,to\n"
                + "109121,to,,shop,k1,,\n"
                + "109121,to,Expected a number,shop,k2,bob,12\n"),
        arguments(
            "a.ndjson",
            "{\"definitionKey\":\"shop\",\"messageKey\":\"k1\",\"recipient\":{\"contactKey\":\"a\","
                + "\"to\":\"+4915198765432\"},\"content\":{\"message\":\"Hi\"}}\n"
                + "{\"definitionKey\": \"shop\", \"messageKey\": \"k2\", \"recipient\":{\"to\":\"1\"}}\n"
                + "{\"to\": 4915198765432, broken\n"
                + "broken\n",
            2,
            "{\"definitionKey\":\"shop\",\"messageKey\":\"k1\"}\n"
                + "{\"definitionKey\": \"shop\", \"messageKey\": \"k2\", \"recipient\":{\"to\":\"1\"}}\n"
                + "{}\nbroken\n"),
        arguments(
            "many.ndjson",
            "{\"definitionKey\":\"shop\",\"recipients\":[{\"contactKey\":\"a\",\"to\":\"0151 98765432\"},"
                + "{\"contactKey\":\"b\",\"to\":\"+14255550123\"}]}\n",
            1,
            "{\"definitionKey\":\"shop\",\"recipients\":[{\"messageKey\":\"KEY-1-1\"},"
                + "{\"contactKey\":\"b\",\"to\":\"+14255550123\",\"messageKey\":\"KEY-1-2\"}]}\n"),
        arguments(
            "named.ndjson",
            "{\"messageKey\":\"k\",\"4915198765432\":1,\"x\":[4915198765432,{\"y\":\"49 151 98765432\"}]}\n",
            1,
            "{\"messageKey\":\"k\",\"x\":[\"\",{\"y\":\"\"}]}\n"),
        arguments(
            "one.json",
            "{\"definitionKey\":\"shop\",\n \"messageKey\":\"k\",\"recipient\":{\"contactKey\":\"a\","
                + "\"to\":\"4915198765432\"}}\n",
            1,
            "{\"definitionKey\":\"shop\",\"messageKey\":\"k\"}\n"),
        arguments(
            "a.csv.results.ndjson",
            "{\"row\":1,\"messageKey\":\"k1\",\"message\":\"4915198765432 is no number\"}\n"
                + "{\"row\":2,\"messageKey\":\"k2\",\"message\":\"\"}\n",
            1,
            "{\"row\":1,\"messageKey\":\"k1\",\"message\":\"\"}\n"
                + "{\"row\":2,\"messageKey\":\"k2\",\"message\":\"\"}\n"),
        arguments(
            "a.csv.results.csv",
            "row;item;messageKey;outcome;code;message;requestId\n"
                + "1;;k1;REFUSED;109121;+49 151 98765432 is wrong;r\n2;;k2;ACCEPTED;0;;r\n",
            1,
            "row;item;messageKey;outcome;code;message;requestId\n"
                + "1;;k1;REFUSED;109121;;r\n2;;k2;ACCEPTED;0;;r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void erases_the_person_and_keeps_all_other_rows(
      String name, String before, int rows, String after) throws Exception {
    Path file = Files.writeString(folder.resolve(name), before);
    ByteArrayOutputStream copy = new ByteArrayOutputStream();

    assertThat(eraser("+4915198765432").copy(file, copy)).isEqualTo(rows);
    String text = copy.toString(StandardCharsets.UTF_8).replace("\r\n", "\n");
    assertThat(text.replaceAll("f-[0-9a-f]{32}", "KEY")).isEqualTo(after);
    assertThat(Person.of("+4915198765432").isMentionedIn(text)).isFalse();

    Path again = Files.write(folder.resolve("again-" + name), copy.toByteArray());
    ByteArrayOutputStream second = new ByteArrayOutputStream();
    assertThat(eraser("+4915198765432").copy(again, second)).isZero();
  }

  @Test
  void packs_a_packed_file_again() throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(
          "definitionKey,messageKey,contactKey,to\nshop,k,ada,1\n"
              .getBytes(StandardCharsets.UTF_8));
    }
    Path file = Files.write(folder.resolve("a.csv.gz"), packed.toByteArray());
    ByteArrayOutputStream copy = new ByteArrayOutputStream();

    assertThat(eraser("ada").copy(file, copy)).isOne();
    assertThat(new GZIPInputStream(new ByteArrayInputStream(copy.toByteArray())).readAllBytes())
        .asString(StandardCharsets.UTF_8)
        .isEqualToNormalizingNewlines("definitionKey,messageKey,contactKey,to\nshop,k,,\n");
  }

  @Test
  void keeps_a_byte_order_mark_and_turns_other_encodings_into_utf_8() throws Exception {
    String text = "\uFEFFdefinitionKey,messageKey,contactKey,to,n\nshop,k,ada,1,ä\nshop,l,b,2,ö\n";
    Path file = Files.write(folder.resolve("a.csv"), text.getBytes(StandardCharsets.UTF_16LE));
    ByteArrayOutputStream copy = new ByteArrayOutputStream();

    assertThat(eraser("ada").copy(file, copy)).isOne();
    assertThat(copy.toString(StandardCharsets.UTF_8))
        .isEqualToNormalizingNewlines(
            "\uFEFFdefinitionKey,messageKey,contactKey,to,n\nshop,k,,,\nshop,l,b,2,ö\n");
  }

  @Test
  void finds_the_person_in_a_file_that_is_no_batch() throws IOException {
    byte[] utf16 = "x 4915198765432 y".getBytes(StandardCharsets.UTF_16LE);
    Path text = Files.writeString(folder.resolve("a.txt"), " ".repeat(65_530) + "4915198765432");
    Path other = Files.write(folder.resolve("b.txt"), utf16);
    Path none = Files.writeString(folder.resolve("c.txt"), "14255550123");
    RowEraser eraser = eraser("+4915198765432");

    assertThatThrownBy(() -> eraser.copy(text, OutputStream.nullOutputStream()))
        .isInstanceOf(UnreadableFileException.class);
    assertThat(eraser.mentions(text)).isTrue();
    assertThat(eraser.mentions(other)).isTrue();
    assertThat(eraser.mentions(none)).isFalse();
  }

  private static RowEraser eraser(String person) {
    return new RowEraser(Person.of(person), key -> Optional.empty(), RULES, () -> {});
  }
}
