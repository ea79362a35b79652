package dev.smsroutes.contactpolicy;

import java.util.Collection;

/** Lists for tests of other rooms. */
public final class SuppressionLists {
  private SuppressionLists() {}

  /** A list of these numbers and contact keys, each taken for both where it can be. */
  public static SuppressionList of(Collection<String> entries) {
    SuppressionList.Builder builder = new SuppressionList.Builder();
    for (String entry : entries) {
      builder.contactKey(entry);
      if (entry.matches("[0-9]+")) {
        builder.number(entry);
      }
    }
    return builder.build();
  }
}
