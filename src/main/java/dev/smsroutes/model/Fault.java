package dev.smsroutes.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * One thing wrong with a request: which field, which of the API's codes, and a sentence that says
 * what was expected and what came.
 *
 * <p>Immutable. The message never holds a phone number or an attribute's value, so that it may be
 * logged.
 *
 * @param field path of the field as the caller wrote it, for example {@code recipient.to}; empty
 *     when the fault is of the whole request
 * @param code the API's code for this kind of fault
 * @param message what was expected and what came
 * @param count how many faults it stands for: 1, or more for the rest that is not listed
 */
public record Fault(String field, ErrorCode code, String message, int count) {
  /**
   * The maximum number of faults that are listed in all, so that no request makes an answer, or a
   * line of a result file, that is many times as long as itself.
   */
  public static final int MAX_LISTED = 50;

  public Fault {
    Objects.requireNonNull(field, "field");
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(message, "message");
  }

  /** One fault. */
  public Fault(String field, ErrorCode code, String message) {
    this(field, code, message, 1);
  }

  /** Stands for faults that are not listed. */
  public static Fault more(int count) {
    return new Fault(
        "",
        ErrorCode.VALIDATION,
        "Expected a request without faults; " + count + " more are not listed",
        count);
  }

  /** How many faults these are, with those that are not listed. */
  public static int count(List<Fault> faults) {
    return faults.stream().mapToInt(Fault::count).sum();
  }

  /**
   * The first faults, and one more that stands for the rest if there is a rest.
   *
   * @param most how many are listed
   */
  public static List<Fault> first(List<Fault> faults, int most) {
    if (faults.size() <= most && faults.stream().allMatch(fault -> fault.count == 1)) {
      return faults;
    }
    List<Fault> first = new ArrayList<>();
    for (Fault fault : faults) {
      if (fault.count == 1 && first.size() < most) {
        first.add(fault);
      }
    }
    int rest = count(faults) - first.size();
    if (rest > 0) {
      first.add(more(rest));
    }
    return first;
  }
}
