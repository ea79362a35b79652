package dev.smsroutes.cli;

import dev.smsroutes.access.Key;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Changes the secret of a caller without a gap. */
@Command(
    name = "rotate",
    description = {
      "Makes a second secret for a caller and prints the new key, once. Both are valid until",
      "'rotate --finish' ends the old one."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  sms-routes key rotate shop > shop.key", "  sms-routes key rotate shop --finish"})
final class KeyRotateCommand extends KeyCommand.Change {
  @Option(names = "--finish", description = "Ends the old secret; the new one stays.")
  private boolean finish;

  private final String secret = KeyCommand.newSecret();

  @Override
  Key changed(Map<String, Key> keys, Instant now) {
    Key key = existing(keys);
    String shown = DisplayText.text(id());
    if (key.revoked().isPresent()) {
      throw notChanged("Caller '" + shown + "' is revoked; a new secret would not help it");
    }
    if (finish) {
      if (key.hashes().size() < 2) {
        throw notChanged("Caller '" + shown + "' has no old secret");
      }
      return key.withHashes(List.of(key.hashes().get(1)));
    }
    if (key.hashes().size() != 1) {
      throw notChanged(
          key.hashes().isEmpty()
              ? "Caller '" + shown + "' has no secret: it was made with --no-secret"
              : "Caller '"
                  + shown
                  + "' has two secrets already; 'rotate --finish' ends the old one");
    }
    return key.withHashes(List.of(key.hashes().get(0), Key.hash(secret)));
  }

  @Override
  void done(Key key, Path file) {
    if (finish) {
      tell("The old secret of " + DisplayText.text(id()) + " has ended");
    } else {
      out().println(id() + "." + secret);
      tell("The line above is shown once. The old key is valid until 'rotate --finish'.");
    }
  }
}
