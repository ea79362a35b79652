package dev.smsroutes.supply;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.smsroutes.testing.Variables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map.Entry;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.deployers.impl.FileConfigurationParser;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The compose file and the broker that it configures, as far as they can be read without either.
 */
class ComposeTest {
  private static final Path FOLDER = Path.of("deploy");
  private static JsonNode compose;
  private static List<Entry<String, JsonNode>> services;

  @BeforeAll
  static void read() throws IOException {
    compose = Yaml.read(FOLDER.resolve("compose.yaml"));
    services = compose.path("services").properties().stream().toList();
  }

  private static Set<String> names(JsonNode map) {
    Set<String> names = new HashSet<>();
    map.fieldNames().forEachRemaining(names::add);
    return names;
  }

  @Test
  void its_variables_are_settings() {
    Set<String> variables = names(compose.at("/services/sms-routes/environment"));
    variables.remove("JAVA_OPTS");

    assertThat(variables).contains("SMS_API_CLIENT_SECRET_FILE");
    Variables.assertSettings(variables);
  }

  @Test
  void every_secret_that_is_named_is_declared_and_given_to_the_service() {
    for (Entry<String, JsonNode> service : services) {
      Set<String> given = new HashSet<>(Yaml.texts(service.getValue().path("secrets")));
      assertThat(names(compose.path("secrets"))).containsAll(given);
      Set<String> named =
          service.getValue().path("environment").properties().stream()
              .filter(variable -> variable.getKey().endsWith("_FILE"))
              .map(variable -> variable.getValue().asText())
              .map(path -> path.replace("/run/secrets/", ""))
              .collect(Collectors.toSet());
      assertThat(given).containsAll(named);
    }
    compose
        .path("secrets")
        .forEach(secret -> assertThat(secret.path("file").asText()).startsWith("./secrets/"));
  }

  @Test
  void no_secret_can_be_committed() throws IOException {
    assertThat(Files.readAllLines(FOLDER.resolve("secrets/.gitignore"))).contains("*");
  }

  @Test
  void every_volume_is_declared_and_every_folder_of_the_host_is_there() {
    for (Entry<String, JsonNode> service : services) {
      for (String volume : Yaml.texts(service.getValue().path("volumes"))) {
        String source = volume.split(":")[0];
        if (source.startsWith(".")) {
          assertThat(FOLDER.resolve(source)).exists();
          assertThat(volume).endsWith(":ro");
        } else {
          assertThat(names(compose.path("volumes"))).contains(source);
        }
      }
    }
  }

  @Test
  void its_own_data_is_where_the_image_has_it() {
    assertThat(Yaml.texts(compose.at("/services/sms-routes/volumes")))
        .contains("data:" + Image.HOME + "/data");
  }

  /** YAML's merge key is left as it is by the parser. */
  @Test
  void no_service_can_change_itself_or_get_more_rights() {
    JsonNode hardened = compose.path("x-hardened");
    assertThat(hardened.path("read_only").asBoolean()).isTrue();
    assertThat(Yaml.texts(hardened.path("cap_drop"))).containsExactly("ALL");
    assertThat(Yaml.texts(hardened.path("security_opt"))).containsExactly("no-new-privileges:true");
    for (Entry<String, JsonNode> service : services) {
      assertThat(service.getValue().has("<<")).as(service.getKey()).isTrue();
      assertThat(service.getValue().path("mem_limit").asText()).isNotEmpty();
      assertThat(service.getValue().path("healthcheck").path("test")).isNotEmpty();
    }
  }

  @Test
  void ports_are_on_loopback_and_those_of_database_and_broker_are_not_published() {
    for (Entry<String, JsonNode> service : services) {
      List<String> ports = Yaml.texts(service.getValue().path("ports"));
      assertThat(ports).allMatch(port -> port.startsWith("127.0.0.1:"));
      assertThat(ports.isEmpty()).isEqualTo(!service.getKey().equals("sms-routes"));
    }
  }

  @Test
  void waits_for_healthy_services_and_leaves_time_for_a_stop() {
    JsonNode own = compose.at("/services/sms-routes");
    own.path("depends_on")
        .properties()
        .forEach(
            needed -> {
              assertThat(compose.path("services").has(needed.getKey())).isTrue();
              assertThat(needed.getValue().path("condition").asText()).isEqualTo("service_healthy");
            });
    assertThat(own.path("stop_grace_period").asText()).isEqualTo("40s");
    assertThat(Yaml.texts(own.at("/healthcheck/test")))
        .containsExactly("CMD", Image.HOME + "/bin/healthy");
  }

  @Test
  void the_broker_is_set_up_as_the_documentation_asks() throws Exception {
    Configuration broker;
    try (var file = Files.newInputStream(FOLDER.resolve("artemis/broker.xml"))) {
      broker = new FileConfigurationParser().parseMainConfig(file);
    }
    AddressSettings requests = broker.getAddressSettings().get("sms.send");

    assertThat(broker.isPopulateValidatedUser()).isTrue();
    assertThat(broker.isRejectEmptyValidatedUser()).isTrue();
    assertThat(broker.getWildcardConfiguration().isRoutingEnabled()).isFalse();
    assertThat(requests.getDeadLetterAddress().toString()).isEqualTo("sms.send.dead");
    // As many as sms.jms.max-attempts.
    assertThat(requests.getMaxDeliveryAttempts()).isEqualTo(154);
    assertThat(requests.getRedeliveryDelay()).isEqualTo(1_000);
    assertThat(requests.isAutoCreateQueues()).isFalse();
    assertThat(broker.getAddressConfigurations().stream().map(address -> address.getName()))
        .containsExactlyInAnyOrder("sms.send", "sms.send.invalid", "sms.send.dead");
    AddressSettings all = broker.getAddressSettings().get("#");
    assertThat(all.isAutoCreateAddresses()).isFalse();
    assertThat(all.getDefaultAddressRoutingType()).isEqualTo(RoutingType.ANYCAST);
  }
}
