package dev.smsroutes.contactpolicy;

import dev.smsroutes.contactpolicy.SendWindowCalendar.WindowStatus;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The rules about recipients: suppression list and send window. Thread-safe.
 *
 * @param suppressed returns the current list
 * @param hours the send window of all messages except those of files; empty: at any time
 * @param batchHours the send window of messages of files
 * @param clock the clock for the send windows
 */
public record ContactPolicy(
    Supplier<SuppressionList> suppressed,
    Optional<SendWindowCalendar> hours,
    Optional<SendWindowCalendar> batchHours,
    Clock clock) {
  /** An empty list, and messages may leave at any time. */
  public static final ContactPolicy NONE =
      new ContactPolicy(
          () -> SuppressionList.EMPTY, Optional.empty(), Optional.empty(), Clock.systemUTC());

  /**
   * Why nothing may be sent to this recipient; empty if it may. Quotes nothing.
   *
   * @param digits the number with country code, as it is sent
   */
  public List<Fault> faults(String digits, String contactKey) {
    SuppressionList list = suppressed.get();
    List<Fault> faults = new ArrayList<>(2);
    if (list.hasNumber(digits)) {
      faults.add(
          new Fault(
              "recipient.to",
              ErrorCode.SUPPRESSED,
              "Expected a recipient who accepts messages; this number is on the suppression list"));
    }
    if (list.hasContactKey(contactKey)) {
      faults.add(
          new Fault(
              "recipient.contactKey",
              ErrorCode.SUPPRESSED,
              "Expected a recipient who accepts messages; this contact key is on the suppression"
                  + " list"));
    }
    return faults;
  }

  /**
   * Whether a message may leave now, and how long that holds; empty if it may at any time.
   *
   * @param digits the number with country code, as it is sent
   * @param batch whether it is a message of a file
   */
  public Optional<WindowStatus> now(String digits, boolean batch) {
    return (batch ? batchHours : hours).map(these -> these.at(digits, clock.instant()));
  }
}
