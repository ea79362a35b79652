package dev.smsroutes.audit;

import dev.smsroutes.model.PlainText;
import java.util.Collection;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes lines of the audit log, which has a logger of its own: {@link #LOGGER}. Nobody may give it
 * a secret, a number or a text of a message. Thread-safe.
 */
public final class Audit {
  /** By which a log pipeline finds these lines. */
  public static final String LOGGER = "dev.smsroutes.audit";

  /** What sms-routes does by itself. */
  public static final String PROCESS = "sms-routes";

  private static final Logger LOG = LoggerFactory.getLogger(LOGGER);
  private static final int MAX_NAMES = 20;
  private static final int MAX_CHARACTERS = 2_000;

  private Audit() {}

  /** An operator at a shell: the user of the operating system. */
  public static String user() {
    return "user:" + System.getProperty("user.name", "unknown");
  }

  /** A caller over HTTP, by the id in the keys file. */
  public static String caller(String id) {
    return "caller:" + id;
  }

  /**
   * Writes a line.
   *
   * @param who {@link #user}, {@link #caller} or {@link #PROCESS}
   * @param what the action: a word that does not change
   * @param which the thing it was done to
   * @param result how it ended
   */
  public static void log(String who, String what, String which, String result) {
    LOG.info(
        "who=\"{}\" what={} which=\"{}\" result=\"{}\"",
        quoted(who),
        what,
        quoted(which),
        quoted(result));
  }

  /** The first names, and how many more there are. */
  public static String names(Collection<String> names) {
    String first = names.stream().limit(MAX_NAMES).collect(Collectors.joining(", "));
    return names.size() <= MAX_NAMES
        ? first
        : first + " and " + (names.size() - MAX_NAMES) + " more";
  }

  /** A text of a stranger must not end its field, nor its line. */
  private static String quoted(String text) {
    String shown = PlainText.of(text).replace('"', '\'');
    return shown.length() <= MAX_CHARACTERS ? shown : shown.substring(0, MAX_CHARACTERS) + "…";
  }
}
