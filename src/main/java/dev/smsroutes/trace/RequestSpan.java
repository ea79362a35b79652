package dev.smsroutes.trace;

import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.TraceContext;
import java.util.Optional;
import java.util.OptionalInt;

/** The span of one request, from its hand-over to its outcome. For one thread at a time. */
public interface RequestSpan {
  /** Where the trace goes on; whether it is sampled says whether this span is recorded. */
  TraceContext context();

  /** Notes a call of the SMS API that has ended. */
  void attempted(AttemptEnd attempt);

  /**
   * Ends the span.
   *
   * @param definition the key of its send definition; empty if no loaded definition has that key,
   *     because it may be anything then
   * @param outcome how the request ended, for now or for ever
   */
  void end(Optional<String> definition, Outcome outcome);

  /**
   * A call of the SMS API that has ended.
   *
   * @param number of the attempt, from 1
   * @param definition the key of the send definition
   * @param httpStatus of the reply; empty without one
   * @param outcome what it means to this request
   * @param messages how many messages travelled in the call
   * @param began when it left, in the time of {@link System#nanoTime}
   * @param ended when its end was known, in the same time
   */
  record AttemptEnd(
      int number,
      String definition,
      OptionalInt httpStatus,
      Outcome outcome,
      int messages,
      long began,
      long ended) {}
}
