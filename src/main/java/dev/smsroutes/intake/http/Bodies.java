package dev.smsroutes.intake.http;

import dev.smsroutes.config.HttpOptions;
import dev.smsroutes.intake.http.HttpRefusals.Why;
import dev.smsroutes.model.ErrorCode;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.impl.RoutingContextInternal;
import java.time.Duration;
import org.apache.hc.core5.http.HttpStatus;

/**
 * Reads the body of a request into memory, within the limits of its own length and of the bytes of
 * all requests in progress. A request over a limit is answered before the rest of it is read.
 *
 * <p>Runs on the event loop. While a body arrives, its request has no worker and no place among the
 * requests in progress.
 */
final class Bodies implements Handler<RoutingContext> {
  /** What a value of many recipients takes in memory, over its own bytes. */
  private static final int BYTES_A_VALUE = 256;

  private final int maxKeyedBytes;
  private final int maxBytes;
  private final Duration timeout;
  private final BytesInFlight bytes;
  private final HttpRefusals refusals;
  private final BodyHandler forms;

  Bodies(HttpOptions options, BytesInFlight bytes, HttpRefusals refusals) {
    maxKeyedBytes = options.maxKeyedBodyBytes();
    maxBytes = options.maxBodyBytes();
    timeout = options.bodyTimeout();
    this.bytes = bytes;
    this.refusals = refusals;
    forms = BodyHandler.create(false).setBodyLimit(maxBytes);
  }

  @Override
  public void handle(RoutingContext context) {
    HttpServerRequest request = context.request();
    boolean chunked = request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (!chunked && length == null) {
      context.next();
      return;
    }
    SendPath path = SendPath.of(context);
    Reading reading = new Reading(context, path);
    // The decoder has refused everything but digits.
    long declared = length == null ? 0 : Long.parseLong(length);
    if (declared > reading.most) {
      reading.tooLong();
    } else if (bytes.wouldExceed(declared)) {
      reading.tooMuch();
    } else if (expectsMore(request)) {
      context.fail(HttpStatus.SC_EXPECTATION_FAILED);
    } else if (path == SendPath.NONE && isForm(request)) {
      forms.handle(context);
    } else {
      reading.begin(declared);
    }
  }

  /** Whether the caller expects something else than 100 Continue, which is sent here. */
  private static boolean expectsMore(HttpServerRequest request) {
    String expected = request.getHeader(HttpHeaders.EXPECT);
    if (expected == null || request.version() == HttpVersion.HTTP_1_0) {
      return false;
    }
    if (!expected.equalsIgnoreCase("100-continue")) {
      return true;
    }
    request.response().writeContinue();
    return false;
  }

  /** A route of a site's own may take forms, whose fields become headers. */
  private static boolean isForm(HttpServerRequest request) {
    String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
    return type != null
        && (type.regionMatches(true, 0, "multipart/form-data", 0, 19)
            || type.regionMatches(true, 0, "application/x-www-form-urlencoded", 0, 33));
  }

  /** One body. */
  private final class Reading implements Handler<Buffer> {
    private final RoutingContext context;
    private final SendPath path;
    private final int most;
    private Buffer body;
    private long taken;
    private long timer;
    private boolean over;

    Reading(RoutingContext context, SendPath path) {
      this.context = context;
      this.path = path;
      most = path == SendPath.KEYED ? maxKeyedBytes : maxBytes;
    }

    void begin(long declared) {
      body = Buffer.buffer((int) Math.min(declared, BytesInFlight.SMALL));
      // Not the end handler: it also fires when a caller hangs up, while the worker is still busy.
      context.addHeadersEndHandler(answered -> release());
      timer = context.vertx().setTimer(timeout.toMillis(), late -> tooSlow());
      context
          .request()
          .handler(this)
          .exceptionHandler(broken -> release())
          .endHandler(ended -> complete())
          .resume();
    }

    @Override
    public void handle(Buffer chunk) {
      if (over) {
        return;
      }
      if (body.length() + chunk.length() > most) {
        tooLong();
      } else if (take(chunk.length())) {
        body.appendBuffer(chunk);
      }
    }

    private boolean take(long more) {
      if (!bytes.take(more, taken)) {
        tooMuch();
        return false;
      }
      taken += more;
      return true;
    }

    private void complete() {
      if (over) {
        return;
      }
      context.vertx().cancelTimer(timer);
      if (path == SendPath.BARE && !take(weight())) {
        return;
      }
      ((RoutingContextInternal) context).setBody(body);
      body = null;
      context.next();
    }

    /** For a request that is too heavy for others beside it, half of all. */
    private long weight() {
      int[] values = {0};
      body.getByteBuf()
          .forEachByte(
              each -> {
                values[0] += each == ',' ? 1 : 0;
                return true;
              });
      return Math.max(0, Math.min((long) values[0] * BYTES_A_VALUE, bytes.most() / 2 - taken));
    }

    private void tooSlow() {
      if (context.response().headWritten()) {
        context.request().connection().close();
        return;
      }
      refuse(
          Why.SLOW,
          HttpStatus.SC_REQUEST_TIMEOUT,
          ErrorCode.VALIDATION,
          "Expected the whole body within "
              + timeout.toMillis()
              + " ms (sms.http.body-timeout); got a part of it");
    }

    private void tooLong() {
      refuse(
          Why.LENGTH,
          HttpStatus.SC_REQUEST_TOO_LONG,
          ErrorCode.VALIDATION,
          "Expected a body of at most "
              + most
              + " bytes ("
              + (path == SendPath.KEYED
                  ? "sms.http.max-keyed-body-bytes"
                  : "sms.http.max-body-bytes")
              + "); got a longer one");
    }

    private void tooMuch() {
      context.response().putHeader("Retry-After", "1");
      refuse(
          Why.FULL,
          HttpStatus.SC_SERVICE_UNAVAILABLE,
          ErrorCode.UNAVAILABLE,
          "Expected at most "
              + bytes.most()
              + " bytes of requests in progress (sms.http.max-bytes-in-flight). Repeat the request"
              + " later");
    }

    private void refuse(Why why, int status, ErrorCode code, String message) {
      refusals.count(why);
      over = true;
      release();
      HttpAdmission.endAndClose(context.request(), status, code, message);
    }

    /** By the event loop, or by the worker that answers. */
    private synchronized void release() {
      context.vertx().cancelTimer(timer);
      over = true;
      body = null;
      bytes.give(taken);
      taken = 0;
    }
  }
}
