package dev.smsroutes.definition;

import java.util.List;
import java.util.stream.Collectors;

/** Faulty definitions; names every fault of every file. */
public final class InvalidDefinitionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * One fault.
   *
   * @param file the name of the file, or the folder as configured
   * @param field path of the field, for example {@code content.message}; empty for a fault of the
   *     whole file
   * @param reason what was expected and what was found; one line
   */
  public record Problem(String file, String field, String reason) {
    @Override
    public String toString() {
      return file + ": " + (field.isEmpty() ? "" : field + ": ") + reason;
    }
  }

  private final transient List<Problem> problems;

  /**
   * @param problems at least one
   */
  InvalidDefinitionException(List<Problem> problems) {
    super(
        problems.stream()
            .map(problem -> "\n  " + problem)
            .collect(Collectors.joining("", "The send definitions cannot be used:", "")));
    this.problems = List.copyOf(problems);
  }

  /** Every fault, in the order of the files. */
  public List<Problem> problems() {
    return problems;
  }
}
