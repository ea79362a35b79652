package dev.smsroutes.intake.http;

import dev.smsroutes.config.Address;
import dev.smsroutes.config.HttpOptions;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP servers of this process: that of the intake, under camel-platform-http, and that of
 * management. Both share the event loops of one Vert.x. Open and close it from one thread.
 *
 * <p>The intake's server listens once all routes are started, so no caller meets a path that is not
 * there yet.
 */
public final class HttpServers implements CamelConfiguration, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpServers.class);

  /** In bytes, of all headers of a request: gateways add tokens of some kilobytes each. */
  static final int MAX_HEADER_BYTES = 16 * 1024;

  private static final int MANAGEMENT_WORKERS = 4;
  private static final long CLOSE_SECONDS = 10;

  private final Vertx vertx;
  private final HttpOptions options;
  private final HttpAdmission admission;
  private final Router routes;
  private final HttpServer intake;
  private Optional<Management> management = Optional.empty();
  private OptionalInt managementPort = OptionalInt.empty();

  /** Prepares the intake's server, so that routes can be added to it. */
  public HttpServers(HttpOptions options) {
    this.options = options;
    admission = new HttpAdmission(options.maxInFlight(), options.bodyTimeout());
    // A consumer holds its worker until the request is answered, so one for each that is let in.
    vertx =
        Vertx.vertx(
            new VertxOptions().setWorkerPoolSize(options.maxInFlight() + MANAGEMENT_WORKERS));
    routes = Router.router(vertx);
    Router root = Router.router(vertx);
    admission.guard(root, routes);
    root.route("/*").subRouter(routes);
    intake = server(vertx).requestHandler(root);
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
                return BodyHandler.create(false).setBodyLimit(options.maxBodyBytes());
              }
            });
  }

  private static HttpServer server(Vertx vertx) {
    HttpServerOptions options = new HttpServerOptions().setMaxHeaderSize(MAX_HEADER_BYTES);
    options.getInitialSettings().setMaxHeaderListSize(MAX_HEADER_BYTES);
    return vertx.createHttpServer(options).invalidRequestHandler(HttpAdmission::noHttp);
  }

  /**
   * Takes requests from here on, for the routes are there; and questions of operators.
   *
   * @param questions where operators ask; empty if they cannot
   * @throws UncheckedIOException if the port cannot be listened on
   */
  public void listen(Optional<Address> questions, CamelContext context) {
    await(intake, options.address());
    questions.ifPresent(
        address -> {
          Management answers = new Management(context, admission);
          management = Optional.of(answers);
          Router router = Router.router(vertx);
          answers.on(router);
          HttpServer server = server(vertx).requestHandler(router);
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

  /** The port on which requests are taken. */
  public int port() {
    return intake.actualPort();
  }

  /** The port of management, unless it is switched off. */
  public OptionalInt managementPort() {
    return managementPort;
  }

  /** From here on requests are answered 503; those under way go on. */
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
      // The process ends, or the test does: a server that does not close is no reason to stay.
      LOG.warn("The HTTP servers could not be closed: {}", e.toString());
    } finally {
      management.ifPresent(Management::close);
    }
  }
}
