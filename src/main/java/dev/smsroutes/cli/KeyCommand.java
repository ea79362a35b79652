package dev.smsroutes.cli;

import dev.smsroutes.access.Key;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The callers of the keys file. Prints its help if it is called without a command of its own. */
@Command(
    name = "key",
    description = {
      "Makes, lists, rotates and revokes the keys of callers.",
      "Works while sms-routes serves, which reads a change within some 3 seconds, or without it."
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      KeyCreateCommand.class,
      KeyListCommand.class,
      KeyRotateCommand.class,
      KeyRevokeCommand.class
    })
public final class KeyCommand implements Callable<Integer> {
  private static final int SECRET_BYTES = 32;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return ExitCode.MISCONFIGURED;
  }

  /** A new secret: 256 random bits as 43 characters of base64url. */
  static String newSecret() {
    byte[] bits = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(bits);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
  }

  /** A command that changes one caller of the keys file. */
  @Command
  abstract static class Change extends QuietCommand {
    @Parameters(paramLabel = "ID", description = "Names the caller.")
    private String id;

    /** Something is wrong with the caller that is to be changed; the file stays as it is. */
    private static final class NotChanged extends RuntimeException {
      private static final long serialVersionUID = 1L;

      NotChanged(String message) {
        super(message, null, false, false);
      }
    }

    final String id() {
      return id;
    }

    /** What stands there afterwards. */
    abstract Key changed(Map<String, Key> keys, Instant now);

    /** Prints what was done. */
    abstract void done(Key key, Path file) throws IOException;

    /** Checks options before the file is locked. */
    void check() {}

    static RuntimeException notChanged(String message) {
      return new NotChanged(message);
    }

    @Override
    Optional<String> audited() {
      return Optional.of(id);
    }

    final Key existing(Map<String, Key> keys) {
      Key key = keys.get(id);
      if (key == null) {
        throw notChanged(
            "No caller '" + DisplayText.text(id) + "'; 'sms-routes key list' shows all");
      }
      return key;
    }

    @Override
    final int run() throws IOException {
      if (!Key.isId(id)) {
        throw new WrongUseException(
            "ID: expected 1 to 200 letters, digits, blanks or ._@:/=,+-, no blank at either end");
      }
      check();
      Path file = settings().read().access().keysFile();
      Key[] result = new Key[1];
      try {
        KeysEdit.edit(
            file,
            keys -> {
              result[0] = changed(keys, Instant.now());
              keys.put(id, result[0]);
            });
      } catch (NotChanged e) {
        tell(e.getMessage());
        return ExitCode.FAILED;
      }
      done(result[0], file);
      requireOut();
      return ExitCode.DONE;
    }
  }
}
