package dev.smsroutes.app;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.IThrowableProxy;
import dev.smsroutes.model.PlainText;
import java.util.stream.Collectors;

/** The stack trace below a log line: its lines by {@link PlainText}. */
public final class LogStack extends ThrowableProxyConverter {
  @Override
  protected String throwableProxyToString(IThrowableProxy failure) {
    return super.throwableProxyToString(failure)
        .lines()
        .map(line -> PlainText.of(line.replace("\t", "    ")) + System.lineSeparator())
        .collect(Collectors.joining());
  }
}
