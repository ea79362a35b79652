package dev.smsroutes.edge;

import dev.smsroutes.outcome.ErrorCode;
import dev.smsroutes.outcome.InvalidRequestException;
import dev.smsroutes.outcome.Outcome;
import dev.smsroutes.outcome.Outcome.Refused;
import dev.smsroutes.outcome.StatusTable;
import dev.smsroutes.request.RequestReader;
import dev.smsroutes.request.SendRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a request arrives over HTTP and how its outcome goes back: the bean {@code httpEdge} of
 * {@code routes/http-intake.camel.yaml}. Thread-safe.
 */
public final class HttpEdge {
  private static final Logger LOG = LoggerFactory.getLogger(HttpEdge.class);
  private static final byte[] EMPTY = {};

  private final RequestReader reader;
  private final StatusTable table;

  public HttpEdge(RequestReader reader, StatusTable table) {
    this.reader = reader;
    this.table = table;
  }

  /**
   * Reads the body of the keyed route.
   *
   * @param messageKey from the path, decoded
   */
  public SendRequest readOne(@Body byte[] body, @Header("messageKey") String messageKey) {
    return reader.keyed(body == null ? EMPTY : body, messageKey);
  }

  /** Reads the body of the bare route: one request for each recipient. */
  public List<SendRequest> readMany(@Body byte[] body) {
    return reader.bare(body == null ? EMPTY : body);
  }

  /** Answers with the outcome of one request. */
  public void answerOne(Exchange exchange) {
    Outcome outcome = exchange.getMessage().getBody(Outcome.class);
    answer(
        exchange, table.httpStatus(outcome), OutcomeJson.one(outcome), table.retryAfter(outcome));
  }

  /** Answers with the outcomes of all recipients. */
  @SuppressWarnings("unchecked")
  public void answerMany(Exchange exchange) {
    List<Outcome> outcomes = exchange.getMessage().getBody(List.class);
    long accepted = outcomes.stream().filter(Outcome::accepted).count();
    String requestId = UUID.randomUUID().toString();
    if (accepted > 0) {
      ErrorCode top = accepted == outcomes.size() ? ErrorCode.OK : ErrorCode.SOME_FAILED;
      answer(
          exchange,
          StatusTable.ACCEPTED,
          OutcomeJson.many(requestId, top, outcomes),
          Optional.empty());
      return;
    }
    // None was accepted: as long as one may still be, the answer asks for a repetition.
    Optional<Outcome> open =
        outcomes.stream().filter(outcome -> !outcome.state().settled()).findFirst();
    ErrorCode top =
        open.flatMap(outcome -> ErrorCode.of(outcome.errorCode()))
            .orElse(open.isPresent() ? ErrorCode.INTERNAL : ErrorCode.NO_VALID_RECIPIENTS);
    answer(
        exchange,
        open.map(table::httpStatus).orElse(StatusTable.INVALID),
        OutcomeJson.many(requestId, top, outcomes),
        outcomes.stream()
            .map(table::retryAfter)
            .flatMap(Optional::stream)
            .max(Comparator.naturalOrder()));
  }

  /** Answers a body that holds no request. */
  public void refuse(Exchange exchange) {
    InvalidRequestException cause =
        exchange.getProperty(Exchange.EXCEPTION_CAUGHT, InvalidRequestException.class);
    Outcome outcome =
        Refused.of(
            UUID.randomUUID().toString(),
            Optional.ofNullable(exchange.getMessage().getHeader("messageKey", String.class)),
            cause.faults());
    LOG.info("requestId={} outcome=REFUSED code={}", outcome.requestId(), outcome.errorCode());
    answer(exchange, table.httpStatus(outcome), OutcomeJson.one(outcome), Optional.empty());
  }

  /** Answers a fault of ours: an id to ask about, and nothing of its inside. */
  public void fail(Exchange exchange) {
    String requestId = UUID.randomUUID().toString();
    LOG.error(
        "requestId={} failed inside",
        requestId,
        exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class));
    Outcome outcome = table.failedInside(requestId, Optional.empty(), false);
    answer(
        exchange, table.httpStatus(outcome), OutcomeJson.one(outcome), table.retryAfter(outcome));
  }

  private static void answer(
      Exchange exchange, int status, String json, Optional<Duration> retryAfter) {
    Message reply = exchange.getMessage();
    reply.removeHeaders("*");
    reply.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
    reply.setHeader(Exchange.CONTENT_TYPE, "application/json");
    retryAfter.ifPresent(wait -> reply.setHeader("Retry-After", seconds(wait)));
    // Not bytes: those would go out through a stream, in several steps and as many events.
    reply.setBody(ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)));
  }

  /** Whole seconds, rounded up: asked for 200 ms, a caller must not come back at once. */
  static String seconds(Duration wait) {
    return Long.toString(Math.max(1, wait.plusMillis(999).toSeconds()));
  }
}
