package dev.smsroutes.intake.jms;

import org.apache.camel.RollbackExchangeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.ErrorHandler;

/**
 * Logs rollbacks of the listener: nothing if the intake asked for it (that line is written
 * already), else one line. Spring's default prints a stack trace for each attempt.
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
    // The message of another library's exception may quote the request: logs only its class.
    StackTraceElement[] trace = root.getStackTrace();
    LOG.error(
        "jms=rolled-back failure={} at={}",
        root.getClass().getName(),
        trace.length == 0 ? "-" : trace[0]);
    LOG.debug("jms=rolled-back", failure);
  }
}
