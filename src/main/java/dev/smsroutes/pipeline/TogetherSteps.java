package dev.smsroutes.pipeline;

import dev.smsroutes.api.TokenException;
import dev.smsroutes.ledger.Ledger;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import dev.smsroutes.pipeline.StatusTable.Together;
import dev.smsroutes.throttle.ThrottledException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of an attempt with many messages in one call. What waits, waits as a whole; whatever
 * else the call leaves open is asked for alone. Thread-safe: all state is in the exchange's
 * properties.
 */
public final class TogetherSteps {
  private static final Logger LOG = LoggerFactory.getLogger(TogetherSteps.class);

  private final Attempt attempt;
  private final ContactPolicySteps contactPolicySteps;
  private final RetryPolicy retries;
  private final Ledger ledger;
  private final StatusTable table;

  TogetherSteps(
      Attempt attempt,
      ContactPolicySteps contactPolicySteps,
      RetryPolicy retries,
      Ledger ledger,
      StatusTable table) {
    this.attempt = attempt;
    this.contactPolicySteps = contactPolicySteps;
    this.retries = retries;
    this.ledger = ledger;
    this.table = table;
  }

  /** The first message speaks for all where one is asked for. */
  public void take(Exchange exchange) {
    Call call = exchange.getMessage().getBody(Call.class);
    exchange.setProperty(SendState.CALL, call);
    exchange.setProperty(SendState.MESSAGE, call.first());
  }

  /** Forgets what an earlier attempt left behind. */
  public void forgetTheLast(Exchange exchange) {
    attempt.forgetTheLast(exchange);
    call(exchange).verdict = null;
  }

  /**
   * Once more when the call is about to leave: whoever may not be written to any more is taken out
   * of it, with an outcome.
   *
   * @throws ThrottledException if nobody is left
   */
  public void lookAgain(Exchange exchange) throws ThrottledException {
    Call call = call(exchange);
    for (Item item : List.copyOf(call.items())) {
      item.outcome = contactPolicySteps.stays(item, ThrottleSteps.isBatch(exchange)).orElse(null);
      if (item.outcome != null) {
        call.remove(item);
      }
    }
    if (call.items().isEmpty()) {
      throw new ThrottledException(
          Reason.OUTSIDE_WINDOW,
          "None of them may be written to now; nothing was sent",
          Optional.empty(),
          false);
    }
  }

  /** Notes that an attempt with all of them is about to leave. */
  public void begin(Exchange exchange) {
    ledger.attempted(call(exchange).items().stream().map(item -> item.claim).toList());
    attempt.count(exchange);
  }

  /** Writes the call: our own headers only, whatever came before. */
  public void write(Exchange exchange) throws TokenException {
    attempt.writeToBareRoute(exchange, call(exchange).body());
  }

  /** Reads the reply. */
  public void judge(Exchange exchange) {
    Call call = call(exchange);
    call.verdict = table.judgeTogether(attempt.reply(exchange), call.sent());
    exchange.setProperty(SendState.OUTCOME, call.verdict.ofTheCall());
  }

  /** Hands a call that waits as a whole to the redelivery. */
  public void throwIfAllWait(Exchange exchange) throws UnsettledException {
    Outcome outcome = exchange.getProperty(SendState.OUTCOME, Outcome.class);
    if (outcome.state() != State.WAITING || exchange.getProperty(SendState.NOT_NOW) != null) {
      return;
    }
    Call call = call(exchange);
    List<Outcome> ofAll = table.ofAll(outcome, call.sent());
    for (int i = 0; i < ofAll.size(); i++) {
      call.items().get(i).claim.ended(ofAll.get(i));
    }
    attempt.throwIfWorthAnother(exchange, outcome);
  }

  /** Each message gets its outcome, or is to go alone. */
  public void outcomes(Exchange exchange) {
    Call call = call(exchange);
    Outcome last = exchange.getProperty(SendState.OUTCOME, Outcome.class);
    Together verdict = call.verdict;
    boolean allWait = last.state() == State.WAITING;
    List<Outcome> each =
        allWait || verdict == null ? table.ofAll(last, call.sent()) : verdict.ofEach();
    if (last instanceof Refused refused && each.stream().allMatch(Unsettled.class::isInstance)) {
      // Costs a call each time, and would be seen nowhere else: each of them may well be accepted.
      LOG.warn(
          "call refused as a whole, its messages are sent alone messages={} code={}",
          each.size(),
          refused.errorCode());
    }
    Optional<Duration> repetition = repetition(exchange);
    for (int i = 0; i < each.size(); i++) {
      Item item = call.items().get(i);
      item.outcome = each.get(i);
      if (!allWait && item.outcome instanceof Unsettled open) {
        item.claim.ended(open);
        // What was surely not taken was not tried yet.
        item.alone = !open.uncertain() || repetition.isPresent();
        if (open.uncertain()) {
          repetition.ifPresent(ManySteps.many(exchange)::waitFor);
        }
      }
    }
  }

  private Optional<Duration> repetition(Exchange exchange) {
    return exchange.getContext().isStopping()
        ? Optional.empty()
        : retries.next(
            0,
            exchange.getProperty(SendState.MAX_RETRIES, 1, Integer.class),
            retries.patienceLeft(exchange),
            Optional.empty());
  }

  /** The ledger cannot be written. */
  public void unrecorded(Exchange exchange) {
    boolean attempted = exchange.getProperty(SendState.ATTEMPTS, 0, Integer.class) > 0;
    for (Item item : call(exchange).items()) {
      item.outcome = table.unrecorded(item.requestId, item.request.messageKey(), attempted);
      end(item);
    }
  }

  /** A fault of ours: the log gets all of it. */
  public void failed(Exchange exchange) {
    LOG.error(
        "requestId={} messages={} failed inside",
        exchange.getProperty(SendState.MESSAGE, Message.class).requestId(),
        call(exchange).items().size(),
        exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class));
    boolean attempted = exchange.getProperty(SendState.ATTEMPTS, 0, Integer.class) > 0;
    for (Item item : call(exchange).items()) {
      item.outcome =
          table.failedInside(
              item.requestId, Optional.ofNullable(item.request.messageKey()), attempted);
      end(item);
    }
  }

  private static void end(Item item) {
    item.alone = false;
    item.claim.release();
    item.claim = null;
  }

  private static Call call(Exchange exchange) {
    return exchange.getProperty(SendState.CALL, Call.class);
  }
}
