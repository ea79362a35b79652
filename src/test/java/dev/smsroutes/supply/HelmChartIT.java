package dev.smsroutes.supply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import dev.smsroutes.testing.Variables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The chart as Helm reads it. Where Helm's native code does not load, it is left out. */
class HelmChartIT {
  private static final Map<String, String> LEAST =
      Map.of("api.url", "https://x.rest.example.com", "api.existingSecret", "sms-api");
  private static final String SECRETS = "/run/secrets/sms-routes/";

  @TempDir private static Path folder;

  @BeforeAll
  static void needs_helm_for_this_machine() {
    assumeThatCode(Helm::version)
        .as("the native code of helm-java for this system and processor")
        .doesNotThrowAnyException();
  }

  @Test
  void helm_lint_finds_nothing() {
    LintResult lint = new Helm(HelmChartTest.CHART).lint().strict().call();

    assertThat(lint.isFailed()).as(lint.getMessages().toString()).isFalse();
    assertThat(lint.getMessages()).noneMatch(message -> message.contains("[WARNING]"));
  }

  private static List<JsonNode> rendered(Map<String, String> values) throws IOException {
    return Yaml.documents(template(values));
  }

  private static String template(Map<String, String> values) {
    return command(values).call();
  }

  private static TemplateCommand command(Map<String, String> values) {
    TemplateCommand command =
        new Helm(HelmChartTest.CHART)
            .template()
            .withName("sms-routes")
            .withNamespace("prod")
            .withKubeVersion("1.30.0");
    values.forEach(command::set);
    return command;
  }

  private static JsonNode one(List<JsonNode> documents, String kind) {
    return documents.stream()
        .filter(document -> document.path("kind").asText().equals(kind))
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, String> with(String... more) {
    Map<String, String> values = new HashMap<>(LEAST);
    for (int i = 0; i < more.length; i += 2) {
      values.put(more[i], more[i + 1]);
    }
    return values;
  }

  @Test
  void runs_one_pod_that_can_write_its_data_and_nothing_else() throws IOException {
    List<JsonNode> all = rendered(LEAST);

    assertThat(all.stream().map(document -> document.path("kind").asText()))
        .containsExactlyInAnyOrder(
            "StatefulSet",
            "Service",
            "Service",
            "ConfigMap",
            "NetworkPolicy",
            "PodDisruptionBudget");
    JsonNode pod = one(all, "StatefulSet").path("spec").path("template").path("spec");
    assertThat(pod.path("securityContext").path("runAsUser").asText() + ":10001")
        .isEqualTo(Image.USER);
    assertThat(pod.path("securityContext").path("runAsNonRoot").asBoolean()).isTrue();
    assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
    assertThat(pod.path("enableServiceLinks").asBoolean(true)).isFalse();
    JsonNode container = pod.path("containers").path(0);
    JsonNode context = container.path("securityContext");
    assertThat(context.path("readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(context.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
    assertThat(Yaml.texts(context.path("capabilities").path("drop"))).containsExactly("ALL");
    assertThat(container.path("volumeMounts").findValuesAsText("mountPath"))
        .contains(Image.HOME + "/data", "/tmp");
    assertThat(container.path("resources").path("limits").path("memory").asText()).isEqualTo("1Gi");
  }

  @Test
  void asks_the_paths_of_health_and_leaves_time_for_a_stop() throws IOException {
    JsonNode pod =
        one(rendered(with("settings.camel\\.main\\.shutdownTimeout", "50")), "StatefulSet")
            .path("spec")
            .path("template")
            .path("spec");
    JsonNode container = pod.path("containers").path(0);

    assertThat(pod.path("terminationGracePeriodSeconds").asInt()).isEqualTo(65);
    for (String probe : List.of("startupProbe", "livenessProbe")) {
      assertThat(container.path(probe).path("httpGet").path("path").asText())
          .isEqualTo("/observe/health/live");
    }
    assertThat(container.path("readinessProbe").path("httpGet").path("path").asText())
        .isEqualTo("/observe/health/ready");
  }

  @Test
  void each_setting_is_known_and_each_secret_that_it_names_is_mounted() throws IOException {
    List<JsonNode> all =
        rendered(
            with(
                "replicas", "2",
                "ledger.url", "jdbc:postgresql://db/sms?sslmode=verify-full",
                "ledger.user", "sms",
                "ledger.existingSecret", "sms-db",
                "broker.url", "tcp://artemis:61616",
                "broker.user", "sms",
                "broker.existingSecret", "sms-broker",
                "keys.existingSecret", "sms-keys",
                "keys.tokenKey", "true",
                "tls.existingSecret", "sms-tls",
                "definitions.existingConfigMap", "sms-definitions",
                "settings.sms\\.http\\.max-in-flight", "50"));
    JsonNode data = one(all, "ConfigMap").path("data");
    JsonNode pod = one(all, "StatefulSet").path("spec").path("template").path("spec");
    Set<String> mounted =
        new HashSet<>(
            pod.path("containers").path(0).path("volumeMounts").findValuesAsText("mountPath"));

    Set<String> variables = new HashSet<>();
    data.fieldNames().forEachRemaining(variables::add);
    variables.remove("JAVA_OPTS");
    Variables.assertSettings(variables);
    assertThat(data.path("SMS_HTTP_MAX_IN_FLIGHT").asText()).isEqualTo("50");
    Set<String> named =
        variables.stream()
            .map(variable -> data.path(variable).asText())
            .filter(value -> value.startsWith(SECRETS))
            .map(value -> value.substring(0, value.lastIndexOf('/')))
            .collect(Collectors.toSet());
    assertThat(named).hasSize(5);
    assertThat(mounted).containsAll(named).contains(Image.HOME + "/definitions");
    assertThat(pod.path("volumes").findValuesAsText("secretName"))
        .containsExactlyInAnyOrder("sms-api", "sms-db", "sms-broker", "sms-keys", "sms-tls");
    pod.path("volumes")
        .findValues("defaultMode")
        .forEach(mode -> assertThat(mode.asInt()).isEqualTo(0440));
  }

  @Test
  void what_is_off_is_left_out() throws IOException {
    assertThat(
            rendered(
                with("networkPolicy.enabled", "false", "podDisruptionBudget.enabled", "false")))
        .extracting(document -> document.path("kind").asText())
        .contains("StatefulSet")
        .doesNotContain("NetworkPolicy", "PodDisruptionBudget", "ServiceMonitor", "PrometheusRule");
  }

  @Test
  void prometheus_gets_a_key_to_read_with_and_the_rules_as_they_are() throws IOException {
    String rule = "{{ $labels.instance }} waits";
    List<JsonNode> all =
        Yaml.documents(
            command(
                    with(
                        "serviceMonitor.enabled", "true",
                        "serviceMonitor.existingSecret", "sms-watcher",
                        "prometheusRule.enabled", "true"))
                .setFile(
                    "prometheusRule.file",
                    Files.writeString(
                        folder.resolve("rules.yml"),
                        "groups: [{name: sms, rules: [{alert: '" + rule + "'}]}]"))
                .call());

    assertThat(one(all, "ServiceMonitor").at("/spec/endpoints/0/authorization/credentials/name"))
        .isEqualTo(TextNode.valueOf("sms-watcher"));
    assertThat(one(all, "PrometheusRule").at("/spec/groups/0/rules/0/alert").asText())
        .isEqualTo(rule);
  }

  @Test
  void its_service_finds_its_pods() throws IOException {
    List<JsonNode> all = rendered(LEAST);
    JsonNode labels =
        one(all, "StatefulSet").path("spec").path("template").path("metadata").path("labels");

    for (JsonNode document : all) {
      JsonNode spec = document.path("spec");
      JsonNode selector =
          switch (document.path("kind").asText()) {
            case "Service" -> spec.path("selector");
            case "StatefulSet", "PodDisruptionBudget" -> spec.path("selector").path("matchLabels");
            case "NetworkPolicy" -> spec.path("podSelector").path("matchLabels");
            default -> null;
          };
      if (selector != null) {
        assertThat(selector).isNotEmpty();
        selector
            .fields()
            .forEachRemaining(
                label -> assertThat(labels.path(label.getKey())).isEqualTo(label.getValue()));
      }
    }
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of(Map.of(), "api.url: expected the URL of the SMS API"),
        Arguments.of(Map.of("api.url", "https://x"), "api.existingSecret: expected"),
        Arguments.of(Map.of("api.url", "x.example.com"), "pattern"),
        Arguments.of(with("sandbox", "true"), "sandbox: expected false"),
        Arguments.of(with("replicas", "2"), "replicas: more than one needs ledger.url"),
        Arguments.of(
            with("replicas", "2", "ledger.url", "jdbc:postgresql://db/sms"),
            "replicas: more than one needs keys.existingSecret"),
        Arguments.of(with("ledger.url", "jdbc:sqlite:/data/x.db"), "pattern"),
        Arguments.of(with("keys.tokenKey", "true"), "keys.tokenKey: expected"),
        Arguments.of(with("serviceMonitor.enabled", "true"), "serviceMonitor.existingSecret"),
        Arguments.of(with("prometheusRule.enabled", "true"), "prometheusRule.file: expected"),
        Arguments.of(
            with("settings.sms\\.jms\\.password", "x"),
            "settings: expected sms.jms.password in a Secret"),
        Arguments.of(with("setting.sms\\.http\\.port", "1"), "setting"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void refuses_values_that_would_do_harm(Map<String, String> values, String why) {
    assertThatThrownBy(() -> template(values)).hasMessageContaining(why);
  }
}
