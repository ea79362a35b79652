package dev.smsroutes.page;

import dev.smsroutes.model.Masked;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes one line for each action of an operator. Stateless. */
final class Audit {
  private static final Logger LOG = LoggerFactory.getLogger("dev.smsroutes.audit");
  private static final int MAX_LENGTH = 200;

  /** What could break the line, or forge a field of it. */
  private static final Pattern STRANGE = Pattern.compile("[\\p{C}\\p{Z}\\s=]");

  private Audit() {}

  /**
   * @param who empty for a local user who was not asked
   * @param which file or message key
   */
  static void tell(Optional<String> who, String what, String which, String result) {
    LOG.info(
        "audit who={} what={} which={} result={}",
        who.map(Audit::loggable).orElse("local"),
        what,
        Masked.text(loggable(which)),
        loggable(result));
  }

  private static String loggable(String text) {
    String shown = text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH) + "…";
    return STRANGE.matcher(shown).replaceAll("_");
  }
}
