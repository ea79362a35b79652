package dev.smsroutes.batch;

import java.util.regex.Pattern;

/** How the names of files stand in the log. */
public final class FileNames {
  /** What could break a line of the log and forge another, or change how a terminal shows it. */
  private static final Pattern STRANGE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}\"]");

  private FileNames() {}

  /** The name in quotation marks, in one line. */
  public static String shown(String name) {
    return '"' + STRANGE.matcher(name).replaceAll("?") + '"';
  }
}
