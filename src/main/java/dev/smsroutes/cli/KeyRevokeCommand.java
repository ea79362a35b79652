package dev.smsroutes.cli;

import dev.smsroutes.access.Key;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;

/** Takes all rights from a caller. */
@Command(
    name = "revoke",
    description = {
      "Takes all rights from a caller: its keys and its tokens end within some 3 seconds.",
      "The entry stays in the file. Do not delete it: a caller without an entry who comes by JWT,"
          + " client certificate or broker login has all rights."
    })
final class KeyRevokeCommand extends KeyCommand.Change {
  @Override
  Key changed(Map<String, Key> keys, Instant now) {
    Key key = existing(keys);
    return key.revoked().isPresent()
        ? key
        : key.withRevoked(Optional.of(now.truncatedTo(ChronoUnit.SECONDS)));
  }

  @Override
  void done(Key key, Path file) {
    tell("Caller " + DisplayText.text(id()) + " is revoked since " + key.revoked().orElseThrow());
  }
}
