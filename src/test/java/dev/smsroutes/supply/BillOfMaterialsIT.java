package dev.smsroutes.supply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.smsroutes.testing.Distribution;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The distribution says what it consists of, and under which licences: a new library with another
 * licence fails here, by its name. Maven makes no bill of materials offline ({@code mvn -o}).
 */
class BillOfMaterialsIT {
  private static final Path BILL = Path.of("target/sms-routes.cdx.json");

  /** SPDX ids. Who adds one has read it. */
  private static final Set<String> ALLOWED =
      Set.of(
          "Apache-2.0",
          "BSD-2-Clause",
          "BSD-3-Clause",
          // JLine's pom says "The BSD License"; its text has three clauses.
          "BSD-4-Clause",
          "CC0-1.0",
          "EPL-1.0",
          "EPL-2.0",
          "ISC",
          "MIT");

  /** Allowed next to one of the Eclipse licences only, which is then the one we take. */
  private static final Set<String> ALTERNATIVES =
      Set.of(
          "GPL-2.0-with-classpath-exception",
          "GNU General Public License, version 2 with the GNU Classpath Exception",
          "LGPL-2.1-only");

  private static JsonNode bill;

  @BeforeAll
  static void read() throws IOException {
    assumeThat(BILL).as("made by \"mvn package\" that may reach a registry").exists();
    bill = new ObjectMapper().readTree(BILL.toFile());
  }

  @Test
  void all_licences_are_on_our_list() {
    TreeMap<String, Set<String>> others = new TreeMap<>();
    for (JsonNode component : bill.path("components")) {
      Set<String> licences = licences(component);
      Set<String> other = new TreeSet<>(licences);
      other.removeAll(ALLOWED);
      if (licences.contains("EPL-2.0")) {
        other.removeAll(ALTERNATIVES);
      }
      if (licences.isEmpty() || !other.isEmpty()) {
        others.put(component.path("purl").asText(), other);
      }
    }

    assertThat(others)
        .as("libraries with no licence or with one that is not on the list")
        .isEmpty();
  }

  private static Set<String> licences(JsonNode component) {
    Set<String> licences = new HashSet<>();
    for (JsonNode choice : component.path("licenses")) {
      JsonNode licence = choice.path("license");
      licences.add(
          choice.hasNonNull("expression")
              ? choice.path("expression").asText()
              : licence.path("id").asText(licence.path("name").asText()));
    }
    return licences;
  }

  @Test
  void names_each_jar_of_the_distribution_and_no_other() throws IOException {
    Set<String> named =
        StreamSupport.stream(bill.path("components").spliterator(), false)
            .map(one -> one.path("name").asText() + "-" + one.path("version").asText() + ".jar")
            .collect(Collectors.toCollection(TreeSet::new));
    JsonNode own = bill.path("metadata").path("component");
    named.add(own.path("name").asText() + "-" + own.path("version").asText() + ".jar");

    try (ZipFile zip = new ZipFile(Distribution.zip().toFile())) {
      Set<String> packed =
          zip.stream()
              .map(entry -> entry.getName())
              .filter(name -> name.contains("/lib/") && name.endsWith(".jar"))
              .map(name -> name.substring(name.lastIndexOf('/') + 1))
              .collect(Collectors.toCollection(TreeSet::new));

      assertThat(packed).isEqualTo(named);
      assertThat(zip.stream()).anyMatch(entry -> entry.getName().endsWith("/sms-routes.cdx.json"));
    }
  }

  @Test
  void is_of_the_form_that_scanners_read() {
    assertThat(bill.path("bomFormat").asText()).isEqualTo("CycloneDX");
    assertThat(bill.path("metadata").path("component").path("type").asText())
        .isEqualTo("application");
    assertThat(bill.path("components")).isNotEmpty();
    for (JsonNode component : bill.path("components")) {
      assertThat(component.path("purl").asText()).startsWith("pkg:maven/");
      assertThat(component.path("hashes")).isNotEmpty();
    }
  }
}
