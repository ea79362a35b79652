package dev.smsroutes.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/**
 * All that is logged until it is closed, with all that a pattern of a site may print: logger,
 * thread, context, message and stack trace. Thread-safe.
 */
public final class CapturedLog implements AutoCloseable {
  private final Map<Logger, Level> before = new LinkedHashMap<>();
  private final Queue<String> lines = new ConcurrentLinkedQueue<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          lines.add(line(event));
        }
      };

  /**
   * Begins to capture.
   *
   * @param level the least level of all loggers
   */
  public CapturedLog(Level level) {
    appender.start();
    with(Logger.ROOT_LOGGER_NAME, level);
    logger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
  }

  /** Another level for the loggers below this name. */
  public CapturedLog with(String name, Level level) {
    before.putIfAbsent(logger(name), logger(name).getLevel());
    logger(name).setLevel(level);
    return this;
  }

  private static Logger logger(String name) {
    return (Logger) LoggerFactory.getLogger(name);
  }

  private static String line(ILoggingEvent event) {
    return event.getLoggerName()
        + " "
        + event.getThreadName()
        + " "
        + event.getMDCPropertyMap()
        + " "
        + event.getFormattedMessage()
        + (event.getThrowableProxy() == null
            ? ""
            : "\n" + ThrowableProxyUtil.asString(event.getThrowableProxy()));
  }

  /** An entry for each event; each begins with the name of its logger. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  public void clear() {
    lines.clear();
  }

  @Override
  public void close() {
    logger(Logger.ROOT_LOGGER_NAME).detachAppender(appender);
    before.forEach(Logger::setLevel);
  }
}
