package dev.smsroutes.batch.format;

import dev.smsroutes.model.PlainText;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What names files may have, and how the names stand in the log. */
public final class FileNames {
  /** The longest name in bytes that leaves room for what is added to it; the usual limit is 255. */
  static final int MAX_BYTES = 200;

  private FileNames() {}

  /**
   * What is wrong with the encoding in which this process reads the names of files, if something
   * is: then it can neither find nor open those whose names have other letters.
   */
  public static Optional<String> trouble() {
    return trouble(System.getProperty("os.name", ""), System.getProperty("sun.jnu.encoding", ""));
  }

  /**
   * @param encoding of names, as Java took it from the locale; Windows has names in Unicode
   *     whatever it says
   */
  static Optional<String> trouble(String system, String encoding) {
    boolean fine =
        system.startsWith("Windows") || encoding.isEmpty() || encoding.equalsIgnoreCase("UTF-8");
    return fine
        ? Optional.empty()
        : Optional.of(
            "Expected file names in UTF-8; got the locale's %s, so files whose names have other"
                    .formatted(encoding)
                + " letters are not taken. Start with bin/sms-routes, or with LC_ALL=C.UTF-8 in the"
                + " environment");
  }

  public static boolean tooLong(String name) {
    return name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES;
  }

  /** The name in quotation marks, in one line. */
  public static String shown(String name) {
    return '"' + PlainText.of(name).replace('"', '?') + '"';
  }
}
