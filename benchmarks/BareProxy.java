import dev.smsroutes.api.ApiClient;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Duration;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.main.Main;

/**
 * The limit of the framework: a Camel proxy without any logic, on the same Camel, the same server
 * and the same HTTP client as the bundle. It passes each request on and its answer back.
 *
 * <p>Started by benchmarks/compare. Arguments: the URL of the API, and how many requests may be
 * under way.
 */
public final class BareProxy {
  private static final int PORT = 0;

  private BareProxy() {}

  public static void main(String[] args) throws Exception {
    String api = args[0];
    int most = Integer.parseInt(args[1]);
    Vertx vertx = Vertx.vertx(new VertxOptions().setWorkerPoolSize(most));
    Router root = Router.router(vertx);
    HttpServer server = vertx.createHttpServer().requestHandler(root);
    Main main = new Main();
    // Not the bundle's settings and routes.
    main.setDefaultPropertyPlaceholderLocation("false");
    main.configure().withJmxEnabled(false);
    main.configure()
        .addConfiguration(
            new CamelConfiguration() {
              @Override
              public void configure(CamelContext context) {
                bind(context, vertx, root, most);
              }
            });
    main.configure().addRoutesBuilder(route(api));
    main.start();
    server.listen(PORT, "127.0.0.1").toCompletionStage().toCompletableFuture().join();
    System.out.println("HTTP http://127.0.0.1:" + server.actualPort() + "/");
    Thread.currentThread().join();
  }

  private static void bind(CamelContext context, Vertx vertx, Router root, int most) {
    VertxPlatformHttpServerConfiguration configuration = new VertxPlatformHttpServerConfiguration();
    configuration.setBindPort(PORT);
    String name = VertxPlatformHttpRouter.getRouterNameFromPort(PORT);
    context.getRegistry().bind("bareServer", configuration);
    context.getRegistry().bind("bareVertx", vertx);
    context
        .getRegistry()
        .bind(
            name,
            new VertxPlatformHttpRouter(null, vertx, root, name) {
              @Override
              public Handler<RoutingContext> bodyHandler() {
                return BodyHandler.create(false);
              }
            });
    Duration patience = Duration.ofSeconds(10);
    new ApiClient(most, patience, patience, patience).install(context);
  }

  private static RouteBuilder route(String api) {
    return new RouteBuilder() {
      @Override
      public void configure() {
        from("platform-http:/messaging/v1/sms/messages/{messageKey}?httpMethodRestrict=POST")
            .process(BareProxy::toApi)
            .to(api + "/messaging/v1/sms/messages" + ApiClient.ENDPOINT_OPTIONS)
            .process(BareProxy::back);
      }
    };
  }

  private static void toApi(Exchange exchange) {
    Message message = exchange.getMessage();
    Object key = message.getHeader("messageKey");
    message.removeHeaders("*");
    message.setHeader(Exchange.HTTP_PATH, key);
    message.setHeader(Exchange.CONTENT_TYPE, "application/json");
  }

  private static void back(Exchange exchange) {
    Message message = exchange.getMessage();
    Object status = message.getHeader(Exchange.HTTP_RESPONSE_CODE);
    message.removeHeaders("*");
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
    message.setHeader(Exchange.CONTENT_TYPE, "application/json");
  }
}
