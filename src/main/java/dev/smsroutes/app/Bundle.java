package dev.smsroutes.app;

import dev.smsroutes.api.ApiClient;
import dev.smsroutes.api.ReplyClassifier;
import dev.smsroutes.api.TokenRoute;
import dev.smsroutes.api.TokenRoute.Credentials;
import dev.smsroutes.api.TokenSource;
import dev.smsroutes.batch.check.BatchCheck.Pacing;
import dev.smsroutes.batch.check.InstanceFile;
import dev.smsroutes.batch.run.Batch;
import dev.smsroutes.broker.EmbeddedBroker;
import dev.smsroutes.broker.ExternalBroker;
import dev.smsroutes.broker.SendingConnection;
import dev.smsroutes.config.Address;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.config.ContactPolicyOptions;
import dev.smsroutes.config.FileOptions;
import dev.smsroutes.config.InvalidSettingsException;
import dev.smsroutes.config.JmsOptions;
import dev.smsroutes.config.Precedence;
import dev.smsroutes.config.Settings;
import dev.smsroutes.contactpolicy.ContactPolicy;
import dev.smsroutes.contactpolicy.SuppressionFile;
import dev.smsroutes.definition.DefinitionDirectory;
import dev.smsroutes.intake.file.FileCheck;
import dev.smsroutes.intake.file.FileIntake;
import dev.smsroutes.intake.file.FileIntakeBeans;
import dev.smsroutes.intake.http.HttpAdmission;
import dev.smsroutes.intake.http.HttpHeaders;
import dev.smsroutes.intake.http.HttpIntake;
import dev.smsroutes.intake.http.HttpServers;
import dev.smsroutes.intake.http.Management;
import dev.smsroutes.intake.http.OutcomeJson;
import dev.smsroutes.intake.jms.JmsIntake;
import dev.smsroutes.intake.request.RequestReader;
import dev.smsroutes.ledger.Ledger;
import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.Runs;
import dev.smsroutes.ledger.jdbc.JdbcLedger;
import dev.smsroutes.pipeline.DryRun;
import dev.smsroutes.pipeline.Pipeline;
import dev.smsroutes.pipeline.RetryPolicy;
import dev.smsroutes.pipeline.SendOptions;
import dev.smsroutes.sandbox.Sandbox;
import dev.smsroutes.sandbox.SandboxOptions;
import dev.smsroutes.throttle.Throttle;
import dev.smsroutes.throttle.ThrottleOptions;
import jakarta.jms.ConnectionFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.processor.aggregate.GroupedBodyAggregationStrategy;
import org.apache.camel.spi.PropertiesComponent;
import org.apache.camel.spi.Registry;
import org.apache.camel.spi.ThreadPoolProfile;
import org.apache.camel.util.concurrent.ThreadPoolRejectedPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole bundle in this process: puts the rooms together, starts Camel, and stops all of it.
 *
 * <p>The one place that knows every room. Start and close it from one thread.
 */
public final class Bundle implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Bundle.class);
  private static final String MESSAGES = "/messaging/v1/sms/messages";
  private static final String TOKEN = "/v2/token";

  /**
   * What sends files and nothing else: the pipeline and the file intake, whatever other routes a
   * site has.
   */
  private static final Map<String, String> ONLY_FILES =
      Map.of(
          "sms.file.enabled", "true",
          "sms.jms.enabled", "false",
          "sms.http.mode", "sync",
          "sms.http.port", "0",
          "sms.management.enabled", "false",
          "camel.main.routesReloadEnabled", "false",
          "camel.main.routeFilterIncludePattern", FileIntake.ROUTE + ",direct:*");

  private final Clock clock;
  private final UnaryOperator<Ledger> between;
  private final boolean onlyFiles;
  private final Main main = new Main();
  private Optional<Sandbox> sandbox = Optional.empty();
  private Optional<EmbeddedBroker> broker = Optional.empty();
  private Optional<Throttle> throttle = Optional.empty();
  private Optional<JdbcLedger> ledger = Optional.empty();
  private Optional<SuppressionFile> suppression = Optional.empty();
  private Optional<Path> inbox = Optional.empty();
  private Optional<FileIntake> intake = Optional.empty();
  private Optional<Supplier<InstanceFile>> tellsOthers = Optional.empty();
  private Optional<HttpServers> http = Optional.empty();
  private Optional<Management> management = Optional.empty();
  private Address address;
  private Optional<Address> managementAddress = Optional.empty();
  private Duration stopTimeout = Duration.ZERO;

  private Bundle(Clock clock, UnaryOperator<Ledger> between, boolean onlyFiles) {
    this.clock = clock;
    this.between = between;
    this.onlyFiles = onlyFiles;
  }

  /**
   * Starts the bundle; returns when it takes requests.
   *
   * @param overrides property keys and values that win over all other sources
   * @throws InvalidSettingsException if the configuration cannot work
   */
  public static Bundle start(Map<String, String> overrides) {
    return start(overrides, Clock.systemUTC());
  }

  /**
   * As {@link #start(Map)}, by another clock.
   *
   * @param clock tells the time for all that is recorded, kept or expires
   */
  static Bundle start(Map<String, String> overrides, Clock clock) {
    return start(overrides, clock, UnaryOperator.identity());
  }

  /**
   * As {@link #start(Map)}, with something between the pipeline and the ledger.
   *
   * @param between gets the ledger, and gives what the pipeline is to use for it
   */
  static Bundle start(Map<String, String> overrides, Clock clock, UnaryOperator<Ledger> between) {
    return new Bundle(clock, between, false).started(overrides);
  }

  /**
   * Starts what sends files from the inbox, and nothing else: no HTTP, no JMS, no management, no
   * route of a site's own. It leaves alone what others have under way in the results folder.
   *
   * @param overrides property keys and values that win over all other sources
   * @throws InvalidSettingsException if the configuration cannot work
   */
  public static Bundle startForFiles(Map<String, String> overrides) {
    Map<String, String> all = new LinkedHashMap<>(overrides);
    all.putAll(ONLY_FILES);
    return new Bundle(Clock.systemUTC(), UnaryOperator.identity(), true).started(all);
  }

  private Bundle started(Map<String, String> overrides) {
    try {
      run(overrides);
      return this;
    } catch (Throwable failure) {
      close();
      throw failure;
    }
  }

  private void run(Map<String, String> overrides) {
    main.setPropertyPlaceholderLocations(Configuration.LOCATIONS);
    Precedence.over(Configuration.keys(), overrides).forEach(main::addOverrideProperty);
    main.addMainListener(
        new MainListenerSupport() {
          @Override
          public void beforeInitialize(BaseMainSupport configured) {
            Precedence.askEnvironmentLast(configured.getCamelContext());
          }

          @Override
          public void beforeConfigure(BaseMainSupport configured) {
            try {
              wire(configured.getCamelContext());
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        });
    main.start();
    if (onlyFiles && main.getCamelContext().getRoute(FileIntake.ROUTE) == null) {
      throw new IllegalStateException(
          "There is no route "
              + FileIntake.ROUTE
              + " among those of camel.main.routesIncludePattern; run it in the folder where routes/"
              + " is");
    }
    try {
      listen();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All routes are there: requests and questions may come. */
  private void listen() throws IOException {
    if (http.isEmpty()) {
      return;
    }
    http.get().listen(address);
    if (managementAddress.isPresent()) {
      http.get().manage(managementAddress.get(), management.orElseThrow());
    }
  }

  private void wire(CamelContext context) throws IOException {
    PropertiesComponent properties = context.getPropertiesComponent();
    Settings settings = new Settings(properties::resolveProperty);
    Configuration.refuseUnknownKeys(properties, settings);

    Duration bodyTimeout = settings.duration("sms.http.body-timeout", Duration.ofMillis(1));
    int maxInFlight = settings.number("sms.http.max-in-flight", 1, 100_000);
    int recipients = settings.number("sms.http.recipients-concurrency", 1, 1_000);
    int maxParts = Configuration.maxParts(settings);
    int maxRecipients = settings.number("sms.http.max-recipients", 1, 100_000);
    address = settings.address("sms.http.host", "sms.http.port");
    int maxBodyBytes = settings.number("sms.http.max-body-bytes", 1, Integer.MAX_VALUE);
    if (settings.flag("sms.management.enabled")) {
      managementAddress =
          Optional.of(settings.address("sms.management.host", "sms.management.port"));
    } else {
      settings.number("sms.management.port", 0, 65_535);
    }
    settings.oneOf("sms.definitions.source", "directory");
    Duration deadline = settings.duration("sms.http.deadline", Duration.ofMillis(1));
    stopTimeout = Duration.ofSeconds(settings.number("camel.main.shutdownTimeout", 1, 86_400));
    RetryPolicy retries =
        new RetryPolicy(
            settings.duration("sms.api.retry-delay", Duration.ZERO),
            Duration.ofSeconds(30),
            deadline);
    UnaryOperator<String> values = key -> properties.resolveProperty(key).orElse(null);
    // For one file only, the folders are not tidied up: they may be those of a process that serves.
    boolean filesEnabled = settings.flag("sms.file.enabled") && !onlyFiles;
    // The one file lies there as a link, which the command itself has made.
    Optional<FileOptions> files =
        settings
            .group(() -> FileOptions.from(filesEnabled, values))
            .map(options -> onlyFiles ? options.withLinks() : options);
    Optional<JmsOptions> jms = settings.group(() -> JmsOptions.from(values));
    int senders =
        maxInFlight
            + recipients
            + files.map(FileOptions::concurrency).orElse(0)
            + jms.map(JmsOptions::concurrency).orElse(0);
    Optional<ThrottleOptions> gate = settings.group(() -> paceOptions(settings, senders));
    HttpIntake.Queueing queueing = queueing(settings, jms);
    ApiClient client =
        new ApiClient(
            senders,
            settings.duration("sms.api.connect-timeout", Duration.ofMillis(1)),
            settings.duration("sms.api.response-timeout", Duration.ofMillis(1)),
            settings.duration("sms.api.connect-timeout", Duration.ofMillis(1)));
    boolean asksForStatus = settings.flag("sms.api.status-check");
    Path directory = settings.path("sms.definitions.directory");
    Optional<LedgerOptions> record = settings.group(() -> Configuration.ledger(settings));
    Optional<Api> configured = configuredApi(settings);
    ContactPolicyOptions careOptions = ContactPolicyOptions.from(settings);
    suppression = settings.group(careOptions::open).flatMap(file -> file);
    int sandboxPort = settings.number("sms.sandbox.port", 0, 65_535);
    // What is wrong up to here is told before anything is started.
    settings.check();

    if (deadline.compareTo(stopTimeout) >= 0) {
      LOG.warn(
          "sms.http.deadline: expected less than camel.main.shutdownTimeout ({} s); {} ms came. A"
              + " stop leaves callers without an answer who wait longer than that",
          stopTimeout.toSeconds(),
          deadline.toMillis());
    }
    DefinitionDirectory definitions = DefinitionDirectory.load(directory);
    definitions.report().forEach(LOG::info);
    Api api = configured.orElseGet(() -> sandboxApi(sandboxPort, directory));
    JdbcLedger opened = JdbcLedger.open(record.orElseThrow(), clock);
    ledger = Optional.of(opened);
    Throttle gateOpened = new Throttle(gate.orElseThrow());
    throttle = Optional.of(gateOpened);
    TokenSource tokens = new TokenSource(TokenRoute.endpoint(context), clock, gateOpened);
    JmsOptions jmsOptions = jms.orElseThrow();
    ContactPolicy contactPolicy = careOptions.with(suppression, clock);
    Pipeline pipeline =
        new Pipeline(
            definitions,
            between.apply(opened),
            new ReplyClassifier(clock),
            tokens,
            gateOpened,
            contactPolicy,
            new SendOptions(
                maxParts,
                retries,
                asksForStatus,
                jmsOptions.maxBodyBytes(),
                files.orElseThrow().recipientsPerCall()));
    RequestReader reader = new RequestReader(maxRecipients);

    client.install(context);
    HealthCheckRegistry health = HealthCheckRegistry.get(context);
    health.register(new OutageCheck("sms-ledger", opened::outage));
    suppression.ifPresent(
        file -> {
          file.watch();
          health.register(new OutageCheck("sms-suppression", file::outage));
        });
    // Up again once a probe is due: a node without traffic would never send one.
    health.register(
        new OutageCheck(
            "sms-api", () -> gateOpened.outage().filter(why -> gateOpened.snapshot().paused())));
    Registry registry = context.getRegistry();
    bindHttp(context, new HttpIntake(reader, opened::find, queueing), recipients);
    if (!onlyFiles) {
      HttpAdmission admission = new HttpAdmission(maxInFlight, bodyTimeout);
      http = Optional.of(HttpServers.prepare(context, admission, address.port(), maxBodyBytes));
      management = managementAddress.map(there -> new Management(context, admission));
    }
    bindFiles(context, files.orElseThrow(), reader, opened, careOptions.batchHours().isPresent());
    Supplier<Pacing> pacing = () -> FileChecks.pacing(gateOpened.snapshot(), files.orElseThrow());
    FileChecks fileChecks =
        FileChecks.of(
            new RequestCheck(DryRun.in(context)),
            files.orElseThrow(),
            reader,
            opened.ledgerPreview(),
            pacing,
            context::isStopping);
    FileCheck.bind(context, files.orElseThrow(), fileChecks::check, clock);
    if (filesEnabled) {
      tellOthers(
          context,
          () ->
              new InstanceFile(
                  files.orElseThrow().folders(),
                  record.orElseThrow().file(),
                  sandbox.map(Sandbox::url),
                  pacing.get(),
                  clock.instant()));
    }
    bindJms(registry, jmsOptions, reader);

    pipeline
        .routes(
            api.url() + MESSAGES + ApiClient.ENDPOINT_OPTIONS,
            Optional.of(api.url() + MESSAGES + ApiClient.QUESTION_OPTIONS),
            JmsIntake.queueUri(jmsOptions))
        .forEach(main.configure()::addRoutesBuilder);
    main.configure()
        .addRoutesBuilder(
            new TokenRoute(api.tokenUrl() + ApiClient.ENDPOINT_OPTIONS, api.credentials()));
  }

  private static void bindHttp(CamelContext context, HttpIntake httpIntake, int recipients) {
    Registry registry = context.getRegistry();
    registry.bind("httpIntake", httpIntake);
    // Its name until this release: a site's own routes may still say it. Goes in the next one.
    registry.bind("httpEdge", httpIntake);
    registry.bind("httpHeaders", new HttpHeaders());
    registry.bind("smsOutcomes", new GroupedBodyAggregationStrategy());
    registry.bind("smsRecipients", pool(context, "sms-recipients", recipients));
  }

  private void bindFiles(
      CamelContext context,
      FileOptions options,
      RequestReader reader,
      Runs runs,
      boolean rowsWaitForTheirTime)
      throws IOException {
    FileIntakeBeans.bind(
        context, options, FileChecks.requests(reader), runs, clock, rowsWaitForTheirTime);
    intake =
        Optional.ofNullable(
            context.getRegistry().lookupByNameAndType(FileIntake.BEAN, FileIntake.class));
    if (options.enabled()) {
      inbox = Optional.of(options.folders().inbox());
    }
  }

  /** Commands beside this process look for it. */
  private void tellOthers(CamelContext context, Supplier<InstanceFile> note) {
    tellsOthers = Optional.of(note);
    context
        .getExecutorServiceManager()
        .newSingleThreadScheduledExecutor(Bundle.class, "sms-serving")
        .scheduleWithFixedDelay(
            () -> {
              try {
                note.get().write();
              } catch (IOException | RuntimeException e) {
                LOG.debug("serving note not written cause={}", e.getClass().getSimpleName());
              }
            },
            0,
            InstanceFile.EVERY.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private static void tellNobody(Supplier<InstanceFile> note) {
    try {
      note.get().remove();
    } catch (IOException | RuntimeException e) {
      LOG.debug("serving note not removed cause={}", e.getClass().getSimpleName());
    }
  }

  private void bindJms(Registry registry, JmsOptions options, RequestReader reader) {
    if (!options.enabled()) {
      ConnectionFactory none = ExternalBroker.none();
      registry.bind("jms", JmsIntake.component(options, none, none));
    } else if (options.brokerUrl().isPresent()) {
      String url = options.brokerUrl().get();
      bindJms(
          registry,
          options,
          ExternalBroker.connectionFactory(url, options.broker().login()),
          ExternalBroker.sendingConnection(url, options.broker().login()));
    } else {
      EmbeddedBroker started = EmbeddedBroker.start(options.broker());
      broker = Optional.of(started);
      bindJms(registry, options, started.connectionFactory(), started.sendingConnection());
    }
    registry.bind(JmsIntake.BEAN, new JmsIntake(options, reader::one, OutcomeJson::one));
  }

  private static ThrottleOptions paceOptions(Settings settings, int senders) {
    int most = settings.number("sms.api.max-concurrency", 0, 100_000);
    return new ThrottleOptions(
        most == 0 ? senders : most,
        settings.decimal("sms.api.max-rate"),
        slowAfter(settings),
        settings.duration("sms.api.probe-interval", Duration.ofMillis(1)),
        settings.duration("sms.api.longest-pause", Duration.ofMillis(1)));
  }

  private static void bindJms(
      Registry registry,
      JmsOptions options,
      ConnectionFactory receiving,
      SendingConnection sending) {
    registry.bind("jms", JmsIntake.component(options, receiving, sending));
    // Closed with the context, after its routes.
    registry.bind("smsJmsSending", SendingConnection.class, sending, null, "destroy");
  }

  private static HttpIntake.Queueing queueing(Settings settings, Optional<JmsOptions> jms) {
    boolean always = settings.oneOf("sms.http.mode", "sync", "queued").equals("queued");
    boolean possible = jms.map(JmsOptions::enabled).orElse(true);
    if (always && !possible) {
      settings.fault(
          "sms.http.mode: queued needs the queue of the JMS intake; sms.jms.enabled is false");
    }
    if (!possible) {
      return HttpIntake.Queueing.NEVER;
    }
    return always ? HttpIntake.Queueing.ALWAYS : HttpIntake.Queueing.WHEN_PREFERRED;
  }

  /** Less than the response timeout: what takes that long has no time to be slow. */
  private static Duration slowAfter(Settings settings) {
    Duration asked = settings.duration("sms.api.slow-after", Duration.ofMillis(1));
    Duration most =
        settings
            .duration("sms.api.response-timeout", Duration.ofMillis(1))
            .multipliedBy(9)
            .dividedBy(10);
    return asked.compareTo(most) < 0 ? asked : most;
  }

  /** Where the API is and how we log in. */
  private record Api(String url, String tokenUrl, Credentials credentials) {}

  private static Optional<Api> configuredApi(Settings settings) {
    boolean plain = settings.flag("sms.api.allow-plain-http");
    Optional<String> configured = settings.optional("sms.api.url");
    if (configured.isEmpty()) {
      return Optional.empty();
    }
    String url = settings.serviceUrl("sms.api.url", configured.get(), plain);
    String auth =
        settings
            .optional("sms.api.auth-url")
            .map(value -> settings.serviceUrl("sms.api.auth-url", value, plain))
            .orElse(url);
    return Optional.of(
        new Api(
            url,
            auth.endsWith(TOKEN) ? auth : auth + TOKEN,
            new Credentials(
                settings.required("sms.api.client-id", "sms.api.url names an API"),
                settings.required("sms.api.client-secret", "sms.api.url names an API"),
                settings.optional("sms.api.account-id"))));
  }

  private Api sandboxApi(int port, Path definitions) {
    Sandbox started =
        Sandbox.start(
            SandboxOptions.defaults().withPort(port).withDefinitionsDirectory(definitions));
    sandbox = Optional.of(started);
    LOG.warn(
        "SANDBOX: no sms.api.url is set, so no SMS leaves this machine; the API is played at {}",
        started.url());
    return new Api(
        started.url(),
        started.url() + TOKEN,
        new Credentials("sandbox", "sandbox", Optional.empty()));
  }

  private static ExecutorService pool(CamelContext context, String name, int threads) {
    ThreadPoolProfile profile = new ThreadPoolProfile(name);
    profile.setPoolSize(threads);
    profile.setMaxPoolSize(threads);
    profile.setMaxQueueSize(threads);
    profile.setRejectedPolicy(ThreadPoolRejectedPolicy.CallerRuns);
    return context.getExecutorServiceManager().newThreadPool(name, name, profile);
  }

  /** The port on which the HTTP intake really listens. */
  public int httpPort() {
    return http.orElseThrow().port();
  }

  /** The port of health and meters, if they are not switched off. */
  public OptionalInt managementPort() {
    return managementAddress.isEmpty() || http.isEmpty()
        ? OptionalInt.empty()
        : OptionalInt.of(http.get().managementPort());
  }

  /** The sandbox that this bundle started, if it did. */
  public Optional<Sandbox> sandbox() {
    return sandbox;
  }

  /** The batch file that was opened last, whether it has ended or not. */
  public Optional<Batch> latestBatch() {
    return intake.flatMap(FileIntake::latest);
  }

  /** Why the batch file that was opened last stays in the inbox and is tried again, if so. */
  public Optional<String> fileFailure() {
    return intake.flatMap(FileIntake::latestFailure);
  }

  /** Where batch files are dropped, unless that intake is switched off. */
  public Optional<Path> inbox() {
    return inbox;
  }

  /** The broker that this bundle started, if it did. */
  public Optional<EmbeddedBroker> broker() {
    return broker;
  }

  /** How long {@link #close} waits for what is under way; closing the rest takes moments. */
  public Duration stopTimeout() {
    return stopTimeout;
  }

  /**
   * When {@link #close} does not come to an end: writes what waits to be recorded, and nothing
   * else. To be called by whoever ends the process then; any thread may.
   */
  public void cutOff() {
    ledger.ifPresent(JdbcLedger::close);
  }

  /** Stops taking requests, ends what is under way, and stops what was started. */
  @Override
  public void close() {
    http.ifPresent(HttpServers::stopTaking);
    // Whoever waits for a turn had better go than be waited for.
    throttle.ifPresent(Throttle::close);
    main.stop();
    http.ifPresent(HttpServers::close);
    management.ifPresent(Management::close);
    tellsOthers.ifPresent(Bundle::tellNobody);
    broker.ifPresent(EmbeddedBroker::close);
    ledger.ifPresent(JdbcLedger::close);
    suppression.ifPresent(SuppressionFile::close);
    sandbox.ifPresent(Sandbox::close);
  }
}
