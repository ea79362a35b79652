package dev.smsroutes.intake.http;

import dev.smsroutes.intake.http.HttpRefusals.Why;
import dev.smsroutes.model.ErrorCode;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.hc.core5.http.HttpStatus;

/**
 * What holds for every request to a server, before any router sees it: no web page sends it, and it
 * has one meaning only, for a gateway in front too (request smuggling; RFC 9112, sections 3.2, 5.1
 * and 6.1). What the decoder refuses by itself comes to {@link HttpAdmission#noHttp}. Every answer
 * gets the headers that keep it out of caches and of a browser's guesses. Thread-safe.
 */
final class RequestCheck implements Handler<HttpServerRequest> {
  private static final CharSequence NO_SNIFF = HttpHeaders.createOptimized("nosniff");
  private static final CharSequence CONTENT_TYPE_OPTIONS =
      HttpHeaders.createOptimized("X-Content-Type-Options");
  private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");

  private final HostCheck hosts;
  private final Predicate<String> ownPage;
  private final HttpRefusals refusals;
  private final Handler<HttpServerRequest> next;

  /**
   * @param ownPage the request targets that a page of this server may ask for, besides by GET
   */
  RequestCheck(
      HostCheck hosts,
      Predicate<String> ownPage,
      HttpRefusals refusals,
      Handler<HttpServerRequest> next) {
    this.hosts = hosts;
    this.ownPage = ownPage;
    this.refusals = refusals;
    this.next = next;
  }

  @Override
  public void handle(HttpServerRequest request) {
    secured(request.response());
    MultiMap headers = request.headers();
    List<String> named = headers.getAll(HttpHeaders.HOST);
    String coding = headers.get(HttpHeaders.TRANSFER_ENCODING);
    if (named.size() > 1
        || headers.contains("")
        || (coding != null && !coding.equalsIgnoreCase("chunked"))) {
      refusals.count(Why.MALFORMED);
      HttpAdmission.endAndClose(
          request,
          HttpStatus.SC_BAD_REQUEST,
          ErrorCode.VALIDATION,
          "Expected one header Host, names of headers, and no Transfer-Encoding but chunked; got"
              + " another request");
      return;
    }
    if (!Escapes.areWhole(request.query())) {
      refusals.count(Why.MALFORMED);
      HttpAdmission.end(
          request.response(),
          HttpStatus.SC_BAD_REQUEST,
          ErrorCode.VALIDATION,
          "Expected percent-encoded text in the query; got a percent sign that begins no escape");
      return;
    }
    Optional<String> why = hosts.refuses(headers, named, ownPage.test(request.uri()));
    if (why.isEmpty() && !request.uri().startsWith("/")) {
      why = ofProxy(request.uri());
    }
    if (why.isPresent()) {
      refusals.count(Why.HOST);
      HttpAdmission.end(
          request.response(), HttpStatus.SC_FORBIDDEN, ErrorCode.FORBIDDEN, why.get());
    } else {
      next.handle(request);
    }
  }

  /** A whole URL in the request line wins over the header Host (RFC 9112, section 3.2.2). */
  private Optional<String> ofProxy(String uri) {
    int start = uri.indexOf("://");
    if (start < 0) {
      return Optional.empty();
    }
    int end = uri.indexOf('/', start + 3);
    String host = uri.substring(start + 3, end < 0 ? uri.length() : end);
    return hosts.isOurs(host)
        ? Optional.empty()
        : Optional.of("Expected a path, or a URL of this server, in the request line; got another");
  }

  static HttpServerResponse secured(HttpServerResponse response) {
    return response
        .putHeader(CONTENT_TYPE_OPTIONS, NO_SNIFF)
        .putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE);
  }
}
