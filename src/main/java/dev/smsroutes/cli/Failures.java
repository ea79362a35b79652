package dev.smsroutes.cli;

import dev.smsroutes.disk.FileFailure;
import java.io.IOException;
import java.util.regex.Pattern;

/** What ended a start or a command, in one sentence for operators. Stateless. */
final class Failures {
  /** How the messages begin that name the setting to change. */
  private static final Pattern SETTING = Pattern.compile("(?s)(sms|camel)(\\.[\\w-]+)+: .+");

  private Failures() {}

  /**
   * The message that names a setting, if the failure or one of its causes has one; else that of the
   * last cause. A refusal of the file system is put into words.
   */
  static String words(Throwable failure) {
    Throwable each = failure;
    while (!namesSetting(each) && each.getCause() != null && each.getCause() != each) {
      each = each.getCause();
    }
    if (each instanceof IOException e && !namesSetting(each)) {
      return FileFailure.words(e);
    }
    return each.getMessage() == null ? each.getClass().getSimpleName() : each.getMessage();
  }

  private static boolean namesSetting(Throwable failure) {
    return failure.getMessage() != null && SETTING.matcher(failure.getMessage()).matches();
  }
}
