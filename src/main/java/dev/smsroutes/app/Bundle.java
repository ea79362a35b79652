package dev.smsroutes.app;

import dev.smsroutes.access.Key;
import dev.smsroutes.access.Keys;
import dev.smsroutes.access.Role;
import dev.smsroutes.api.ApiEndpoints;
import dev.smsroutes.api.ApiTls;
import dev.smsroutes.api.TokenRoute;
import dev.smsroutes.api.TokenRoute.Credentials;
import dev.smsroutes.api.TokenSource;
import dev.smsroutes.batch.check.BatchCheck;
import dev.smsroutes.batch.check.BatchCheck.Pacing;
import dev.smsroutes.batch.check.InstanceFile;
import dev.smsroutes.batch.format.JsonRequests;
import dev.smsroutes.batch.run.Batch;
import dev.smsroutes.batch.run.ProgressFiles;
import dev.smsroutes.broker.EmbeddedBroker;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.config.ContactPolicyOptions;
import dev.smsroutes.config.InvalidSettingsException;
import dev.smsroutes.config.JmsOptions;
import dev.smsroutes.contactpolicy.ContactPolicy;
import dev.smsroutes.contactpolicy.SuppressionFile;
import dev.smsroutes.definition.DefinitionDirectory;
import dev.smsroutes.door.Doors;
import dev.smsroutes.intake.file.FileIntake;
import dev.smsroutes.intake.file.FileIntakeBeans;
import dev.smsroutes.intake.file.InstanceAnnouncement;
import dev.smsroutes.intake.http.HttpIntake;
import dev.smsroutes.intake.http.HttpIntakeBeans;
import dev.smsroutes.intake.http.HttpRefusals;
import dev.smsroutes.intake.http.HttpServers;
import dev.smsroutes.intake.http.OpenApi;
import dev.smsroutes.intake.http.OutcomeJson;
import dev.smsroutes.intake.jms.JmsIntakeBeans;
import dev.smsroutes.intake.request.RequestReader;
import dev.smsroutes.ledger.Ledger;
import dev.smsroutes.ledger.jdbc.JdbcLedger;
import dev.smsroutes.management.ApiPage;
import dev.smsroutes.management.Management;
import dev.smsroutes.meters.Meters;
import dev.smsroutes.model.Origin;
import dev.smsroutes.page.Page;
import dev.smsroutes.pipeline.DryRun;
import dev.smsroutes.sandbox.Sandbox;
import dev.smsroutes.sandbox.SandboxOptions;
import dev.smsroutes.throttle.Throttle;
import dev.smsroutes.throttle.ThrottleMeters;
import dev.smsroutes.trace.OtlpTracing;
import dev.smsroutes.trace.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainConfigurationProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole bundle in this process: puts the rooms together, starts Camel, and stops all of it.
 *
 * <p>The one place that knows every room. Start and close it from one thread.
 */
public final class Bundle implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Bundle.class);

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
          "sms.http.authentication", "none",
          "sms.management.enabled", "false",
          "camel.main.routesReloadEnabled", "false",
          "camel.main.routeFilterIncludePattern", FileIntake.ROUTE + ",direct:*");

  private final Clock clock;
  private final UnaryOperator<Ledger> between;
  private final boolean onlyFiles;
  private final CloseStack closing = new CloseStack();
  private final Main main = new Main();
  private final Meters meters = closing.push(new Meters());
  private final HttpRefusals refusals = new HttpRefusals();
  private Configuration configuration;
  private Optional<SuppressionFile> suppression = Optional.empty();
  private DefinitionDirectory definitions;
  private Keys keys;
  private Optional<Sandbox> sandbox = Optional.empty();
  private JdbcLedger ledger;
  private Optional<EmbeddedBroker> broker = Optional.empty();
  private Optional<Doors> doors = Optional.empty();
  private Optional<HttpServers> http = Optional.empty();
  private Optional<ApiTls> apiTls = Optional.empty();
  private Optional<Tracing> tracing = Optional.empty();
  private Throttle throttle;
  private Samples samples;
  private FileIntake intake;
  private BatchCheck checks;

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
    return start(overrides, Clock.systemUTC(), UnaryOperator.identity());
  }

  /**
   * As {@link #start(Map)}, for tests.
   *
   * @param clock tells the time for all that is recorded, kept or expires
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
      configuration = Configuration.readToServe(overrides, this::openSuppressionList);
      if (!onlyFiles) {
        LogOutput.use(configuration.logFormat());
        configuration.warnings().forEach(LOG::warn);
      }
      open();
      configuration.prepare(main, overrides);
      main.start();
      requireRoutes();
      if (!onlyFiles) {
        OthersMayRead.warning(configuration).ifPresent(LOG::warn);
      }
      http.ifPresent(servers -> servers.listen(configuration.management(), this::answerOperators));
      if (!onlyFiles) {
        StartAudit.log(main.getCamelContext());
      }
      return this;
    } catch (Throwable failure) {
      // What cannot be closed either is suppressed in the failure.
      try (closing) {
        throw failure;
      }
    }
  }

  private Optional<SuppressionFile> openSuppressionList(ContactPolicyOptions options) {
    suppression = options.open().map(closing::push);
    return suppression;
  }

  /** Opens what is there before Camel and after it; it is closed in the opposite order. */
  private void open() {
    Stores.requireApiIsNotForgotten(configuration);
    definitions = DefinitionDirectory.load(configuration.definitions());
    definitions.report().forEach(LOG::info);
    keys = closing.push(configuration.access().open());
    ApiEndpoints api = configuration.api().service().orElseGet(this::startSandbox);
    ledger = closing.push(Stores.open(configuration, clock));
    JmsOptions jms = configuration.jms();
    if (jms.enabled() && jms.brokerUrl().isEmpty()) {
      Stores.claimQueue(jms.broker().directory(), configuration.madeFor());
      broker =
          Optional.of(
              closing.push(EmbeddedBroker.start(jms.broker(), jms.port(), Optional.of(keys))));
    }
    if (takesFiles()) {
      Stores.holdFilesOfOthers(configuration);
      main.configure().addConfiguration(closing.push(new InstanceAnnouncement(this::instance)));
    }
    if (!onlyFiles) {
      doors = Optional.of(closing.push(openDoors()));
      http =
          Optional.of(
              closing.push(
                  new HttpServers(
                      configuration.http(),
                      doors.get().intake(),
                      doors.get().management(),
                      sandbox.isPresent(),
                      refusals)));
      main.configure().addConfiguration(http.get());
    }
    // Not by map: it would load the SDK where traces are off.
    if (configuration.traces().isPresent()) {
      tracing = Optional.of(closing.push(new OtlpTracing(configuration.traces().get())));
    }
    closing.push(main::stop);
    // Who waits for a permit would otherwise hold up the stop of Camel.
    throttle = closing.push(new Throttle(configuration.throttle()));
    http.ifPresent(servers -> closing.push(servers::stopTaking));
    bindRooms(api);
  }

  private void answerOperators(Router router) {
    new Management(
            main.getCamelContext(),
            meters,
            doors.orElseThrow().management().asks(),
            sandbox.isPresent())
        .on(router);
    OpenApi.on(router);
    new ApiPage().on(router);
    page().on(router);
  }

  private Page page() {
    return closing.push(
        PageWiring.page(
            configuration,
            main.getCamelContext(),
            new PageWiring.Rooms(
                sandbox.isPresent(),
                clock,
                meters.registry(),
                throttle,
                ledger.records(),
                definitions,
                broker,
                samples.queues(),
                takesFiles() ? Optional.of(checks) : Optional.empty()),
            this::operates));
  }

  /** Whether this caller may act; where nobody is asked who he is, it is a local user. */
  private boolean operates(Optional<String> caller) {
    return caller
        .map(
            id ->
                keys.withId(id)
                    .filter(keys::isValid)
                    .filter(key -> key.roles().contains(Role.OPERATE))
                    .isPresent())
        .orElse(!doors.orElseThrow().management().asks());
  }

  private Doors openDoors() {
    try {
      return new Doors(configuration.door(), configuration.managementDoor(), keys, clock, refusals);
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingsException(List.of(e.getMessage()));
    }
  }

  private ApiEndpoints startSandbox() {
    Sandbox started =
        closing.push(
            Sandbox.start(
                SandboxOptions.defaults()
                    .withPort(configuration.sandbox().port())
                    .withDefinitionsDirectory(configuration.definitions())));
    sandbox = Optional.of(started);
    LOG.warn(
        "SANDBOX: no sms.api.url is set, so no SMS leaves this machine; the API is played at {}",
        started.url());
    return new ApiEndpoints(
        started.url(), started.url(), new Credentials("sandbox", "sandbox", Optional.empty()));
  }

  /** Not if it is for one file only: the process that serves takes them. */
  private boolean takesFiles() {
    return configuration.files().enabled() && !onlyFiles;
  }

  private InstanceFile instance() {
    return new InstanceFile(
        configuration.files().folders(),
        Stores.ledger(configuration).file(),
        sandbox.map(Sandbox::url),
        pacing(),
        clock.instant());
  }

  private Pacing pacing() {
    return FileChecks.pacing(throttle.snapshot(), configuration.files());
  }

  /** Each room binds its own beans when Camel asks for them, before the routes are loaded. */
  private void bindRooms(ApiEndpoints api) {
    RequestReader reader = FileChecks.reader(configuration);
    ContactPolicy policy = configuration.contactPolicy().with(suppression, clock);
    JmsOptions jms = configuration.jms();
    MainConfigurationProperties rooms = main.configure();
    rooms.addConfiguration(
        new HttpIntakeBeans(
            new HttpIntake(
                reader,
                ledger.records()::find,
                this::seesAll,
                jms.enabled(),
                configuration.http().queued(),
                configuration.door().ways(),
                refusals),
            configuration.http().recipientsConcurrency()));
    rooms.addConfiguration(
        new JmsIntakeBeans(
            jms, broker, reader::one, OutcomeJson::one, this::callerOfReplay, tracing.isPresent()));
    rooms.addConfiguration(
        new CamelConfiguration() {
          @Override
          public void configure(CamelContext context) throws IOException {
            bindApi(context);
            bindFiles(context, reader, policy);
            suppression.ifPresent(SuppressionFile::watch);
            keys.watch();
            TokenSource tokens = new TokenSource(TokenRoute.endpoint(context), clock, throttle);
            if (!onlyFiles) {
              samples = measure(context, tokens);
              bindHealth(HealthCheckRegistry.get(context), tokens, samples);
            }
            PipelineWiring.routes(
                    configuration,
                    api,
                    definitions,
                    between.apply(ledger),
                    tokens,
                    throttle,
                    policy,
                    configuration.access().with(keys, clock, configuration.door().asks()),
                    clock,
                    meters.registry(),
                    tracing)
                .forEach(routes -> main.configure().addRoutesBuilder(routes));
          }
        });
  }

  private Samples measure(CamelContext context, TokenSource tokens) {
    Optional<ProgressFiles> files =
        takesFiles()
            ? Optional.of(
                context.getRegistry().lookupByNameAndType("fileProgress", ProgressFiles.class))
            : Optional.empty();
    MeterRegistry registry = meters.registry();
    ProcessMeters process = new ProcessMeters(registry, clock);
    StuckQueue stuck =
        new StuckQueue(
            configuration.health().queueStuckAfter(),
            () -> process.outcomes(Origin.JMS),
            () -> throttle.snapshot().heldBecause().isPresent(),
            clock);
    Samples samples = Samples.begin(configuration, ledger, broker, files, stuck, clock, closing);
    new ThrottleMeters(throttle).bindTo(registry);
    tokens.bindTo(registry);
    ledger.bindTo(registry);
    files.ifPresent(underWay -> underWay.bindTo(registry));
    http.orElseThrow().bindTo(registry);
    process.sandbox(sandbox.isPresent());
    process.disks(DataFolders.of(configuration));
    process.samples(samples);
    return samples;
  }

  /** Whether this caller may ask what became of the messages of others. */
  private boolean seesAll(Optional<String> caller) {
    return caller
        .map(id -> keys.withId(id).filter(keys::isValid).filter(Key::seesAll).isPresent())
        .orElse(!configuration.door().asks());
  }

  /** Whose message an operator has sent again: the record says so, not the message. */
  private Optional<String> callerOfReplay(String recorded, String key) {
    return ledger
        .records()
        .history(recorded)
        .filter(history -> history.wasReplayedAs(key))
        .flatMap(history -> history.entry().caller());
  }

  private void bindApi(CamelContext context) {
    apiTls = configuration.api().tls().map(files -> closing.push(new ApiTls(files)));
    configuration.api().client(configuration.senders(), apiTls).install(context);
  }

  private void bindHealth(HealthCheckRegistry registry, TokenSource tokens, Samples samples) {
    HealthChecks health = new HealthChecks(registry, configuration.health(), clock);
    health.ofThisNode("sms-ledger", ledger::outage);
    suppression.ifPresent(file -> health.ofAll("sms-suppression", file::outage));
    health.ofAll("sms-keys", keys::outage);
    health.ofAll(
        "sms-door",
        () -> doors.flatMap(Doors::outage).or(() -> broker.flatMap(EmbeddedBroker::outage)));
    health.api(throttle);
    apiTls.ifPresent(tls -> health.ofAll("sms-api-tls", tls::outage));
    health.ofAll("sms-token", tokens::outage);
    health.broker(samples, broker);
    health.inbox(samples);
    health.oldestOpen(samples, configuration.contactPolicy().batchHours().isPresent());
    health.sendWindow(meters.registry());
    health.disks(DataFolders.of(configuration));
    if (sandbox.isPresent() && configuration.sandboxIsHardlyMeant()) {
      health.sandbox();
    }
  }

  private void bindFiles(CamelContext context, RequestReader reader, ContactPolicy policy)
      throws IOException {
    JsonRequests requests = FileChecks.requests(reader);
    checks =
        new BatchCheck(
            new BatchCheck.CheckSetting(
                configuration.files().limits(false),
                requests,
                DryRun.in(context, configuration.access().fileCaller())::prepare,
                ledger.ledgerPreview(),
                this::pacing,
                context::isStopping));
    new FileIntakeBeans(
            configuration.files(),
            requests,
            ledger.runs(),
            checks::check,
            clock,
            configuration.contactPolicy().batchHours().isPresent(),
            configuration.access().fileCaller(),
            onlyFiles)
        .configure(context);
    // Camel's registry is empty after a stop, when a command still asks how far its file is.
    intake = context.getRegistry().lookupByNameAndType(FileIntake.BEAN, FileIntake.class);
  }

  private void requireRoutes() {
    if (onlyFiles && main.getCamelContext().getRoute(FileIntake.ROUTE) == null) {
      throw new IllegalStateException(
          "There is no route "
              + FileIntake.ROUTE
              + " among those of camel.main.routesIncludePattern; run it in the folder where routes/"
              + " is");
    }
  }

  /** The settings that are in force. */
  public Configuration configuration() {
    return configuration;
  }

  /** The port on which the HTTP intake really listens. */
  public int httpPort() {
    return http.orElseThrow().port();
  }

  /** The port of health and meters, if they are not switched off. */
  public OptionalInt managementPort() {
    return http.map(HttpServers::managementPort).orElse(OptionalInt.empty());
  }

  /** The sandbox that this bundle started, if it did. */
  public Optional<Sandbox> sandbox() {
    return sandbox;
  }

  /** The batch file that was opened last, whether it has ended or not. */
  public Optional<Batch> latestBatch() {
    return intake.latest();
  }

  /** Why the batch file that was opened last stays in the inbox and is tried again, if so. */
  public Optional<String> fileFailure() {
    return intake.latestFailure();
  }

  /** Where batch files are dropped, unless that intake is switched off. */
  public Optional<Path> inbox() {
    return takesFiles() ? Optional.of(configuration.files().folders().inbox()) : Optional.empty();
  }

  /** The broker that this bundle started, if it did. */
  public Optional<EmbeddedBroker> broker() {
    return broker;
  }

  /** How long {@link #close} waits for what is under way; closing the rest takes moments. */
  public Duration stopTimeout() {
    return configuration.stopTimeout();
  }

  /**
   * When {@link #close} does not come to an end: writes what waits to be recorded, and nothing
   * else. To be called by the code that ends the process then; any thread may.
   */
  public void cutOff() {
    ledger.close();
  }

  /** Stops taking requests, ends what is under way, and stops what was started. */
  @Override
  public void close() {
    closing.close();
  }
}
