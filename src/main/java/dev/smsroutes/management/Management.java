package dev.smsroutes.management;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.meters.Meters;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Collection;
import java.util.function.Function;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.hc.core5.http.HttpStatus;

/**
 * Answers operators over HTTP: health as JSON ({@code /observe/health}, with {@code /live} and
 * {@code /ready}), and meters in Prometheus' text format ({@code /observe/metrics}).
 *
 * <p>Health is 200 with {@code {"status":"UP"}}, or 503 with the failed checks and the reasons. If
 * callers are asked who they are, only those who may observe get checks and reasons. With the
 * sandbox it has {@code "sandbox":true} as well. Thread-safe.
 */
public final class Management {
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
        .blockingHandler(request -> health(request, HealthCheckHelper::invoke), false);
    router
        .get("/observe/health/live")
        .blockingHandler(request -> health(request, HealthCheckHelper::invokeLiveness), false);
    router
        .get("/observe/health/ready")
        .blockingHandler(request -> health(request, HealthCheckHelper::invokeReadiness), false);
    router.get("/observe/metrics").blockingHandler(this::metrics, false);
  }

  private void health(
      RoutingContext request, Function<CamelContext, Collection<HealthCheck.Result>> checks) {
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode down = JSON.createArrayNode();
    for (HealthCheck.Result result : checks.apply(context)) {
      if (result.getState() == HealthCheck.State.DOWN) {
        ObjectNode check = down.addObject();
        check.put("name", result.getCheck().getId());
        check.put("status", result.getState().name());
        result.getMessage().ifPresent(message -> check.put("message", message));
      }
    }
    answer.put("status", down.isEmpty() ? "UP" : "DOWN");
    if (sandbox) {
      answer.put("sandbox", true);
    }
    if (!down.isEmpty() && (!asks || request.user() != null)) {
      answer.set("checks", down);
    }
    HttpServerResponse response = request.response();
    response
        .setStatusCode(down.isEmpty() ? HttpStatus.SC_OK : HttpStatus.SC_SERVICE_UNAVAILABLE)
        .putHeader("Content-Type", "application/json")
        .end(answer.toString());
  }

  private void metrics(RoutingContext request) {
    request
        .response()
        .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        .end(meters.scrape());
  }
}
