package dev.smsroutes.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** What was searched, found and erased, place by place, and what is left. Used by one thread. */
final class ForgetTally {
  private final boolean dryRun;
  private final List<List<String>> places = new ArrayList<>();
  private final List<String> left = new ArrayList<>();
  private long allErased;

  ForgetTally(boolean dryRun) {
    this.dryRun = dryRun;
  }

  void place(String place, String what, long searched, long found, long erased) {
    allErased += erased;
    places.add(
        List.of(
            DisplayText.text(place),
            searched + " " + what,
            Long.toString(found),
            dryRun ? "-" : Long.toString(erased)));
  }

  /** Names something that the command did not erase; without data of the person. */
  void left(String what) {
    left.add(DisplayText.text(what));
  }

  /** Entries, messages and rows of all places. */
  long erased() {
    return allErased;
  }

  List<String> left() {
    return left;
  }

  void print(PrintWriter out) {
    Table.print(List.of("place", "searched", "found", "erased"), places, out);
    if (dryRun) {
      out.println("Nothing was changed.");
    }
  }
}
