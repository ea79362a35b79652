package dev.smsroutes.intake.jms;

import org.apache.camel.RollbackExchangeException;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.util.ErrorHandler;

/**
 * Logs rollbacks of the listener: nothing if the intake asked for it (that line is written
 * already), else one line. Spring's default prints a stack trace for each attempt.
 */
final class JmsFailures implements ErrorHandler {
  private static final Logger LOG = LoggerFactory.getLogger(JmsFailures.class);

  @Override
  public void handleError(Throwable failure) {
    if (ObjectHelper.getException(RollbackExchangeException.class, failure) != null) {
      return;
    }
    Throwable root = NestedExceptionUtils.getMostSpecificCause(failure);
    // The message of another library's exception may quote the request: logs only its class.
    StackTraceElement[] trace = root.getStackTrace();
    LOG.error(
        "jms=rolled-back failure={} at={}",
        root.getClass().getName(),
        trace.length == 0 ? "-" : trace[0]);
    LOG.debug("jms=rolled-back", failure);
  }
}
