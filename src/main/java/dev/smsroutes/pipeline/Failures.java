package dev.smsroutes.pipeline;

import dev.smsroutes.model.Outcome.Unsettled;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an outcome of what must not happen: the ledger cannot be written, or this bundle has a
 * fault. Thread-safe.
 */
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger("dev.smsroutes.outcome");

  /** The ledger cannot be written; it says why in the log, once, and to the health check. */
  void unrecorded(Group group) {
    for (InFlight message : group.messages()) {
      if (isUnrecorded(message)) {
        message.outcome =
            Unsettled.unrecorded(
                message.requestId(), message.request().messageKey(), message.mayHaveBeenSent());
      }
    }
  }

  /** A fault of this bundle: the log gets all of it, the caller an id to ask about. */
  void failed(Exchange exchange) {
    Exception cause = ExchangeAdapter.caught(exchange, Exception.class);
    for (InFlight message : ExchangeAdapter.group(exchange).messages()) {
      if (isUnrecorded(message)) {
        failed(message, cause);
        // Once is enough for the messages of one call.
        cause = null;
      }
    }
  }

  void failed(InFlight message, Throwable cause) {
    LOG.error("requestId={} failed inside", message.requestId(), cause);
    message.outcome =
        Unsettled.failedInside(
            message.requestId(),
            Optional.ofNullable(message.request().messageKey()),
            message.mayHaveBeenSent());
  }

  /** Whether it has no outcome that the ledger holds, or that needs no ledger. */
  private static boolean isUnrecorded(InFlight message) {
    return message.isClaimed() || message.isOpen();
  }
}
