package dev.smsroutes;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rooms of the house, and which doors there are between them (docs/architecture.md). */
@AnalyzeClasses(packages = "dev.smsroutes", importOptions = ImportOption.DoNotIncludeTests.class)
class HouseRulesTest {
  @ArchTest
  static final ArchRule the_rooms_of_the_matter_know_no_camel =
      noClasses()
          .that()
          .resideInAnyPackage(
              "..request..",
              "..definition..",
              "..substitution..",
              "..outcome..",
              "..ledger..",
              "..care..",
              "..batch..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.camel..");

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
          .layer("outcome")
          .definedBy("..outcome..")
          .layer("substitution")
          .definedBy("..substitution..")
          .layer("definition")
          .definedBy("..definition..")
          .layer("request")
          .definedBy("..request..")
          .layer("ledger")
          .definedBy("..ledger..")
          .layer("care")
          .definedBy("..care..")
          .layer("send")
          .definedBy("..send..")
          .layer("batch")
          .definedBy("..batch..")
          .layer("broker")
          .definedBy("..broker..")
          .layer("edge")
          .definedBy("..edge..")
          .layer("sandbox")
          .definedBy("..sandbox..")
          .layer("bundle")
          .definedBy("..bundle..")
          .layer("cli")
          .definedBy("..cli..")
          .whereLayer("outcome")
          .mayNotAccessAnyLayer()
          .whereLayer("substitution")
          .mayOnlyAccessLayers("outcome")
          .whereLayer("definition")
          .mayOnlyAccessLayers("substitution", "outcome")
          .whereLayer("request")
          .mayOnlyAccessLayers("outcome")
          .whereLayer("ledger")
          .mayOnlyAccessLayers("request", "outcome")
          .whereLayer("care")
          .mayOnlyAccessLayers("request", "outcome")
          .whereLayer("batch")
          .mayOnlyAccessLayers("request", "ledger", "outcome")
          .whereLayer("broker")
          .mayNotAccessAnyLayer()
          .whereLayer("send")
          .mayOnlyAccessLayers("request", "definition", "substitution", "care", "ledger", "outcome")
          .whereLayer("edge")
          .mayOnlyAccessLayers("request", "outcome", "batch", "broker", "ledger")
          .whereLayer("sandbox")
          .mayNotAccessAnyLayer()
          .whereLayer("bundle")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("cli")
          .mayNotBeAccessedByAnyLayer();

  @ArchTest
  static final ArchRule no_room_goes_round_in_a_circle =
      slices().matching("dev.smsroutes.(*)..").should().beFreeOfCycles();
}
