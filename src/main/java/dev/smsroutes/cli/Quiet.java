package dev.smsroutes.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.LoggerFactory;

/**
 * Keeps the log silent while a command prints: what goes wrong is told by the command, in one line.
 */
final class Quiet {
  private final Map<Logger, Level> before = new LinkedHashMap<>();

  private Quiet() {}

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

  void end() {
    before.forEach(Logger::setLevel);
  }
}
