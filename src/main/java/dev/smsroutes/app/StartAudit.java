package dev.smsroutes.app;

import dev.smsroutes.audit.Audit;
import dev.smsroutes.config.SettingsInForce;
import dev.smsroutes.model.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.OptionalIdentifiedDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.spi.ResourceAware;

/** What a start begins with, in the audit log: settings and route files, by their hashes. */
final class StartAudit {
  private StartAudit() {}

  static void log(CamelContext context) {
    SettingsInForce settings =
        SettingsInForce.of(context.getPropertiesComponent()::resolveProperty);
    Audit.log(
        Audit.PROCESS,
        "settings",
        settings.changed().isEmpty() ? "all at their defaults" : all(settings.changed()),
        "sha256 " + settings.hash());
    routes(context);
  }

  private static String all(Iterable<String> names) {
    return String.join(" ", names);
  }

  /** Those of the pipeline are in the jar, and have no file. */
  private static void routes(CamelContext context) {
    ModelCamelContext model = (ModelCamelContext) context;
    Map<String, Set<String>> ids = new TreeMap<>();
    Map<String, Resource> files = new TreeMap<>();
    Stream.<OptionalIdentifiedDefinition<?>>concat(
            model.getRouteDefinitions().stream(), model.getRouteConfigurationDefinitions().stream())
        .forEach(
            definition ->
                file(definition)
                    .ifPresent(
                        file -> {
                          files.put(file.getLocation(), file);
                          ids.computeIfAbsent(file.getLocation(), key -> new TreeSet<>())
                              .add(String.valueOf(definition.getId()));
                        }));
    files.forEach(
        (location, file) ->
            Audit.log(
                Audit.PROCESS,
                "routes",
                location + " " + all(ids.get(location)),
                "sha256 " + sha256(file)));
  }

  private static Optional<Resource> file(OptionalIdentifiedDefinition<?> definition) {
    return definition instanceof ResourceAware written
        ? Optional.ofNullable(written.getResource())
            .filter(resource -> resource.getLocation() != null)
            .filter(resource -> resource.getLocation().endsWith(".yaml"))
        : Optional.empty();
  }

  private static String sha256(Resource file) {
    try (InputStream in = file.getInputStream();
        DigestInputStream digest = new DigestInputStream(in, Sha256.digest())) {
      digest.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digest.getMessageDigest().digest());
    } catch (IOException e) {
      return "unknown: " + e.getClass().getSimpleName();
    }
  }
}
