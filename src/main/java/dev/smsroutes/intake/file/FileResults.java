package dev.smsroutes.intake.file;

import dev.smsroutes.batch.run.Row;
import dev.smsroutes.batch.run.RowGroup;
import dev.smsroutes.model.Outcome;
import java.util.List;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each row its outcome, as the splitter gets it back. Thread-safe, stateless.
 *
 * <p>Bound as {@code fileResults}. Camel calls it for every row as soon as it is through, also when
 * it broke: that one is reported as uncertain and holds up no other. It returns nothing to the
 * splitter, whose exchange goes on with the batch as it was.
 */
public final class FileResults implements AggregationStrategy {
  /** The exchange property that holds a row's {@link Row}. */
  public static final String ROW = "smsFileRow";

  /** The exchange property that holds a {@link RowGroup} whose rows travel together. */
  public static final String GROUP = "smsFileRows";

  private static final Logger LOG = LoggerFactory.getLogger(FileResults.class);

  @Override
  public Exchange aggregate(Exchange none, Exchange through) {
    RowGroup group = through.getProperty(GROUP, RowGroup.class);
    if (group == null && through.getMessage().getBody() instanceof RowGroup untouched) {
      group = untouched;
    }
    if (group != null) {
      settle(group, through);
      return null;
    }
    Row row = through.getProperty(ROW, Row.class);
    if (row == null && through.getMessage().getBody() instanceof Row untouched) {
      row = untouched;
    }
    if (row == null) {
      throw new IllegalStateException(
          "Expected the row in the property " + ROW + "; the route lost it");
    }
    if (row.isNothing()) {
      return null;
    }
    if (!through.isFailed() && through.getMessage().getBody() instanceof Outcome outcome) {
      row.settle(outcome);
    } else {
      broke(row, through);
      row.broke();
    }
    return null;
  }

  private static void settle(RowGroup group, Exchange through) {
    if (group.isNothing()) {
      return;
    }
    if (!through.isFailed() && through.getMessage().getBody() instanceof List<?> outcomes) {
      try {
        group.settle(outcomes.stream().map(Outcome.class::cast).toList());
        return;
      } catch (IllegalArgumentException | ClassCastException e) {
        // Told below.
      }
    }
    broke(group, through);
    group.broke();
  }

  private static void broke(Object what, Exchange through) {
    // Not the exception's message: it may hold what was to be sent.
    LOG.warn(
        "row without an outcome row={} cause={}",
        what,
        through.getException() == null
            ? "no Outcome in the body"
            : through.getException().getClass().getName());
  }
}
