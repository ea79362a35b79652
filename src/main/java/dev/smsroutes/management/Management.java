package dev.smsroutes.management;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.meters.Meters;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Collection;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.hc.core5.http.HttpStatus;

/**
 * Answers operators over HTTP: health as JSON ({@code /observe/health}, with {@code /live} and
 * {@code /ready}), and meters in Prometheus' text format ({@code /observe/metrics}).
 *
 * <p>Health is 200 with {@code {"status":"UP"}}, or 503 with the failed checks and the reasons.
 * What a check says that is up is among the {@code notes} of both. If callers are asked who they
 * are, only those who may observe get checks and notes. With the sandbox it has {@code
 * "sandbox":true} as well. Thread-safe.
 */
public final class Management {
  /** Camel leaves out checks that are up otherwise. */
  private static final String ALL = "full";

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final CamelContext context;
  private final boolean asks;
  private final boolean sandbox;
  private final Meters meters;

  /**
   * @param asks whether callers are asked who they are: then not all are users
   * @param sandbox whether no SMS leaves this machine
   */
  public Management(CamelContext context, Meters meters, boolean asks, boolean sandbox) {
    this.context = context;
    this.meters = meters;
    this.asks = asks;
    this.sandbox = sandbox;
  }

  /**
   * Adds its paths.
   *
   * @param router only those pass whom the door of management lets in
   */
  public void on(Router router) {
    // Checks and scraping may block: not on the event loop.
    router
        .get("/observe/health")
        .blockingHandler(request -> health(request, HealthCheckHelper.invoke(context, ALL)), false);
    router
        .get("/observe/health/live")
        .blockingHandler(
            request -> health(request, HealthCheckHelper.invokeLiveness(context, ALL)), false);
    router
        .get("/observe/health/ready")
        .blockingHandler(
            request -> health(request, HealthCheckHelper.invokeReadiness(context, ALL)), false);
    router.get("/observe/metrics").blockingHandler(this::metrics, false);
  }

  private void health(RoutingContext request, Collection<HealthCheck.Result> checks) {
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode down = JSON.createArrayNode();
    ArrayNode notes = JSON.createArrayNode();
    for (HealthCheck.Result result : checks) {
      if (result.getState() == HealthCheck.State.DOWN) {
        tell(result, down.addObject());
      } else if (result.getMessage().isPresent()) {
        tell(result, notes.addObject());
      }
    }
    answer.put("status", down.isEmpty() ? "UP" : "DOWN");
    if (sandbox) {
      answer.put("sandbox", true);
    }
    if (!asks || request.user() != null) {
      addTo(answer, "checks", down);
      addTo(answer, "notes", notes);
    }
    HttpServerResponse response = request.response();
    response
        .setStatusCode(down.isEmpty() ? HttpStatus.SC_OK : HttpStatus.SC_SERVICE_UNAVAILABLE)
        .putHeader("Content-Type", "application/json")
        .end(answer.toString());
  }

  private static void tell(HealthCheck.Result result, ObjectNode check) {
    check.put("name", result.getCheck().getId());
    check.put("status", result.getState().name());
    result.getMessage().ifPresent(message -> check.put("message", message));
  }

  private static void addTo(ObjectNode answer, String name, ArrayNode checks) {
    if (!checks.isEmpty()) {
      answer.set(name, checks);
    }
  }

  private void metrics(RoutingContext request) {
    request
        .response()
        .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        .end(meters.scrape());
  }
}
