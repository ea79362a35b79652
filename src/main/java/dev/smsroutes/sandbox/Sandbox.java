package dev.smsroutes.sandbox;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.net.BindException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The SMS API, played locally: the same paths, answers and rules over real HTTP. It remembers what
 * arrived ({@code GET /sandbox/messages}) and plays scripted faults ({@code PUT /sandbox/faults}).
 *
 * <p>Runs on a few daemon threads of its own; a slow answer blocks none of them. Thread-safe.
 */
public final class Sandbox implements AutoCloseable {
  private static final long START_SECONDS = 30;

  private final Vertx vertx;
  private final String host;
  private final int port;
  private final CountDownLatch closed = new CountDownLatch(1);

  private Sandbox(Vertx vertx, String host, int port) {
    this.vertx = vertx;
    this.host = host;
    this.port = port;
  }

  /**
   * Starts a sandbox and waits until it listens.
   *
   * @throws IllegalArgumentException when a definition cannot be read, naming its file
   * @throws IllegalStateException when it cannot listen, for example because the port is in use
   */
  public static Sandbox start(SandboxOptions options) {
    SandboxDefinitions definitions = SandboxDefinitions.load(options);
    AcceptedMessages messages =
        new AcceptedMessages(
            options.clock, options.keyWindow, options.maxMessages, options.maxDetailBytes);
    Tokens tokens = new Tokens(options.clock, options.tokenLifetime);
    AtomicReference<SandboxSettings> settings = new AtomicReference<>(SandboxSettings.of(options));
    Replies replies = new Replies(settings::get);
    ApiRoutes api = new ApiRoutes(options, definitions, messages, tokens, replies, settings::get);
    FaultScript faults = new FaultScript();
    CallCounts counts = new CallCounts();
    Oracle oracle = new Oracle(options, definitions, messages, faults, counts, settings);
    AtomicReference<Integer> port = new AtomicReference<>(options.port);

    Vertx vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(options.eventLoops)
                .setWorkerPoolSize(2)
                .setInternalBlockingPoolSize(2)
                .setUseDaemonThread(true)
                // It serves no files, so it needs no cache directory.
                .setFileSystemOptions(
                    new FileSystemOptions()
                        .setFileCachingEnabled(false)
                        .setClassPathResolvingEnabled(false)));
    try {
      await(
          vertx.deployVerticle(
              () ->
                  new SandboxServer(
                      options, api, oracle, tokens, faults, counts, replies, settings, port),
              new DeploymentOptions().setInstances(options.eventLoops)));
    } catch (ExecutionException e) {
      vertx.close();
      throw cannotListen(options, e.getCause());
    } catch (TimeoutException e) {
      vertx.close();
      throw new IllegalStateException(
          "The sandbox did not start within " + START_SECONDS + " s", e);
    } catch (InterruptedException e) {
      vertx.close();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while the sandbox was starting", e);
    }
    return new Sandbox(vertx, options.host, port.get());
  }

  private static IllegalStateException cannotListen(SandboxOptions options, Throwable cause) {
    String where = "port " + options.port + " of " + options.host;
    if (cause instanceof BindException) {
      return new IllegalStateException(
          "The sandbox cannot listen on "
              + where
              + ": the port is in use, or the address is not of this machine. Set sms.sandbox.port to"
              + " a free port, or to 0 for any",
          cause);
    }
    return new IllegalStateException(
        "The sandbox cannot listen on " + where + " (sms.sandbox.port)", cause);
  }

  /** The port that it listens on; the real one, also if 0 was asked for. */
  public int port() {
    return port;
  }

  /** The base URL for tokens and messages, without a slash at the end. */
  public String url() {
    boolean any = host.equals("0.0.0.0") || host.equals("::");
    String name = any ? "127.0.0.1" : host;
    return "http://" + (name.indexOf(':') < 0 ? name : "[" + name + "]") + ":" + port;
  }

  /** Waits until another thread closes it: for a program that only runs a sandbox. */
  public void awaitClose() throws InterruptedException {
    closed.await();
  }

  /** Stops listening and closes all connections. Idempotent. */
  @Override
  public void close() {
    try {
      await(vertx.close());
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("The sandbox could not be closed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      closed.countDown();
    }
  }

  private static void await(Future<?> future)
      throws ExecutionException, TimeoutException, InterruptedException {
    future.toCompletionStage().toCompletableFuture().get(START_SECONDS, TimeUnit.SECONDS);
  }
}
