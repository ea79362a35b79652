package dev.smsroutes.intake.jms;

import org.apache.camel.RollbackExchangeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.ErrorHandler;

/**
 * What the listener says when it rolls back: nothing when we asked for it (that line has been
 * written), else one line. Spring's default prints a stack trace for each attempt.
 */
final class JmsFailures implements ErrorHandler {
  private static final Logger LOG = LoggerFactory.getLogger(JmsFailures.class);

  @Override
  public void handleError(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      if (root instanceof RollbackExchangeException) {
        return;
      }
      root = root.getCause();
    }
    if (root instanceof RollbackExchangeException) {
      return;
    }
    // The message of a foreign exception may quote what was sent, so only its class is logged.
    StackTraceElement[] trace = root.getStackTrace();
    LOG.error(
        "jms=rolled-back failure={} at={}",
        root.getClass().getName(),
        trace.length == 0 ? "-" : trace[0]);
    LOG.debug("jms=rolled-back", failure);
  }
}
