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
 * What people may expect of a sender: not to be written to once they have said so, and not at
 * night. Thread-safe.
 *
 * @param suppressed gives the list that holds at the moment
 * @param hours of all messages but those of files; empty if they may leave at any time
 * @param batchHours of the messages of files
 * @param clock tells the time that counts for the hours
 */
public record ContactPolicy(
    Supplier<SuppressionList> suppressed,
    Optional<SendWindowCalendar> hours,
    Optional<SendWindowCalendar> batchHours,
    Clock clock) {
  /** Nobody is on a list, and messages may leave at any time. */
  public static final ContactPolicy NONE =
      new ContactPolicy(
          () -> SuppressionList.EMPTY, Optional.empty(), Optional.empty(), Clock.systemUTC());

  /**
   * Why nothing may be sent to this person; empty if something may. Quotes nothing.
   *
   * @param digits the number, with country code, as it is sent
   */
  public List<Fault> faults(String digits, String contactKey) {
    SuppressionList list = suppressed.get();
    List<Fault> faults = new ArrayList<>(2);
    if (list.hasNumber(digits)) {
      faults.add(
          new Fault(
              "recipient.to",
              ErrorCode.SUPPRESSED,
              "Expected somebody who may be written to; this number is on the suppression list"));
    }
    if (list.hasContactKey(contactKey)) {
      faults.add(
          new Fault(
              "recipient.contactKey",
              ErrorCode.SUPPRESSED,
              "Expected somebody who may be written to; this contact key is on the suppression"
                  + " list"));
    }
    return faults;
  }

  /**
   * Whether a message may leave now, and until when that holds; empty if it may at any time.
   *
   * @param digits the number, with country code, as it is sent
   * @param batch whether it is of a file
   */
  public Optional<WindowStatus> now(String digits, boolean batch) {
    return (batch ? batchHours : hours).map(these -> these.at(digits, clock.instant()));
  }
}
