package dev.smsroutes.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.LoggerFactory;

/** Silences the log while a command prints: the command itself reports failures, in one line. */
final class Quiet {
  private final Map<Logger, Level> before = new LinkedHashMap<>();

  private Quiet() {}

  /** Changes nothing. */
  static Quiet none() {
    return new Quiet();
  }

  static Quiet begin() {
    Quiet quiet = new Quiet();
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext loggers) {
      loggers.getLoggerList().stream()
          .filter(logger -> logger.getLevel() != null)
          .forEach(logger -> quiet.before.put(logger, logger.getLevel()));
      quiet.before.keySet().forEach(logger -> logger.setLevel(Level.OFF));
    }
    return quiet;
  }

  /** Lets warnings of these loggers through. */
  Quiet except(String... names) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext loggers) {
      for (String name : names) {
        Logger logger = loggers.getLogger(name);
        before.putIfAbsent(logger, logger.getLevel());
        logger.setLevel(Level.WARN);
      }
    }
    return this;
  }

  void end() {
    before.forEach(Logger::setLevel);
  }
}
