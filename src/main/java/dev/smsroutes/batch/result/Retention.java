package dev.smsroutes.batch.result;

import java.time.Duration;

/**
 * How long files are kept after a batch has ended. Zero: for ever. Immutable.
 *
 * @param done the sources in the done folder
 * @param results results, rejects, summaries and checks
 * @param failed the sources in the failed folder, with their reasons
 */
public record Retention(Duration done, Duration results, Duration failed) {}
