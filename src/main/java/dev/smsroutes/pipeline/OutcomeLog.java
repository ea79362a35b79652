package dev.smsroutes.pipeline;

import dev.smsroutes.definition.Definition;
import dev.smsroutes.model.Correlation;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.Masked;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.SendRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells how a request ended: in a line without number, attributes and text, in meters and in its
 * span.
 */
final class OutcomeLog {
  private static final Logger LOG = LoggerFactory.getLogger("dev.smsroutes.outcome");
  private static final int MAX_KEY = 100;
  private static final int MAX_FIELDS = 10;

  /** What could break the line, forge a field of it, or change how a terminal shows it. */
  private static final Pattern STRANGE = Pattern.compile("[\\p{C}\\p{Z}\\s=]");

  private final MessageMeters meters;

  OutcomeLog(MessageMeters meters) {
    this.meters = meters;
  }

  /** One line for each request that has ended. Never throws: an outcome stands, told or not. */
  void tell(Sends sends) {
    for (InFlight message : sends.messages()) {
      if (message.outcome != null) {
        try {
          meters.ended(message);
          if (message.span != null) {
            // Of a key that no definition has, nobody knows what it is.
            message.span.end(
                Optional.ofNullable(message.definition).map(Definition::key), message.outcome);
          }
          if (LOG.isInfoEnabled()) {
            tell(message);
          }
        } catch (RuntimeException | StackOverflowError e) {
          LOG.error("requestId={} ended untold: {}", message.requestId(), e.getClass().getName());
        }
      }
    }
  }

  private static void tell(InFlight message) {
    SendRequest request = message.request();
    Outcome outcome = message.outcome;
    Correlation correlation = message.correlation();
    LOG.info(
        "requestId={} route={} messageKey={} definitionKey={} outcome={} code={} fields={}"
            + " ms={}{}{}{}",
        outcome.requestId(),
        message.envelope().handling().route(),
        loggable(request.messageKey()),
        message.definition == null
            ? named(request.definitionKey())
            : loggable(request.definitionKey()),
        outcome.state(),
        outcome.errorCode(),
        fields(outcome.faults()),
        message.envelope().handling().elapsed(),
        ifAny("caller", message.envelope().handling().caller()),
        ifAny("callerRequestId", correlation.callerRequestId()),
        ifAny("traceId", correlation.traceId()));
  }

  /** A field at the end of the line; nothing without a value. */
  private static String ifAny(String name, Optional<String> value) {
    return value.isPresent() ? " " + name + "=" + loggable(value.get()) : "";
  }

  /** The fields with faults: the first ones, and how many faults there are besides. */
  private static List<String> fields(List<Fault> faults) {
    if (faults.isEmpty()) {
      return List.of();
    }
    List<String> fields = new ArrayList<>();
    for (Fault fault : faults) {
      if (fault.count() == 1 && fields.size() < MAX_FIELDS) {
        fields.add(named(fault.field()));
      }
    }
    int more = Fault.count(faults) - fields.size();
    if (more > 0) {
      fields.add("+" + more);
    }
    return fields;
  }

  /** A name that no loaded definition has, which may be a number by mistake. */
  private static String named(String text) {
    return loggable(text == null ? null : Masked.text(text));
  }

  /** A stranger's text must neither break the line nor fill the log. */
  static String loggable(String text) {
    if (text == null) {
      return "-";
    }
    String shown = text.length() <= MAX_KEY ? text : text.substring(0, MAX_KEY) + "…";
    return STRANGE.matcher(shown).replaceAll("_");
  }
}
