package dev.smsroutes.app;

import ch.qos.logback.classic.pattern.MessageConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.smsroutes.model.PlainText;

/** The message of a log line of any library: in one line, by {@link PlainText}. */
public final class LogMessage extends MessageConverter {
  @Override
  public String convert(ILoggingEvent event) {
    return PlainText.of(String.valueOf(super.convert(event)));
  }
}
