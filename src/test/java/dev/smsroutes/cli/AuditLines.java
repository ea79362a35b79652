package dev.smsroutes.cli;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.smsroutes.audit.Audit;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What the commands of a test say in the audit log. */
final class AuditLines implements AutoCloseable {
  /** How each of their lines begins. */
  static final String WHO = "who=\"user:" + System.getProperty("user.name") + "\" ";

  private final Logger audit = (Logger) LoggerFactory.getLogger(Audit.LOGGER);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  AuditLines() {
    lines.start();
    audit.addAppender(lines);
  }

  List<String> said() {
    return List.copyOf(lines.list).stream()
        .map(ILoggingEvent::getFormattedMessage)
        .filter(line -> line.startsWith("who=\"user:"))
        .toList();
  }

  @Override
  public void close() {
    audit.detachAppender(lines);
  }
}
