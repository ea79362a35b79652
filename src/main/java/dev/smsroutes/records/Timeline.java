package dev.smsroutes.records;

import dev.smsroutes.ledger.Entry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The life of a message, as the ledger knows it. Stateless. */
public final class Timeline {
  private Timeline() {}

  /**
   * One thing that happened.
   *
   * @param what for a person; holds no phone number
   */
  public record Moment(Instant at, String what) {}

  /** What happened to a message, the oldest first. */
  public static List<Moment> of(Entry.History history) {
    Entry entry = history.entry();
    List<Moment> moments = new ArrayList<>();
    moments.add(new Moment(entry.admittedAt(), "admitted"));
    entry.firstAttemptAt().ifPresent(at -> moments.add(new Moment(at, "first attempt")));
    entry
        .lastAttemptAt()
        .filter(at -> entry.attempts() > 1)
        .ifPresent(at -> moments.add(new Moment(at, "last attempt")));
    for (Entry.Event event : history.events()) {
      String code = event.code() == 0 ? "" : " " + event.code();
      moments.add(new Moment(event.at(), event.what() + code + ": " + event.detail()));
    }
    moments.add(new Moment(entry.changedAt(), entry.state() + " since then"));
    moments.sort(Comparator.comparing(Moment::at));
    return moments;
  }
}
