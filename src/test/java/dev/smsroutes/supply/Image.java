package dev.smsroutes.supply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.Port;
import dev.smsroutes.testing.Distribution;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipFile;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * The container image: the distribution as it is, on a base image with Java and a shell. Made by
 * Jib without a container engine; the same distribution and base give the same bytes. {@code
 * deploy/image/build} is its command (docs/decisions/0037).
 */
public final class Image {
  /** Of sms-routes; nobody of the base image has this number. */
  static final String USER = "10001:10001";

  /** Where the distribution is in the image. */
  static final String HOME = "/opt/sms-routes";

  static final String NO_BASE = "scratch";

  private static final String NATIVE = "libsqlitejdbc.so";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Instant TIME = Instant.EPOCH.plusSeconds(1);

  /**
   * What differs from the defaults: all listen to other containers, hence all ask who calls; what
   * changes is in the volume; a lost URL of the API is no sandbox.
   */
  static final Map<String, String> ENVIRONMENT =
      Map.of(
          "SMS_SANDBOX_ENABLED", "false",
          "SMS_HTTP_HOST", "0.0.0.0",
          "SMS_HTTP_AUTHENTICATION", "api-key",
          "SMS_HTTP_KEYS_FILE", "data/keys.json",
          "SMS_JMS_AUTHENTICATION", "users",
          "SMS_MANAGEMENT_HOST", "0.0.0.0",
          "SMS_MANAGEMENT_AUTHENTICATION", "api-key");

  private Image() {}

  /**
   * Builds {@code target/sms-routes-image.tar} from the distribution in {@code target}.
   *
   * @param arguments the base image (a name in a registry, {@code tar://FILE}), and whether to add
   *     an AOT cache, for which the Java of the base image must run on this machine
   */
  public static void main(String[] arguments) throws Exception {
    String base = arguments[0];
    boolean cached = Boolean.parseBoolean(arguments[1]);
    Path tar = Path.of("target/sms-routes-image.tar");
    Path work = Files.createTempDirectory("sms-routes-image");
    try {
      Path distribution = Distribution.unpack(Files.createDirectory(work.resolve("distribution")));
      try {
        Image.build(base, distribution, Optional.empty(), tar);
      } catch (ExecutionException | RegistryException e) {
        System.err.printf(
            "The base image %s cannot be fetched: %s%n--base names another one, or tar:///PATH of"
                + " one that was saved (docker save, skopeo copy)%n",
            base, e.getMessage().replaceAll("^[\\w.]+Exception: ", ""));
        delete(work);
        System.exit(1);
      }
      if (cached) {
        Path root = Files.createDirectory(work.resolve("root"));
        unpack(tar, root);
        Image.build(base, distribution, Optional.of(aotCache(config(tar), root)), tar);
      }
      System.out.printf("%s, %d MB: docker load -i %s%n", tar, Files.size(tar) / 1_000_000, tar);
    } finally {
      delete(work);
    }
  }

  /** Made by the Java of the base image, and by the jars with the times that they have there. */
  private static Path aotCache(JsonNode config, Path root)
      throws IOException, InterruptedException {
    String java = environment(config).get("JAVA_HOME");
    Path home = root.resolve(HOME.substring(1));
    ProcessBuilder command =
        new ProcessBuilder("sh", home.resolve("bin/sms-routes").toString(), "aot-cache")
            .inheritIO();
    command.environment().put("JAVA_HOME", root.resolve(java.substring(1)).toString());
    command.environment().remove("JAVA_OPTS");
    if (command.start().waitFor() != 0) {
      throw new IOException("No AOT cache was made; deploy/image/build --no-aot builds without");
    }
    return home.resolve("aot");
  }

  /**
   * Builds one image.
   *
   * @param distribution its unpacked folder
   * @param aot the folder with the AOT cache
   * @param tar replaced if it exists
   */
  static void build(String base, Path distribution, Optional<Path> aot, Path tar) throws Exception {
    JibContainerBuilder image = base.equals(NO_BASE) ? Jib.fromScratch() : Jib.from(base);
    Path lib = distribution.resolve("lib");
    Predicate<Path> libraries =
        file -> file.startsWith(lib) && !file.getFileName().toString().startsWith("sms-routes-");
    image
        // What changes rarely comes first, so that an update of sms-routes is a small download.
        .addFileEntriesLayer(layer("libraries", distribution, libraries))
        .addFileEntriesLayer(layer("sms-routes", distribution, libraries.negate()));
    if (aot.isPresent()) {
      Path home = aot.get().getParent();
      image.addFileEntriesLayer(layer("aot", home, file -> file.startsWith(aot.get())));
    }
    Path tmp = Files.createTempDirectory("sms-routes-layers");
    try {
      image
          .addFileEntriesLayer(nativeCode(lib, tmp))
          .addFileEntriesLayer(data(tmp))
          .addFileEntriesLayer(
              FileEntriesLayer.builder()
                  .setName("health check")
                  .addEntry(
                      Path.of("deploy/image/healthy"),
                      AbsoluteUnixPath.get(HOME + "/bin/healthy"),
                      FilePermissions.fromOctalString("755"))
                  .build())
          .setUser(USER)
          .setWorkingDirectory(AbsoluteUnixPath.get(HOME))
          .setEntrypoint(HOME + "/bin/sms-routes")
          .setProgramArguments("serve")
          .setVolumes(AbsoluteUnixPath.get(HOME + "/data"))
          .setExposedPorts(Port.tcp(8080), Port.tcp(8081));
      // Sorted: else each run has another order.
      image.setLabels(
          new TreeMap<>(
              Map.of(
                  "org.opencontainers.image.title", "sms-routes",
                  "org.opencontainers.image.version", version(distribution),
                  "org.opencontainers.image.licenses", "Apache-2.0")));
      new TreeMap<>(ENVIRONMENT).forEach(image::addEnvironmentVariable);
      Files.deleteIfExists(tar);
      image.containerize(
          Containerizer.to(TarImage.at(tar).named("sms-routes:" + version(distribution)))
              .setApplicationLayersCache(tmp)
              .setToolName("sms-routes"));
    } finally {
      delete(tmp);
    }
  }

  private static String version(Path distribution) throws IOException {
    try (Stream<Path> files = Files.list(distribution.resolve("lib"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("sms-routes-"))
          .map(name -> name.substring("sms-routes-".length(), name.length() - ".jar".length()))
          .findFirst()
          .orElseThrow();
    }
  }

  /**
   * All belongs to root, so that sms-routes cannot change itself, also without a read-only root.
   */
  private static FileEntriesLayer layer(String name, Path folder, Predicate<Path> wanted)
      throws IOException {
    FileEntriesLayer.Builder layer = FileEntriesLayer.builder().setName(name);
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).filter(wanted).sorted().toList()) {
        String path = folder.relativize(file).toString();
        layer.addEntry(
            file,
            AbsoluteUnixPath.get(HOME + "/" + path),
            FilePermissions.fromOctalString(path.startsWith("bin/") ? "755" : "644"),
            TIME);
      }
    }
    return layer.build();
  }

  /** Of the SQLite driver, which would else unpack it into /tmp and run it there. */
  private static FileEntriesLayer nativeCode(Path lib, Path tmp) throws IOException {
    Path unpacked = tmp.resolve(NATIVE);
    try (Stream<Path> jars = Files.list(lib)) {
      Path jar =
          jars.filter(file -> file.getFileName().toString().startsWith("sqlite-jdbc-"))
              .findFirst()
              .orElseThrow();
      try (ZipFile zip = new ZipFile(jar.toFile());
          InputStream in =
              zip.getInputStream(zip.getEntry("org/sqlite/native/Linux/x86_64/" + NATIVE))) {
        Files.copy(in, unpacked);
      }
    }
    return FileEntriesLayer.builder()
        .setName("native")
        .addEntry(
            unpacked,
            AbsoluteUnixPath.get(HOME + "/native/" + NATIVE),
            FilePermissions.fromOctalString("644"),
            TIME)
        .build();
  }

  /** A new named volume takes owner and mode from here. */
  private static FileEntriesLayer data(Path tmp) throws IOException {
    return FileEntriesLayer.builder()
        .setName("data")
        .addEntry(
            Files.createDirectories(tmp.resolve("data")),
            AbsoluteUnixPath.get(HOME + "/data"),
            FilePermissions.fromOctalString("700"),
            TIME,
            USER)
        .build();
  }

  /** The variables of the image, also those of its base. */
  static Map<String, String> environment(JsonNode config) {
    Map<String, String> variables = new LinkedHashMap<>();
    for (JsonNode each : config.path("config").path("Env")) {
      String[] parts = each.asText().split("=", 2);
      variables.put(parts[0], parts[1]);
    }
    return variables;
  }

  /** The configuration that a container engine reads. */
  static JsonNode config(Path tar) throws IOException {
    return JSON.readTree(file(tar, manifest(tar).path("Config").asText()));
  }

  private static JsonNode manifest(Path tar) throws IOException {
    return JSON.readTree(file(tar, "manifest.json")).path(0);
  }

  private static byte[] file(Path tar, String name) throws IOException {
    try (TarArchiveInputStream in = new TarArchiveInputStream(Files.newInputStream(tar))) {
      for (TarArchiveEntry each = in.getNextEntry(); each != null; each = in.getNextEntry()) {
        if (each.getName().equals(name)) {
          return in.readAllBytes();
        }
      }
    }
    throw new IOException("Expected " + name + " in " + tar);
  }

  /**
   * Unpacks all layers, one over the other, as a container engine does, but for the owners.
   *
   * @return the entries of the layers, the last of a path
   */
  static Map<String, TarArchiveEntry> unpack(Path tar, Path root) throws IOException {
    List<String> layers = new ArrayList<>();
    manifest(tar).path("Layers").forEach(layer -> layers.add(layer.asText()));
    Map<String, TarArchiveEntry> all = new LinkedHashMap<>();
    for (String layer : layers) {
      Path packed = Files.createTempFile(root.toAbsolutePath().getParent(), "layer", ".tar.gz");
      Files.write(packed, file(tar, layer));
      try (InputStream file = Files.newInputStream(packed);
          TarArchiveInputStream in = new TarArchiveInputStream(new GZIPInputStream(file))) {
        for (TarArchiveEntry each = in.getNextEntry(); each != null; each = in.getNextEntry()) {
          unpack(in, each, root);
          all.put("/" + each.getName().replaceFirst("^[./]+", "").replaceFirst("/$", ""), each);
        }
      }
      Files.delete(packed);
    }
    return all;
  }

  private static void unpack(TarArchiveInputStream in, TarArchiveEntry entry, Path root)
      throws IOException {
    Path target = root.resolve(entry.getName().replaceFirst("^/+", "")).normalize();
    if (!target.startsWith(root)) {
      throw new IOException("Expected a path within the image; got " + entry.getName());
    }
    if (entry.isDirectory()) {
      Files.createDirectories(target);
      return;
    }
    Files.createDirectories(target.getParent());
    if (entry.isSymbolicLink()) {
      Files.deleteIfExists(target);
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
    } else if (entry.isLink()) {
      Files.deleteIfExists(target);
      Files.createLink(target, root.resolve(entry.getLinkName().replaceFirst("^[./]+", "")));
    } else if (entry.isFile()) {
      Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
      Files.setPosixFilePermissions(target, permissions(entry.getMode()));
      // Java compares the times of jars with those in an AOT cache.
      Files.setLastModifiedTime(target, FileTime.from(entry.getLastModifiedTime().toInstant()));
    }
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    PosixFilePermission[] all = PosixFilePermission.values();
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    for (int bit = 0; bit < all.length; bit++) {
      if ((mode & (0400 >> bit)) != 0) {
        permissions.add(all[bit]);
      }
    }
    return permissions;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
          Files.delete(file);
        }
      }
    }
  }
}
