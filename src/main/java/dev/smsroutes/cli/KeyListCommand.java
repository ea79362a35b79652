package dev.smsroutes.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.access.Key;
import dev.smsroutes.access.KeysJson;
import dev.smsroutes.access.Rights;
import dev.smsroutes.access.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists callers without their hashes. */
@Command(name = "list", description = "Lists the callers of the keys file, without secrets.")
final class KeyListCommand extends QuietCommand {
  private static final List<String> TITLES =
      List.of("id", "state", "roles", "secrets", "expires", "rights");

  @Option(names = "--json", description = "One JSON object on each line.")
  private boolean json;

  @Override
  int run() throws IOException {
    Path file = settings().read().access().keysFile();
    Collection<Key> keys = KeysEdit.read(file).values();
    Instant now = Instant.now();
    if (json) {
      keys.forEach(key -> out().println(json(key, now)));
    } else if (keys.isEmpty()) {
      tell("No callers in " + file.toAbsolutePath().normalize());
    } else {
      Table.print(TITLES, keys.stream().map(key -> cells(key, now)).toList(), out());
    }
    requireOut();
    return ExitCode.DONE;
  }

  private static String state(Key key, Instant now) {
    if (key.revoked().isPresent()) {
      return "revoked";
    }
    return key.isValid(now) ? "valid" : "expired";
  }

  private static List<String> cells(Key key, Instant now) {
    return List.of(
        DisplayText.text(key.id()),
        state(key, now),
        key.roles().stream().sorted().map(Role::word).collect(Collectors.joining(",")),
        Integer.toString(key.hashes().size()),
        key.expires().map(DisplayText::time).orElse("-"),
        DisplayText.text(rights(key.rights())));
  }

  private static String rights(Rights rights) {
    List<String> all = new ArrayList<>();
    if (!rights.definitions().isEmpty()) {
      all.add("definitions=" + String.join(",", rights.definitions()));
    }
    if (!rights.countries().isEmpty()) {
      all.add("countries=" + String.join(",", rights.countries().stream().sorted().toList()));
    }
    rights.rate().ifPresent(rate -> all.add("rate=" + rate + "/s"));
    rights.daily().ifPresent(most -> all.add("daily=" + most));
    all.add("text=" + (rights.text() ? "yes" : "no"));
    all.add("premium=" + (rights.premium() ? "yes" : "no"));
    return String.join(" ", all);
  }

  private static ObjectNode json(Key key, Instant now) {
    ObjectNode line = KeysJson.object();
    line.put("id", key.id());
    line.put("state", state(key, now));
    ArrayNode roles = line.putArray("roles");
    key.roles().stream().sorted().forEach(role -> roles.add(role.word()));
    line.put("secrets", key.hashes().size());
    line.set("rights", KeysJson.rights(key.rights()));
    line.put("created", key.created().toString());
    line.put("expires", key.expires().map(Instant::toString).orElse(null));
    line.put("revoked", key.revoked().map(Instant::toString).orElse(null));
    return line;
  }
}
