package dev.smsroutes;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * Tests run at two speeds: a class {@code …Test} starts no process, no database, no broker and no
 * server, so that {@code mvn test} takes less than a minute; a class {@code …IT} may. What tests of
 * several packages share is in the package {@code testing}.
 */
@AnalyzeClasses(packages = "dev.smsroutes")
class TwoSpeedsTest {
  private static final Set<String> SLOW =
      Set.of(
          "dev.smsroutes.app.Bundle",
          "dev.smsroutes.broker.EmbeddedBroker",
          "dev.smsroutes.broker.SendingConnection",
          "dev.smsroutes.cli.DemoCommand",
          "dev.smsroutes.intake.file.FileIntakeBeans",
          "dev.smsroutes.ledger.jdbc.Database",
          "dev.smsroutes.ledger.jdbc.GroupCommit",
          "dev.smsroutes.ledger.jdbc.JdbcLedger",
          "dev.smsroutes.ledger.jdbc.JdbcRecords",
          "dev.smsroutes.sandbox.Sandbox",
          "java.lang.Process",
          "java.lang.ProcessBuilder",
          "javax.tools.JavaCompiler");

  @ArchTest
  static final ArchRule fast_tests_start_no_process_database_broker_or_server =
      classes()
          .that()
          .haveSimpleNameEndingWith("Test")
          .and()
          .doNotHaveFullyQualifiedName(TwoSpeedsTest.class.getName())
          .should(startNothingSlow());

  private static ArchCondition<JavaClass> startNothingSlow() {
    return new ArchCondition<>("start nothing slow, themselves or by a helper") {
      @Override
      public void check(JavaClass test, ConditionEvents events) {
        Set<JavaClass> seen = new HashSet<>();
        Deque<JavaClass> next = new ArrayDeque<>(Set.of(test));
        while (!next.isEmpty()) {
          JavaClass one = next.remove();
          for (Dependency dependency : one.getDirectDependenciesFromSelf()) {
            JavaClass target = dependency.getTargetClass();
            if (SLOW.contains(target.getName())) {
              events.add(
                  SimpleConditionEvent.violated(
                      test, test.getName() + " needs " + target.getName()));
              return;
            }
            if (isOfTheTests(target) && seen.add(target)) {
              next.add(target);
            }
          }
        }
      }
    };
  }

  /** One that needs what its package keeps to itself stays there. */
  @ArchTest
  static final ArchRule helpers_of_several_packages_are_in_the_package_testing =
      classes()
          .that()
          .resideOutsideOfPackages("dev.smsroutes.testing..", "dev.smsroutes.faults..")
          .and(describe("are of the tests", TwoSpeedsTest::isOfTheTests))
          .and()
          .areTopLevelClasses()
          .should(beUsedByOnePackageUnlessTheyNeedIt());

  private static ArchCondition<JavaClass> beUsedByOnePackageUnlessTheyNeedIt() {
    return new ArchCondition<>("be used by one package only, unless they need what it hides") {
      @Override
      public void check(JavaClass helper, ConditionEvents events) {
        boolean shared =
            helper.getDirectDependenciesToSelf().stream()
                .map(Dependency::getOriginClass)
                .anyMatch(user -> !user.getPackageName().equals(helper.getPackageName()));
        if (shared && !needsWhatIsHidden(helper)) {
          events.add(
              SimpleConditionEvent.violated(
                  helper, helper.getName() + " belongs in dev.smsroutes.testing"));
        }
      }
    };
  }

  private static boolean needsWhatIsHidden(JavaClass helper) {
    return helper.getPackage().getClasses().stream()
        .filter(each -> (each.getName() + "$").startsWith(helper.getName() + "$"))
        .anyMatch(
            each ->
                each.getDirectDependenciesFromSelf().stream()
                        .map(Dependency::getTargetClass)
                        .anyMatch(target -> hides(helper, target, target.getModifiers()))
                    || each.getAccessesFromSelf().stream()
                        .flatMap(access -> access.getTarget().resolveMember().stream())
                        .anyMatch(
                            member -> hides(helper, member.getOwner(), member.getModifiers())));
  }

  private static boolean hides(JavaClass helper, JavaClass owner, Set<JavaModifier> modifiers) {
    return owner.getPackageName().equals(helper.getPackageName())
        && !isOfTheTests(owner)
        && !modifiers.contains(JavaModifier.PUBLIC);
  }

  private static boolean isOfTheTests(JavaClass candidate) {
    return candidate
        .getSource()
        .filter(source -> source.getUri().toString().contains("/test-classes/"))
        .isPresent();
  }
}
