package dev.smsroutes.intake.http;

import dev.smsroutes.model.ErrorCode;
import io.vertx.ext.web.Router;
import org.apache.hc.core5.http.HttpStatus;

/**
 * Answers requests to management that no path of it takes, as JSON. Vert.x would log each at ERROR
 * with a stack trace, or answer without a body. Stateless.
 */
final class ManagementRefusals {
  private ManagementRefusals() {}

  /**
   * @param router with all paths of management
   */
  static void on(Router router) {
    router.errorHandler(
        HttpStatus.SC_BAD_REQUEST,
        request ->
            HttpAdmission.end(
                request,
                HttpStatus.SC_BAD_REQUEST,
                ErrorCode.VALIDATION,
                "Expected percent-encoded UTF-8 in the path; got other bytes"));
    router.errorHandler(
        HttpStatus.SC_NOT_FOUND,
        request ->
            HttpAdmission.end(
                request,
                HttpStatus.SC_NOT_FOUND,
                ErrorCode.NOT_FOUND,
                "Expected a path of management, such as /, /observe/health or /observe/metrics; got"
                    + " another"));
    router.errorHandler(
        HttpStatus.SC_METHOD_NOT_ALLOWED, request -> HttpAdmission.refuseMethod(router, request));
    router.errorHandler(
        HttpStatus.SC_REQUEST_TOO_LONG,
        request ->
            HttpAdmission.end(
                request,
                HttpStatus.SC_REQUEST_TOO_LONG,
                ErrorCode.VALIDATION,
                "Expected a shorter body; got more bytes than this path takes"));
  }
}
