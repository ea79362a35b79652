package dev.smsroutes.batch.format;

import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import java.util.Arrays;

/**
 * What is said of an exception that nobody expected: its class and where it was thrown, for the
 * people who mend it. Never its message, which may quote what was read.
 */
public final class Thrown {
  private static final String OURS = "dev.smsroutes.";

  private Thrown() {}

  /** Why a row is refused that could not be read because of it. */
  public static Fault refusal(Throwable thrown) {
    return new Fault(
        "",
        ErrorCode.INTERNAL,
        "Expected a row that sms-routes can read; got %s. Nothing of the row was sent. Please report this."
            .formatted(place(thrown)));
  }

  /** Why a file fails that could not be read because of it. */
  static UnreadableFileException unreadable(Throwable thrown) {
    return new UnreadableFileException(
        "reading failed",
        "Expected a file that sms-routes can read; got %s. Please report this."
            .formatted(place(thrown)));
  }

  /** Its class, and the innermost place of this program from which it came. */
  public static String place(Throwable thrown) {
    StackTraceElement[] frames = thrown.getStackTrace();
    return thrown.getClass().getSimpleName()
        + Arrays.stream(frames)
            .filter(frame -> frame.getClassName().startsWith(OURS))
            .findFirst()
            .or(() -> Arrays.stream(frames).findFirst())
            .map(frame -> " at " + frame.getFileName() + ":" + frame.getLineNumber())
            .orElse("");
  }
}
