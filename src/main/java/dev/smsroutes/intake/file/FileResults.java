package dev.smsroutes.intake.file;

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
 * <p>Bound as {@code fileResults}. Camel calls it for every group of rows as soon as it is through,
 * also when it broke: its rows are reported as uncertain and hold up no other. It returns nothing
 * to the splitter, whose exchange goes on with the batch as it was.
 */
public final class FileResults implements AggregationStrategy {
  /** The exchange property that holds the {@link RowGroup} that is sent. */
  static final String GROUP = "smsFileRows";

  private static final Logger LOG = LoggerFactory.getLogger(FileResults.class);

  @Override
  public Exchange aggregate(Exchange none, Exchange through) {
    RowGroup group = group(through);
    if (group.isNothing()) {
      return null;
    }
    if (!through.isFailed() && through.getMessage().getBody() instanceof List<?> outcomes) {
      try {
        group.settle(outcomes.stream().map(Outcome.class::cast).toList());
        return null;
      } catch (IllegalArgumentException | ClassCastException e) {
        // Told below.
      }
    }
    // Not the exception's message: it may hold what was to be sent.
    LOG.warn(
        "row without an outcome row={} cause={}",
        group,
        through.getException() == null
            ? "no list of Outcome in the body"
            : through.getException().getClass().getName());
    group.broke();
    return null;
  }

  private static RowGroup group(Exchange through) {
    RowGroup group = through.getProperty(GROUP, RowGroup.class);
    if (group == null && through.getMessage().getBody() instanceof RowGroup untouched) {
      group = untouched;
    }
    if (group == null) {
      throw new IllegalStateException(
          "Expected the rows in the property " + GROUP + "; the route lost them");
    }
    return group;
  }
}
