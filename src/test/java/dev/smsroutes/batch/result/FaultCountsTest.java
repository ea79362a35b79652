package dev.smsroutes.batch.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.batch.format.JsonOriginal;
import dev.smsroutes.batch.format.RawRow;
import dev.smsroutes.batch.format.Rejects;
import dev.smsroutes.batch.format.RowSource;
import dev.smsroutes.batch.result.FaultSummary.Cause;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.SendRequest;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FaultCountsTest {
  private final FaultCounts counts = new FaultCounts(new Columns(Set.of("Total")), true);

  @Test
  void reports_equal_faults_once_with_count_and_first_rows() {
    for (int row = 2; row <= 2_941; row++) {
      counts.add(row(row, "order-shipped"), refused("recipient.to", "not a number"));
    }

    assertThat(counts.faults().causes())
        .singleElement()
        .satisfies(
            cause -> {
              assertThat(cause.rows()).isEqualTo(2_940);
              assertThat(cause.places()).isEqualTo("rows 2, 3, 4 and 2,937 more");
              assertThat(cause.column()).isEqualTo("to");
              assertThat(cause.definitionKey()).isEmpty();
            });
  }

  /** How many rows have it, from row 7 on | how their places are told. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1    | row 7
          2    | rows 7, 8
          3    | rows 7, 8, 9
          4    | rows 7, 8, 9 and 1 more
          1003 | rows 7, 8, 9 and 1,000 more
          """)
  void names_the_first_rows(int rows, String places) {
    LongStream.range(7, 7 + rows)
        .forEach(row -> counts.add(row(row, "d"), refused("recipient.to", "m")));

    assertThat(counts.faults().causes().get(0).places()).isEqualTo(places);
  }

  @Test
  void names_the_recipients_of_a_row() {
    for (int item = 1; item <= 2; item++) {
      counts.add(new RawRow(3, item, null, List.of(), null, 1), refused("recipient.to", "m"));
    }
    counts.add(new RawRow(4, 1, null, List.of(), null, 1), refused("recipient.to", "other"));

    assertThat(counts.faults().causes())
        .extracting(Cause::places)
        .containsExactly("rows 3.1, 3.2", "row 4 item 1");
  }

  /** What the definition of a row lacks | what is said of it. */
  @ParameterizedTest
  @CsvSource({
    "Eta, column Eta is missing",
    "Total, column Total is empty",
    "TOTAL, column TOTAL is empty"
  })
  void reports_an_absent_attribute_once_for_each_definition(String attribute, String message) {
    for (int row = 1; row <= 10; row++) {
      counts.add(
          row(row, row <= 7 ? "order-shipped" : "order-late"),
          Refused.of(
              "",
              Optional.empty(),
              List.of(
                  new Fault(
                      "recipient.attributes." + attribute,
                      ErrorCode.MISSING_FIELD,
                      "needs %%" + attribute + "%%; the request has A" + row))));
    }

    assertThat(counts.faults().causes())
        .extracting(Cause::message, cause -> cause.definitionKey().orElseThrow(), Cause::rows)
        .containsExactly(tuple(message, "order-shipped", 7L), tuple(message, "order-late", 3L));
  }

  /** What two rows are told | what is told of both; nothing if they have two causes. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Expected 4 cells; got 3 on line 7 of the file    | Expected 4 cells; got 3 on line 1,008 of the file | Expected 4 cells; got 3 on line … of the file
          Expected 4 cells; got 3 on line 7 of the file    | Expected 4 cells; got 5 on line 8 of the file     | Expected 4 cells; got … on line … of the file
          Expected JSON; line 1, column 18: it ends         | Expected JSON; line 1, column 2: it ends           | Expected JSON; line 1, column …: it ends
          Expected at most 10 parts; got 11                  | Expected at most 10 parts; got 30                    | Expected at most 10 parts; got …
          Expected a definition; 'promo1' is none           | Expected a definition; 'promo2' is none            |
          Expected a definition; 'promo-1' is none          | Expected a definition; 'promo-2' is none           |
          needs %%Line1%%                                   | needs %%Line2%%                                    |
          needs %%1%%                                       | needs %%2%%                                        |
          Expected one                                      | Expected two                                       |
          """)
  void reports_faults_once_that_differ_in_a_number_only(String one, String other, String both) {
    counts.add(row(1, "d"), refused("content.message", one));
    counts.add(row(2, "d"), refused("content.message", other));
    counts.add(row(3, "d"), refused("content.message", one));

    assertThat(counts.faults().causes())
        .extracting(Cause::message)
        .containsExactlyElementsOf(both == null ? List.of(one, other) : List.of(both));
  }

  @Test
  void orders_causes_by_rows_and_then_by_first_row() {
    counts.add(row(1, "d"), refused("recipient.to", "a"));
    counts.add(row(2, "d"), refused("recipient.to", "b"));
    counts.add(row(3, "d"), refused("recipient.to", "c"));
    counts.add(row(4, "d"), refused("recipient.to", "c"));

    assertThat(counts.faults().causes()).extracting(Cause::message).containsExactly("c", "a", "b");
  }

  @Test
  void keeps_common_causes_in_bounded_memory() {
    int different = 100_000;
    for (int row = 1; row <= different; row++) {
      counts.add(row(row, "d"), refused("recipient.to", "fault no" + row));
    }
    for (int row = 1; row <= different; row++) {
      counts.add(
          row(different + row, "d"),
          Refused.of(
              "",
              Optional.empty(),
              List.of(new Fault("content.message", ErrorCode.BAD_VALUE, "late and common"))));
    }
    FaultSummary faults = counts.faults();

    assertThat(faults.causes()).hasSize(FaultCounts.MAX_CAUSES + 2);
    assertThat(faults.causes())
        .first()
        .satisfies(
            cause -> {
              assertThat(cause.code()).isEqualTo(10005);
              assertThat(cause.rows()).isEqualTo(different);
              assertThat(cause.message()).isEqualTo("Other faults: Bad value");
            });
    assertThat(faults.causes().stream().mapToLong(Cause::rows).sum() + faults.more())
        .isEqualTo(2L * different);
    assertThat(faults.first(3).causes()).hasSize(3);
    assertThat(faults.first(3).more()).isEqualTo(FaultCounts.MAX_CAUSES - 1);
  }

  @Test
  void a_million_codes_are_counted_and_not_kept() {
    for (int code = 1; code <= 10_000; code++) {
      counts.add(row(code, "d"), new Refused("", Optional.empty(), 200_000 + code, "m", List.of()));
    }

    assertThat(counts.faults().causes()).hasSizeLessThanOrEqualTo(2 * FaultCounts.MAX_CAUSES);
    assertThat(counts.faults().more()).isPositive();
  }

  @Test
  void a_very_long_message_is_cut() {
    counts.add(row(1, "d"), refused("recipient.to", "x".repeat(100_000)));

    assertThat(counts.faults().causes().get(0).message()).hasSizeLessThan(600);
  }

  /** Whether the API may be quoted | what it says of two rows | what is told. */
  @ParameterizedTest
  @CsvSource({
    "true, Why, Why, Why",
    "true, No 4915112345678, No 4915112345679, No …",
    "true, Why, Because, Invalid to",
    "false, Why, Why, Invalid to"
  })
  void quotes_the_api_only_where_all_rows_got_the_same(
      boolean quotes, String first, String second, String told) {
    FaultCounts own = new FaultCounts(new Columns(Set.of()), quotes);
    own.add(row(1, "d"), new Refused("", Optional.empty(), 109121, first, List.of()));
    own.add(row(2, "d"), new Refused("", Optional.empty(), 109121, second, List.of()));

    assertThat(own.faults().causes())
        .singleElement()
        .satisfies(cause -> assertThat(cause.message()).isEqualTo(told));
  }

  @Test
  void what_is_accepted_has_no_fault() {
    counts.add(row(1, "d"), new Outcome.Accepted("", Optional.of("k"), false));

    assertThat(counts.faults()).isEqualTo(FaultSummary.NONE);
  }

  @Test
  void is_read_as_it_was_written() throws Exception {
    counts.add(row(1, "d"), refused("recipient.to", "a"));
    counts.add(
        new RawRow(2, 1, request("order"), List.of(), null, 1),
        Refused.of(
            "",
            Optional.empty(),
            List.of(new Fault("recipient.attributes.Eta", ErrorCode.MISSING_FIELD, "m"))));
    FaultSummary faults = counts.faults().first(1);
    ObjectNode json = JsonOriginal.MAPPER.createObjectNode();
    faults.write(json);

    assertThat(FaultSummary.read(JsonOriginal.MAPPER.readTree(json.toString()))).contains(faults);
    assertThat(FaultSummary.read(JsonOriginal.MAPPER.createObjectNode())).isEmpty();
  }

  private static RawRow row(long number, String definition) {
    return new RawRow(number, 0, request(definition), List.of(), null, 1);
  }

  private static SendRequest request(String definition) {
    return new SendRequest("k", definition, new Recipient("c", "+14255550123", Map.of()), null);
  }

  private static Outcome refused(String field, String message) {
    return Refused.of(
        "", Optional.empty(), List.of(new Fault(field, ErrorCode.INVALID_TO, message)));
  }

  /** A CSV file, as far as its columns go. */
  private record Columns(Set<String> names) implements RowSource {
    @Override
    public RawRow next() {
      return null;
    }

    @Override
    public Rejects rejects(OutputStream out) {
      throw new AssertionError("Expected no rejects");
    }

    @Override
    public String field(String path) {
      return path.substring(path.lastIndexOf('.') + 1);
    }

    @Override
    public String absent(String attribute) {
      boolean there = names.stream().anyMatch(attribute::equalsIgnoreCase);
      return "column " + attribute + (there ? " is empty" : " is missing");
    }
  }
}
