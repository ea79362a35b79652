package dev.smsroutes;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/** The rooms of the house, and which doors there are between them (docs/architecture.md). */
@AnalyzeClasses(packages = "dev.smsroutes", importOptions = ImportOption.DoNotIncludeTests.class)
class HouseRulesTest {
  private static final SliceAssignment ROOMS =
      new SliceAssignment() {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
          String name = javaClass.getPackageName();
          if (name.startsWith("dev.smsroutes.intake.request")) {
            return SliceIdentifier.of("intake.request");
          }
          String[] parts = name.split("\\.");
          return parts.length < 3 ? SliceIdentifier.ignore() : SliceIdentifier.of(parts[2]);
        }

        @Override
        public String getDescription() {
          return "the rooms, and the reading of requests as one of them";
        }
      };

  @ArchTest
  static final ArchRule the_rooms_of_the_matter_know_no_camel =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.smsroutes.disk..",
              "dev.smsroutes.model..",
              "dev.smsroutes.outcome..",
              "dev.smsroutes.definition..",
              "dev.smsroutes.template..",
              "dev.smsroutes.contactpolicy..",
              "dev.smsroutes.access..",
              "dev.smsroutes.watch..",
              "dev.smsroutes.tls..",
              "dev.smsroutes.throttle..",
              "dev.smsroutes.ledger..",
              "dev.smsroutes.batch..",
              "dev.smsroutes.broker..",
              "dev.smsroutes.meters..",
              "dev.smsroutes.trace..",
              "dev.smsroutes.records..",
              "dev.smsroutes.page..",
              "dev.smsroutes.request..",
              "dev.smsroutes.intake.request..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.camel..");

  @ArchTest
  static final ArchRule the_pipeline_touches_exchange_properties_in_its_adapter_only =
      noClasses()
          .that()
          .resideInAPackage("dev.smsroutes.pipeline..")
          .and()
          .doNotHaveFullyQualifiedName("dev.smsroutes.pipeline.ExchangeAdapter")
          .should()
          .callMethodWhere(
              target(nameMatching(".*Propert(y|ies|yAsResult)"))
                  .and(target(owner(assignableTo(Exchange.class)))))
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(ExchangeProperty.class);

  /** So that nobody loads it where traces are off. */
  @ArchTest
  static final ArchRule the_sdk_of_traces_is_known_to_their_room_only =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.smsroutes.trace..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.opentelemetry..");

  @ArchTest
  static final ArchRule the_sandbox_shares_nothing_but_the_wire =
      classes()
          .that()
          .resideInAPackage("..sandbox..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.smsroutes.sandbox..",
              "java..",
              "io.vertx..",
              "com.fasterxml.jackson..",
              "org.slf4j..");

  @ArchTest
  static final ArchRule rooms_open_only_into_the_rooms_they_may =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .optionalLayer("outcome")
          .definedBy("dev.smsroutes.outcome")
          .layer("disk")
          .definedBy("dev.smsroutes.disk")
          .layer("model")
          .definedBy("dev.smsroutes.model")
          .layer("template")
          .definedBy("dev.smsroutes.template")
          .layer("definition")
          .definedBy("dev.smsroutes.definition")
          .layer("intake.request")
          .definedBy("dev.smsroutes.intake.request")
          .optionalLayer("request")
          .definedBy("dev.smsroutes.request")
          .layer("ledger")
          .definedBy("dev.smsroutes.ledger")
          .layer("ledger.jdbc")
          .definedBy("dev.smsroutes.ledger.jdbc")
          .layer("contactpolicy")
          .definedBy("dev.smsroutes.contactpolicy")
          .layer("access")
          .definedBy("dev.smsroutes.access")
          .layer("audit")
          .definedBy("dev.smsroutes.audit")
          .layer("watch")
          .definedBy("dev.smsroutes.watch")
          .layer("tls")
          .definedBy("dev.smsroutes.tls")
          .layer("throttle")
          .definedBy("dev.smsroutes.throttle")
          .layer("broker")
          .definedBy("dev.smsroutes.broker")
          .layer("batch.format")
          .definedBy("dev.smsroutes.batch.format")
          .layer("batch.result")
          .definedBy("dev.smsroutes.batch.result")
          .layer("batch.run")
          .definedBy("dev.smsroutes.batch.run")
          .layer("batch.check")
          .definedBy("dev.smsroutes.batch.check")
          .layer("batch.overview")
          .definedBy("dev.smsroutes.batch.overview")
          .layer("config")
          .definedBy("dev.smsroutes.config")
          .layer("api")
          .definedBy("dev.smsroutes.api")
          .layer("pipeline")
          .definedBy("dev.smsroutes.pipeline")
          .layer("intake.http")
          .definedBy("dev.smsroutes.intake.http")
          .layer("door")
          .definedBy("dev.smsroutes.door")
          .layer("meters")
          .definedBy("dev.smsroutes.meters")
          .layer("trace")
          .definedBy("dev.smsroutes.trace")
          .layer("management")
          .definedBy("dev.smsroutes.management")
          .layer("records")
          .definedBy("dev.smsroutes.records")
          .layer("page")
          .definedBy("dev.smsroutes.page")
          .layer("intake.file")
          .definedBy("dev.smsroutes.intake.file")
          .layer("intake.jms")
          .definedBy("dev.smsroutes.intake.jms")
          .layer("sandbox")
          .definedBy("dev.smsroutes.sandbox")
          .layer("app")
          .definedBy("dev.smsroutes.app")
          .layer("cli")
          .definedBy("dev.smsroutes.cli")
          .whereLayer("outcome")
          .mayNotAccessAnyLayer()
          .whereLayer("disk")
          .mayNotAccessAnyLayer()
          .whereLayer("model")
          .mayOnlyAccessLayers("outcome")
          .whereLayer("template")
          .mayOnlyAccessLayers("model")
          .whereLayer("definition")
          .mayOnlyAccessLayers("template", "model", "disk")
          .whereLayer("intake.request")
          .mayOnlyAccessLayers("model")
          .whereLayer("request")
          .mayOnlyAccessLayers("intake.request")
          .whereLayer("ledger")
          .mayOnlyAccessLayers("model")
          .whereLayer("ledger.jdbc")
          .mayOnlyAccessLayers("ledger", "model", "disk")
          .whereLayer("contactpolicy")
          .mayOnlyAccessLayers("model", "watch")
          .whereLayer("access")
          .mayOnlyAccessLayers("model", "watch", "audit")
          .whereLayer("audit")
          .mayOnlyAccessLayers("model")
          .whereLayer("watch")
          .mayOnlyAccessLayers("disk")
          .whereLayer("tls")
          .mayOnlyAccessLayers("watch")
          .whereLayer("throttle")
          .mayOnlyAccessLayers("model")
          .whereLayer("broker")
          .mayOnlyAccessLayers("access", "disk", "tls", "watch")
          .whereLayer("batch.format")
          .mayOnlyAccessLayers("model", "intake.request")
          .whereLayer("batch.result")
          .mayOnlyAccessLayers("batch.format", "ledger", "model", "disk")
          .whereLayer("batch.run")
          .mayOnlyAccessLayers("batch.result", "batch.format", "ledger", "model", "disk")
          .whereLayer("batch.check")
          .mayOnlyAccessLayers(
              "batch.run", "batch.result", "batch.format", "ledger", "template", "model", "disk")
          .whereLayer("batch.overview")
          .mayOnlyAccessLayers("batch.check", "batch.run", "batch.result", "batch.format")
          .whereLayer("config")
          .mayOnlyAccessLayers(
              "api",
              "throttle",
              "contactpolicy",
              "access",
              "tls",
              "ledger",
              "batch.format",
              "batch.result",
              "broker",
              "trace",
              "disk")
          .whereLayer("api")
          .mayOnlyAccessLayers("throttle", "tls", "watch", "model")
          .whereLayer("pipeline")
          .mayOnlyAccessLayers(
              "api",
              "throttle",
              "contactpolicy",
              "access",
              "definition",
              "template",
              "ledger",
              "trace",
              "model")
          .whereLayer("intake.http")
          .mayOnlyAccessLayers("config", "access", "intake.request", "ledger", "model")
          .whereLayer("door")
          .mayOnlyAccessLayers("config", "access", "tls", "watch", "intake.http", "disk", "model")
          .whereLayer("meters")
          .mayNotAccessAnyLayer()
          .whereLayer("trace")
          .mayOnlyAccessLayers("model")
          .whereLayer("management")
          .mayOnlyAccessLayers("meters", "model")
          .whereLayer("records")
          .mayOnlyAccessLayers("broker", "ledger", "intake.request", "model")
          .whereLayer("page")
          .mayOnlyAccessLayers(
              "audit",
              "batch.check",
              "batch.format",
              "batch.overview",
              "batch.result",
              "batch.run",
              "broker",
              "definition",
              "disk",
              "ledger",
              "model",
              "records",
              "template",
              "throttle")
          .whereLayer("intake.file")
          .mayOnlyAccessLayers(
              "config",
              "batch.format",
              "batch.result",
              "batch.run",
              "batch.check",
              "batch.overview",
              "ledger",
              "model")
          .whereLayer("intake.jms")
          .mayOnlyAccessLayers("config", "broker", "access", "intake.request", "model")
          .whereLayer("sandbox")
          .mayNotAccessAnyLayer()
          .whereLayer("request")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("app")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("cli")
          .mayNotBeAccessedByAnyLayer();

  @ArchTest
  static final ArchRule every_class_is_in_a_room_of_these_rules =
      classes()
          .that()
          .resideOutsideOfPackage("dev.smsroutes")
          .should()
          .resideInAnyPackage(
              "dev.smsroutes.disk",
              "dev.smsroutes.outcome",
              "dev.smsroutes.model",
              "dev.smsroutes.template",
              "dev.smsroutes.definition",
              "dev.smsroutes.intake.request",
              "dev.smsroutes.request",
              "dev.smsroutes.ledger",
              "dev.smsroutes.ledger.jdbc",
              "dev.smsroutes.contactpolicy",
              "dev.smsroutes.access",
              "dev.smsroutes.audit",
              "dev.smsroutes.watch",
              "dev.smsroutes.tls",
              "dev.smsroutes.throttle",
              "dev.smsroutes.broker",
              "dev.smsroutes.batch.format",
              "dev.smsroutes.batch.result",
              "dev.smsroutes.batch.run",
              "dev.smsroutes.batch.check",
              "dev.smsroutes.batch.overview",
              "dev.smsroutes.config",
              "dev.smsroutes.api",
              "dev.smsroutes.pipeline",
              "dev.smsroutes.intake.http",
              "dev.smsroutes.door",
              "dev.smsroutes.meters",
              "dev.smsroutes.trace",
              "dev.smsroutes.management",
              "dev.smsroutes.records",
              "dev.smsroutes.page",
              "dev.smsroutes.intake.file",
              "dev.smsroutes.intake.jms",
              "dev.smsroutes.sandbox",
              "dev.smsroutes.app",
              "dev.smsroutes.cli");

  /** A type is package-private until another package needs it. */
  @ArchTest
  static final ArchRule the_batch_shows_only_types_that_another_package_uses =
      classes()
          .that()
          .resideInAPackage("dev.smsroutes.batch..")
          .and()
          .arePublic()
          .and()
          .areTopLevelClasses()
          .should(
              new ArchCondition<>("be used by another package") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                  boolean used =
                      type.getPackage().getClasses().stream()
                          .filter(each -> (each.getName() + "$").startsWith(type.getName() + "$"))
                          .flatMap(each -> each.getDirectDependenciesToSelf().stream())
                          .map(dependency -> dependency.getOriginClass().getPackageName())
                          .anyMatch(user -> !user.equals(type.getPackageName()));
                  events.add(
                      new SimpleConditionEvent(
                          type, used, type.getName() + " is used by no other package"));
                }
              });

  @ArchTest
  static final ArchRule no_package_goes_round_in_a_circle =
      slices().matching("dev.smsroutes.(**)").should().beFreeOfCycles();

  /** Reading requests is a room of its own: the intakes and the batch use it. */
  @ArchTest
  static final ArchRule no_room_goes_round_in_a_circle =
      slices().assignedFrom(ROOMS).should().beFreeOfCycles();
}
