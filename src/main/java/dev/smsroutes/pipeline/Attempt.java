package dev.smsroutes.pipeline;

import dev.smsroutes.api.ApiReply;
import dev.smsroutes.api.ReplyClassifier;
import dev.smsroutes.api.TokenException;
import dev.smsroutes.api.TokenSource;
import dev.smsroutes.model.CallerToken;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import dev.smsroutes.throttle.ThrottledException;
import dev.smsroutes.trace.RequestSpan.AttemptEnd;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import javax.net.ssl.SSLHandshakeException;
import org.apache.camel.Exchange;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of one attempt at the SMS API, and what follows from it. Thread-safe: all state is in
 * the {@link ApiCall}.
 */
final class Attempt {
  private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

  /** How long those wait at most that a shared call left unclear; a stop waits for it. */
  private static final Duration MAX_SHARED_BACK_OFF = Duration.ofSeconds(2);

  /** A wait looks that often whether this process is stopping. */
  private static final long SLICE_MS = 1_000;

  private final ReplyClassifier classifier;
  private final TokenSource tokens;
  private final ThrottleSteps throttle;
  private final RetryPolicy retries;
  private final boolean asksForStatus;
  private final MessageMeters meters;

  Attempt(
      ReplyClassifier classifier,
      TokenSource tokens,
      ThrottleSteps throttle,
      RetryPolicy retries,
      boolean asksForStatus,
      MessageMeters meters) {
    this.classifier = classifier;
    this.tokens = tokens;
    this.throttle = throttle;
    this.retries = retries;
    this.asksForStatus = asksForStatus;
    this.meters = meters;
  }

  /** Waits before a repetition; not while this process is stopping. */
  void waitForBackOff(Exchange exchange) {
    long left = ExchangeAdapter.call(exchange).backOff.toMillis();
    try {
      while (left > 0 && !exchange.getContext().isStopping()) {
        Thread.sleep(Math.min(SLICE_MS, left));
        left -= SLICE_MS;
      }
    } catch (InterruptedException e) {
      // The throttle gives no permit to an interrupted thread.
      Thread.currentThread().interrupt();
    }
  }

  /** Writes the call. */
  void write(Exchange exchange) throws TokenException {
    ApiCall call = ExchangeAdapter.call(exchange);
    call.forgetReply();
    call.token = token(call);
    ExchangeAdapter.toApi(exchange, call, call.path(), call.body());
  }

  private String token(ApiCall call) throws TokenException {
    Optional<CallerToken> own = call.sends().callerToken();
    return own.isPresent() ? own.get().value() : tokens.token(permit(call));
  }

  /** Whether a new token may help; a caller's own one is not ours to renew. */
  boolean isTokenRefused(ApiCall call) {
    return call.sends().callerToken().isEmpty()
        && call.reply != null
        && ReplyClassifier.refusesToken(call.reply);
  }

  /** One new token for all who wait, however many were refused with the old one. */
  void renewToken(ApiCall call) throws TokenException {
    tokens.renew(call.token, permit(call));
  }

  /** The number of the permit; 0 for a question that needs none. */
  private static long permit(ApiCall call) {
    return call.permit == null ? 0 : call.permit.number();
  }

  /** Finds out what the reply means, or what its absence means. */
  void classify(ApiCall call) throws Exception {
    InFlight first = call.aboard.get(0);
    if (call.reply == null) {
      call.outcome = withoutReply(call, first);
    } else {
      classifyReply(call, first);
    }
    meters.attempted(call.outcome, call.apiNanos());
    if (first.span != null) {
      trace(call);
    }
  }

  private void trace(ApiCall call) {
    OptionalInt status =
        call.reply == null ? OptionalInt.empty() : OptionalInt.of(call.reply.status());
    List<Outcome> each = each(call);
    for (int i = 0; i < each.size(); i++) {
      InFlight message = call.aboard.get(i);
      message.span.attempted(
          new AttemptEnd(
              call.attempts,
              message.message.definitionKey(),
              status,
              each.get(i),
              each.size(),
              call.beganAt(),
              call.backAt()));
    }
  }

  private void classifyReply(ApiCall call, InFlight first) {
    ApiReply reply = call.reply;
    if (call.sends().callerToken().isPresent()) {
      // What the API thinks of it says nothing of our token.
      call.outcome = ofCaller(outcome(call, first));
      return;
    }
    if (ReplyClassifier.refusesToken(reply)) {
      tokens.refused(call.token);
    } else {
      tokens.accepted();
    }
    if (call.isShared()) {
      call.verdict = classifier.classifyMany(reply, call.sent());
      call.outcome = call.verdict.ofCall();
    } else {
      call.outcome = outcome(call, first);
    }
  }

  private Outcome outcome(ApiCall call, InFlight first) {
    return classifier.classify(
        call.reply, first.requestId(), first.request().messageKey(), first.uncertain());
  }

  /** A refusal of the caller's account concerns no other message. */
  private static Outcome ofCaller(Outcome outcome) {
    if (!(outcome instanceof Unsettled open)) {
      return outcome;
    }
    return switch (open.reason()) {
      case UNAUTHENTICATED ->
          open.because(
              Reason.CALLER_UNAUTHENTICATED,
              "The SMS API refused the token that this request brought");
      case FORBIDDEN ->
          open.because(
              Reason.CALLER_FORBIDDEN,
              "The SMS API refused the account of the token that this request brought");
      default -> outcome;
    };
  }

  /** Whether bytes may have left decides between waiting and uncertain. */
  private Outcome withoutReply(ApiCall call, InFlight first) throws Exception {
    if (!(call.failure instanceof IOException)) {
      throw call.failure;
    }
    return neverLeft(call.failure)
        ? notSent(
            first,
            Reason.UNREACHABLE,
            "No connection to the SMS API; nothing was sent",
            Optional.empty())
        : Unsettled.noReply(first.requestId(), first.request().messageKey());
  }

  private Outcome notSent(
      InFlight message, Reason reason, String why, Optional<Duration> retryAfter) {
    return Unsettled.notSent(
        reason,
        message.requestId(),
        message.request().messageKey(),
        message.uncertain(),
        why,
        retryAfter);
  }

  /** There was no permit in time: nothing was sent, and to try again at once changes nothing. */
  void throttled(Exchange exchange) {
    ApiCall call = ExchangeAdapter.call(exchange);
    ThrottledException cause = ExchangeAdapter.caught(exchange, ThrottledException.class);
    call.notNow = true;
    call.outcome =
        call.before != null && !cause.stopping()
            // What the API said to the attempt before tells more, but for the time.
            ? notBefore(call.before, cause.retryAfter())
            : notSent(call.aboard.get(0), cause.reason(), cause.getMessage(), cause.retryAfter());
  }

  private static Outcome notBefore(Outcome outcome, Optional<Duration> time) {
    return outcome instanceof Unsettled unsettled
            && time.isPresent()
            && time.get().compareTo(unsettled.retryAfter().orElse(Duration.ZERO)) > 0
        ? unsettled.after(time.get())
        : outcome;
  }

  /** No token: nothing was sent. */
  void noToken(Exchange exchange) {
    ApiCall call = ExchangeAdapter.call(exchange);
    TokenException cause = ExchangeAdapter.caught(exchange, TokenException.class);
    call.tokenEndpointRefused = cause.endpointRefused();
    call.outcome =
        notSent(call.aboard.get(0), cause.reason(), cause.getMessage(), cause.retryAfter());
  }

  /** Notes how the attempt ended, and decides whether and when there is to be another one. */
  void conclude(Exchange exchange) {
    ApiCall call = ExchangeAdapter.call(exchange);
    call.again = false;
    if (!call.isAnyAboard() || call.notNow) {
      return;
    }
    List<Outcome> each = each(call);
    for (int i = 0; i < each.size(); i++) {
      call.aboard.get(i).attemptEnded(each.get(i));
    }
    if (call.isShared() && call.outcome.state() != State.WAITING) {
      // Only a call that waits as a whole is repeated as a whole.
      return;
    }
    boolean allHeldUp = throttle.everythingWaits(call);
    call.heldUp += allHeldUp ? 1 : 0;
    if ((allHeldUp || call.outcome.isRetryable()) && !exchange.getContext().isStopping()) {
      Optional<Duration> wait = nextAttempt(call);
      call.again = wait.isPresent();
      call.backOff = wait.orElse(Duration.ZERO);
    }
  }

  private Optional<Duration> nextAttempt(ApiCall call) {
    return retries.next(
        call.attempts - 1 - call.heldUp,
        call.envelope().handling().maxRetries(),
        call.envelope().handling().patienceLeft(),
        // What holds up everything is waited out in front of the API, not here.
        call.heldUp == 0 ? call.outcome.retryAfter() : Optional.empty());
  }

  /** What the attempt means to each message that took part in it. */
  private List<Outcome> each(ApiCall call) {
    if (!call.isShared()) {
      return List.of(call.outcome);
    }
    return call.verdict == null || call.outcome.state() == State.WAITING
        ? call.ofEach((Unsettled) call.outcome)
        : call.verdict.ofEach();
  }

  /**
   * Gives each message its outcome, after the last attempt. A message of a shared call whose reply
   * left it open stays without one: it goes on alone.
   */
  void outcomes(Exchange exchange) {
    ApiCall call = ExchangeAdapter.call(exchange);
    if (!call.isAnyAboard()) {
      return;
    }
    List<Outcome> each = each(call);
    if (!call.isShared() || call.outcome.state() == State.WAITING) {
      for (int i = 0; i < each.size(); i++) {
        call.aboard.get(i).outcome = each.get(i);
      }
      return;
    }
    tellIfRefusedAsAWhole(call, each);
    Optional<Duration> repetition = firstRepetition(call, exchange.getContext().isStopping());
    List<InFlight> aboard = new ArrayList<>(call.aboard);
    for (int i = 0; i < each.size(); i++) {
      boolean uncertain = each.get(i).state() == State.UNCERTAIN;
      // What was surely not taken was not tried yet.
      boolean alone = each.get(i).state() == State.WAITING || uncertain && repetition.isPresent();
      if (!alone) {
        aboard.get(i).outcome = each.get(i);
      } else if (uncertain) {
        call.backOff = repetition.get();
      }
    }
  }

  /** Costs a call each time, and would be seen nowhere else: its messages may be accepted alone. */
  private static void tellIfRefusedAsAWhole(ApiCall call, List<Outcome> each) {
    if (call.outcome instanceof Refused refused
        && each.stream().allMatch(Unsettled.class::isInstance)) {
      LOG.warn(
          "call refused as a whole, its messages are sent alone messages={} code={}",
          each.size(),
          refused.errorCode());
    }
  }

  /** How long to wait before messages are repeated that a shared call may have taken. */
  private Optional<Duration> firstRepetition(ApiCall call, boolean stopping) {
    return stopping
        ? Optional.empty()
        : retries
            .next(
                0,
                call.envelope().handling().maxRetries(),
                call.envelope().handling().patienceLeft(),
                Optional.empty())
            .map(wait -> wait.compareTo(MAX_SHARED_BACK_OFF) < 0 ? wait : MAX_SHARED_BACK_OFF);
  }

  /** Whether the API is to be asked what it knows of the message. */
  boolean isInDoubt(ApiCall call) {
    return asksForStatus && call.messages().size() == 1 && call.first().isInDoubt();
  }

  /** Writes that question. */
  void ask(Exchange exchange) throws TokenException {
    ApiCall call = ExchangeAdapter.call(exchange);
    call.token = token(call);
    String key = ApiCall.segment(call.first().request().messageKey());
    ExchangeAdapter.toApi(exchange, call, key, null);
  }

  /** Reads the answer: one that knows the message ends the doubt. */
  void classifyStatus(ApiCall call) {
    InFlight message = call.first();
    classifier
        .classifyStatus(call.reply, message.requestId(), message.request().messageKey())
        .ifPresent(outcome -> message.outcome = outcome);
  }

  private static boolean neverLeft(Exception cause) {
    return cause instanceof ConnectException
        || cause instanceof ConnectTimeoutException
        || cause instanceof ConnectionRequestTimeoutException
        || cause instanceof NoRouteToHostException
        || cause instanceof UnknownHostException
        || cause instanceof SSLHandshakeException;
  }
}
