package dev.smsroutes.intake.http;

import dev.smsroutes.config.Address;
import dev.smsroutes.config.HttpOptions;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpEngine;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP servers of this process: one for the intake, used by camel-platform-http, and one for
 * management. Both share the event loops of one Vert.x. Open and close it from one thread.
 *
 * <p>The intake's server listens after all routes have started, so no caller gets a 404 for a path
 * that will exist.
 */
public final class HttpServers implements CamelConfiguration, MeterBinder, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpServers.class);

  private static final String SANDBOX_HEADER = "SMS-Routes-Sandbox";
  private static final int MANAGEMENT_WORKERS = 4;
  private static final long CLOSE_SECONDS = 10;

  /**
   * What the operators' page asks of management; nothing else there is for a page. Some browsers
   * name the origin for a module of their own, too.
   */
  private static final Pattern OWN_PAGE = Pattern.compile("/page/[a-z/]+([.]js)?(\\?.*)?");

  private final Vertx vertx;
  private final HttpOptions options;
  private final HttpAdmission admission;
  private final BytesInFlight bytes;
  private final HttpRefusals refusals;
  private final ConnectionLimits connections;
  private final Entrance forOperators;
  private final Router routes;
  private final HttpServer intake;
  private OptionalInt managementPort = OptionalInt.empty();

  /**
   * Prepares the intake's server, so that routes can be added to it.
   *
   * @param entrance of the intake
   * @param forOperators of management
   * @param sandbox whether no SMS leaves this machine, as every answer then says
   * @param refusals counts what the intake refuses
   */
  public HttpServers(
      HttpOptions options,
      Entrance entrance,
      Entrance forOperators,
      boolean sandbox,
      HttpRefusals refusals) {
    this.options = options;
    this.refusals = refusals;
    this.forOperators = forOperators;
    admission = new HttpAdmission(options.maxInFlight(), refusals);
    bytes = new BytesInFlight(options.maxBytesInFlight());
    // A consumer holds its worker until the request is answered: one for each admitted request.
    vertx =
        Vertx.vertx(
            new VertxOptions().setWorkerPoolSize(options.maxInFlight() + MANAGEMENT_WORKERS));
    routes = Router.router(vertx);
    Router root = Router.router(vertx);
    if (sandbox) {
      root.route().handler(HttpServers::saySandbox);
    }
    root.route().handler(TrackingHeaders::echo);
    admission.guard(root, routes);
    entrance.guard(routes);
    OpenApi.on(routes);
    root.route("/*").subRouter(routes);
    connections = limits(refusals);
    connections.start(vertx, bytes::answers);
    intake =
        server(entrance, connections, refusals)
            .requestHandler(
                checked(options.address(), options.hosts().intake(), uri -> false, refusals, root));
  }

  private static void saySandbox(RoutingContext request) {
    request.response().putHeader(SANDBOX_HEADER, "true");
    request.next();
  }

  @Override
  public void configure(CamelContext context) {
    // As configured, 0 too: platform-http finds the server by it.
    int port = options.address().port();
    VertxPlatformHttpServerConfiguration configuration = new VertxPlatformHttpServerConfiguration();
    configuration.setBindPort(port);
    context.getRegistry().bind("smsHttpServer", configuration);
    context.getRegistry().bind("smsVertx", vertx);
    String name = VertxPlatformHttpRouter.getRouterNameFromPort(port);
    context
        .getRegistry()
        .bind(
            name,
            new VertxPlatformHttpRouter(null, vertx, routes, name) {
              @Override
              public Handler<RoutingContext> bodyHandler() {
                return new Bodies(options, bytes, refusals);
              }
            });
    // Its handlers come between the body and the route, so that a body that still arrives has no
    // place.
    VertxPlatformHttpEngine engine = new VertxPlatformHttpEngine();
    engine.setCamelContext(context);
    engine.setHandlers(List.of(admission::admit));
    context.getRegistry().bind(PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME, engine);
  }

  /**
   * A server with the limits of connections, for HTTP/1.1 only: HTTP/2 in plain text would need
   * limits of its own, and no client needs it.
   */
  private HttpServer server(Entrance entrance, ConnectionLimits limits, HttpRefusals counting) {
    int maxHeaderBytes = options.connections().maxHeaderBytes();
    HttpServerOptions server =
        new HttpServerOptions()
            .setMaxHeaderSize(maxHeaderBytes)
            .setHttp2ClearTextEnabled(false)
            .setUseAlpn(false);
    entrance.secure(server);
    return vertx
        .createHttpServer(server)
        .connectionHandler(
            connection -> {
              ((ConnectionBase) connection)
                  .channel()
                  .pipeline()
                  .replace("httpDecoder", "httpDecoder", new StrictDecoder(server));
              limits.handle(connection);
            })
        .invalidRequestHandler(request -> HttpAdmission.noHttp(request, maxHeaderBytes, counting));
  }

  private ConnectionLimits limits(HttpRefusals counting) {
    return new ConnectionLimits(options.connections(), options.bodyTimeout(), counting);
  }

  private static RequestCheck checked(
      Address address,
      Set<String> names,
      Predicate<String> ownPage,
      HttpRefusals counting,
      Handler<HttpServerRequest> next) {
    return new RequestCheck(new HostCheck(address, names), ownPage, counting, next);
  }

  /**
   * Listens for requests and for operators; call it after the routes have started.
   *
   * @param questions the address for operators; empty: none
   * @param answers adds the paths for operators, behind their door
   * @throws UncheckedIOException if an address is in use or not of this machine
   */
  public void listen(Optional<Address> questions, Consumer<Router> answers) {
    await(intake, options.address());
    questions.ifPresent(
        address -> {
          Router router = Router.router(vertx);
          ManagementRefusals.on(router);
          forOperators.guard(router);
          answers.accept(router);
          // Not counted: the meters tell of the intake.
          HttpRefusals untold = new HttpRefusals();
          ConnectionLimits limits = limits(untold);
          limits.start(vertx, waiting -> {});
          HttpServer server =
              server(forOperators, limits, untold)
                  .requestHandler(
                      checked(
                          address,
                          options.hosts().management(),
                          OWN_PAGE.asMatchPredicate(),
                          untold,
                          router));
          await(server, address);
          managementPort = OptionalInt.of(server.actualPort());
        });
  }

  private static void await(HttpServer server, Address address) {
    try {
      server
          .listen(address.port(), address.host())
          .toCompletionStage()
          .toCompletableFuture()
          .join();
    } catch (CompletionException e) {
      throw new UncheckedIOException(
          new IOException(
              address.portKey()
                  + ": expected a free port; cannot listen on "
                  + address.host()
                  + ":"
                  + address.port()
                  + " ("
                  + e.getCause().getMessage()
                  + ")",
              e.getCause()));
    }
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    Gauge.builder("sms.http.in.flight", admission, HttpAdmission::inFlight)
        .description("HTTP requests in progress")
        .register(registry);
    Gauge.builder("sms.http.connections", connections, ConnectionLimits::open)
        .description("Open connections of the HTTP intake")
        .register(registry);
    refusals.bindTo(registry);
  }

  /** The port of the intake. */
  public int port() {
    return intake.actualPort();
  }

  /** The port of management, unless it is switched off. */
  public OptionalInt managementPort() {
    return managementPort;
  }

  /** From now on requests are answered 503; those in progress go on. */
  public void stopTaking() {
    admission.stopTaking();
  }

  @Override
  public void close() {
    try {
      vertx.close().toCompletionStage().toCompletableFuture().get(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // The process or the test ends anyway, so a failed close must not stop it.
      LOG.warn("The HTTP servers could not be closed: {}", e.toString());
    }
  }
}
