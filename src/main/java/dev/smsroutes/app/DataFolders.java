package dev.smsroutes.app;

import dev.smsroutes.config.Configuration;
import dev.smsroutes.config.JmsOptions;
import dev.smsroutes.disk.NearestPath;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The folders to which this process writes. Stateless. */
final class DataFolders {
  private DataFolders() {}

  /** Each of them once, as it is configured: those of ledger, embedded broker and results. */
  static List<Path> of(Configuration configuration) {
    List<Path> folders = new ArrayList<>();
    Stores.ledger(configuration)
        .file()
        .map(file -> file.toAbsolutePath().getParent())
        .ifPresent(folders::add);
    JmsOptions jms = configuration.jms();
    if (jms.enabled() && jms.brokerUrl().isEmpty()) {
      folders.add(jms.broker().directory());
    }
    if (configuration.files().enabled()) {
      folders.add(configuration.files().folders().results());
    }
    // One that is made later is on the disk of the one above it.
    return folders.stream().map(NearestPath::of).distinct().toList();
  }
}
