package dev.smsroutes.model;

import java.util.Objects;
import java.util.Optional;

/**
 * Where a request came from, for the record: never part of what is sent. Immutable.
 *
 * @param channel {@code http}, {@code file}, {@code jms}, or the id of a site's own route
 * @param source what a person needs to find it again there: file and row, queue, address of the
 *     client
 * @param run names one pass over a batch, the same when it goes on after a crash; empty for what is
 *     no batch. A row that the same run had accepted before is reported as accepted, one of an
 *     earlier run as accepted earlier.
 */
public record Origin(String channel, String source, Optional<String> run) {
  public static final String HTTP = "http";
  public static final String FILE = "file";
  public static final String JMS = "jms";

  public Origin {
    Objects.requireNonNull(channel, "channel");
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(run, "run");
  }

  /** The origin of a request that is no row of a batch. */
  public static Origin of(String channel, String source) {
    return new Origin(channel, source, Optional.empty());
  }
}
