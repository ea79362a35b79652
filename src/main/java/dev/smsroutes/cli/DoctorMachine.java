package dev.smsroutes.cli;

import dev.smsroutes.access.Key;
import dev.smsroutes.app.OthersMayRead;
import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.broker.EmbeddedBroker;
import dev.smsroutes.config.Address;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.config.JmsOptions;
import dev.smsroutes.disk.NearestPath;
import dev.smsroutes.disk.PrivateFiles;
import dev.smsroutes.ledger.LedgerOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a start needs of this machine: ports, folders, disks, routes and keys. Used by one thread.
 */
final class DoctorMachine {
  private static final long MEBIBYTE = 1024 * 1024;

  private final Configuration configuration;
  private final LedgerOptions ledger;
  private final boolean serving;
  private final Consumer<Finding> findings;

  /**
   * @param serving whether a process serves with this ledger
   * @param findings gets what is found
   */
  DoctorMachine(
      Configuration configuration,
      LedgerOptions ledger,
      boolean serving,
      Consumer<Finding> findings) {
    this.configuration = configuration;
    this.ledger = ledger;
    this.serving = serving;
    this.findings = findings;
  }

  void ports() {
    Map<String, Address> ports = new LinkedHashMap<>();
    ports.put("port http", configuration.http().address());
    configuration.management().ifPresent(address -> ports.put("port management", address));
    JmsOptions jms = configuration.jms();
    if (jms.enabled() && jms.brokerUrl().isEmpty()) {
      ports.put("port jms", new Address("sms.jms", jms.port().host(), jms.broker().port()));
    }
    ports.forEach((what, address) -> findings.accept(port(what, address)));
  }

  private Finding port(String what, Address address) {
    String shown = address.host() + ":" + address.port();
    if (address.port() == 0) {
      return Finding.ok(what, "any free port");
    }
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(address.host(), address.port()));
      return serving
          ? Finding.warn(
              what, shown + " is free, while sms-routes serves", "has the service this setting?")
          : Finding.ok(what, shown + " is free");
    } catch (IOException e) {
      if (serving) {
        return Finding.ok(what, shown + " is in use, while sms-routes serves");
      }
      String todo = "end that process, or set " + address.portKey();
      return ledger.file().isEmpty()
          ? Finding.warn(what, shown + " is in use, by sms-routes or another process", todo)
          : Finding.fail(
              what, shown + " is in use, and no sms-routes serves with this ledger", todo);
    }
  }

  void rights() {
    List<Path> folders = new ArrayList<>();
    ledger.file().map(file -> file.toAbsolutePath().getParent()).ifPresent(folders::add);
    if (configuration.files().enabled()) {
      BatchFolders batch = configuration.files().folders();
      folders.addAll(List.of(batch.inbox(), batch.results(), batch.done(), batch.failed()));
    }
    if (configuration.jms().enabled() && configuration.jms().brokerUrl().isEmpty()) {
      folders.add(configuration.jms().broker().directory());
    }
    List<String> closed =
        folders.stream().filter(folder -> !canWrite(folder)).map(Path::toString).toList();
    findings.accept(
        closed.isEmpty()
            ? Finding.ok("folders", "can be written, or made")
            : Finding.fail(
                "folders",
                "this user cannot write " + String.join(", ", closed),
                "run it as the user of the service, or give that user the folders"));
    Optional<String> open = OthersMayRead.warning(configuration);
    findings.accept(
        open.map(
                words ->
                    Finding.warn(
                        "others",
                        words.replaceFirst("; to end it: .*", ""),
                        words.replaceFirst("(?s).*; to end it: ", "")))
            .orElseGet(() -> Finding.ok("others", "cannot read what is kept")));
  }

  /** A folder that is missing is made at the start, below one that is there. */
  private static boolean canWrite(Path folder) {
    Path there = NearestPath.of(folder);
    return Files.isDirectory(there) && Files.isWritable(there);
  }

  void disks() {
    Map<String, Path> places = new LinkedHashMap<>();
    ledger.file().ifPresent(file -> places.put("disk ledger", file));
    JmsOptions jms = configuration.jms();
    if (jms.enabled() && jms.brokerUrl().isEmpty()) {
      places.put("disk broker", jms.broker().directory());
    }
    if (configuration.files().enabled()) {
      places.put("disk results", configuration.files().folders().results());
    }
    places.forEach((what, path) -> findings.accept(disk(what, path)));
  }

  private Finding disk(String what, Path path) {
    try {
      long free = Files.getFileStore(NearestPath.of(path)).getUsableSpace();
      String found = free / MEBIBYTE + " MiB free";
      String todo = "free some space; the embedded broker stops below 256 MiB";
      long enough =
          Math.max(configuration.health().minDiskFreeBytes(), EmbeddedBroker.MIN_DISK_FREE_BYTES);
      return free >= enough
          ? Finding.ok(what, found)
          : free >= EmbeddedBroker.MIN_DISK_FREE_BYTES
              ? Finding.warn(what, found, todo)
              : Finding.fail(what, found, todo);
    } catch (IOException e) {
      return Finding.warn(what, "unknown: " + e.getClass().getSimpleName(), "look at it yourself");
    }
  }

  void routes() {
    long files = 0;
    for (String pattern : configuration.routes().split(",")) {
      if (pattern.strip().startsWith("file:")) {
        files += count(Path.of(pattern.strip().substring("file:".length())));
      }
    }
    findings.accept(
        files > 0
            ? Finding.ok("routes", files + " files of " + configuration.routes())
            : Finding.fail(
                "routes",
                "no file of " + configuration.routes(),
                "run it in the folder where routes/ is, or set camel.main.routesIncludePattern"));
  }

  private static long count(Path pattern) {
    Path folder = Optional.ofNullable(pattern.getParent()).orElse(Path.of(""));
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(folder, pattern.getFileName().toString())) {
      long count = 0;
      for (Path file : files) {
        count += Files.isReadable(file) ? 1 : 0;
      }
      return count;
    } catch (IOException e) {
      return 0;
    }
  }

  void keys() {
    Path file = configuration.access().keysFile();
    boolean needed = configuration.door().asks() || configuration.jms().port().asksForKeys();
    try {
      Collection<Key> keys = KeysEdit.read(file).values();
      Instant now = Instant.now();
      long valid = keys.stream().filter(key -> key.isValid(now)).count();
      String found = keys.size() + " callers, " + valid + " of them valid, in " + file;
      if (needed && valid == 0) {
        findings.accept(Finding.fail("keys", found, "`sms-routes key create ID`"));
      } else if (Files.exists(file)
          && (PrivateFiles.othersMayRead(file) || PrivateFiles.groupMayRead(file))) {
        findings.accept(Finding.warn("keys", "others may read " + file, "chmod go-rwx " + file));
      } else {
        findings.accept(Finding.ok("keys", Files.exists(file) ? found : "there is no keys file"));
      }
    } catch (WrongUseException e) {
      findings.accept(Finding.fail("keys", e.getMessage(), "correct it; docs/access.md"));
    } catch (IOException e) {
      findings.accept(Finding.fail("keys", "cannot be read: " + file, "check its rights"));
    }
  }
}
