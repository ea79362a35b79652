package dev.smsroutes.app;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.AppenderAttachable;
import dev.smsroutes.audit.Audit;
import dev.smsroutes.config.LogFormat;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import org.slf4j.LoggerFactory;

/** Where lines of the log go, and how they are written. Used by the thread that starts. */
public final class LogOutput {
  private static final String TO_PEOPLE =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger %msg%n";

  private LogOutput() {}

  /**
   * From now on the console gets lines of this format. Appenders of a site's own {@code
   * logback.xml} that write elsewhere stay as they are.
   */
  static void use(LogFormat format) {
    if (format == LogFormat.JSON
        && LoggerFactory.getILoggerFactory() instanceof LoggerContext loggers) {
      toJson(loggers.getLogger(Logger.ROOT_LOGGER_NAME), loggers);
    }
  }

  private static void toJson(AppenderAttachable<ILoggingEvent> parent, LoggerContext loggers) {
    for (Iterator<Appender<ILoggingEvent>> all = parent.iteratorForAppenders(); all.hasNext(); ) {
      Appender<ILoggingEvent> each = all.next();
      if (each instanceof ConsoleAppender<ILoggingEvent> console) {
        console.setEncoder(encoder(LogFormat.JSON, loggers));
      } else if (each instanceof AsyncAppender async) {
        toJson(async, loggers);
      }
    }
  }

  private static Encoder<ILoggingEvent> encoder(LogFormat format, LoggerContext loggers) {
    if (format == LogFormat.TEXT) {
      PatternLayoutEncoder text = new PatternLayoutEncoder();
      text.setContext(loggers);
      text.setPattern(TO_PEOPLE);
      text.start();
      return text;
    }
    JsonLogLayout layout = new JsonLogLayout();
    layout.setContext(loggers);
    layout.start();
    LayoutWrappingEncoder<ILoggingEvent> json = new LayoutWrappingEncoder<>();
    json.setContext(loggers);
    json.setLayout(layout);
    // Not that of the system: RFC 8259 knows no other.
    json.setCharset(StandardCharsets.UTF_8);
    json.start();
    return json;
  }

  /**
   * Writes a line of the audit log for a command, whose output may be data for another program: to
   * the standard error, although the log is silent.
   */
  public static void auditOfCommand(LogFormat format, String what, String which, String result) {
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext loggers)) {
      return;
    }
    Logger audit = loggers.getLogger(Audit.LOGGER);
    Level before = audit.getLevel();
    boolean additive = audit.isAdditive();
    ConsoleAppender<ILoggingEvent> errors = new ConsoleAppender<>();
    errors.setContext(loggers);
    errors.setTarget("System.err");
    errors.setEncoder(encoder(format, loggers));
    errors.start();
    audit.addAppender(errors);
    audit.setAdditive(false);
    audit.setLevel(Level.INFO);
    try {
      Audit.log(Audit.user(), what, which, result);
    } finally {
      audit.setLevel(before);
      audit.setAdditive(additive);
      audit.detachAppender(errors);
      errors.stop();
    }
  }
}
