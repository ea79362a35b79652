package dev.smsroutes.app;

import static java.util.Collections.emptyIterator;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.model.PlainText;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A line of the log as one object of JSON: {@code time}, {@code level}, {@code logger}, {@code
 * message}, for a failure {@code stack}, and each {@code name=value} of the bundle's own lines as a
 * field of its own: as a number, a truth value, a list or a text. So a line is written once in the
 * code, and costs nothing more as text. Thread-safe.
 */
public final class JsonLogLayout extends LayoutBase<ILoggingEvent> {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String OURS = "dev.smsroutes";
  private static final Set<String> TAKEN = Set.of("time", "level", "logger", "message", "stack");

  /**
   * In the message as it was written in the code, where {@code {}} stands for an argument: a name
   * and its value, which may have several arguments between other characters; or a bare argument.
   */
  private static final Pattern PLACE =
      Pattern.compile(
          "(?:^|(?<=\\s))(?<name>[A-Za-z][A-Za-z0-9_-]{0,39})="
              + "(?:\"(?<quoted>[^\"]*)\"|(?<plain>\\{\\}(?=\\{\\}|\\s|$)|\\S+?(?=[,;:)]*(?:\\s|$))))"
              + "|\\{\\}");

  private static final String ARGUMENT = "{}";

  /** What an argument may add at the end, such as the caller of an outcome. */
  private static final Pattern ADDED = Pattern.compile("^ (?<name>[A-Za-z]{1,40})=(?<value>\\S*)$");

  @Override
  public String doLayout(ILoggingEvent event) {
    ObjectNode line = JSON.createObjectNode();
    line.put("time", Instant.ofEpochMilli(event.getTimeStamp()).toString())
        .put("level", event.getLevel().toString())
        .put("logger", event.getLoggerName())
        .put("message", PlainText.of(String.valueOf(event.getFormattedMessage())));
    if (event.getLoggerName().startsWith(OURS) && event.getMessage() != null) {
      fields(event.getMessage(), event.getArgumentArray(), line);
    }
    if (event.getThrowableProxy() != null) {
      line.put(
          "stack",
          ThrowableProxyUtil.asString(event.getThrowableProxy())
              .lines()
              .map(each -> PlainText.of(each.replace("\t", "    ")))
              .collect(Collectors.joining("\n")));
    }
    try {
      return JSON.writeValueAsString(line) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree can always be written", e);
    }
  }

  private static void fields(String template, Object[] given, ObjectNode line) {
    Iterator<Object> arguments = given == null ? emptyIterator() : Arrays.asList(given).iterator();
    Matcher place = PLACE.matcher(template);
    while (place.find()) {
      if (place.group("name") == null) {
        added(next(arguments), line);
      } else {
        String value = place.group("quoted") == null ? place.group("plain") : place.group("quoted");
        put(place.group("name"), value(value, arguments), line);
      }
    }
  }

  private static Object next(Iterator<Object> arguments) {
    return arguments.hasNext() ? arguments.next() : null;
  }

  private static void added(Object argument, ObjectNode line) {
    if (argument instanceof String text) {
      Matcher pair = ADDED.matcher(text);
      if (pair.matches()) {
        put(pair.group("name"), pair.group("value"), line);
      }
    }
  }

  /** With its own type if it is one argument, else a text. */
  private static Object value(String template, Iterator<Object> arguments) {
    if (template.equals(ARGUMENT)) {
      return next(arguments);
    }
    StringBuilder value = new StringBuilder();
    int from = 0;
    for (int at = template.indexOf(ARGUMENT); at >= 0; at = template.indexOf(ARGUMENT, from)) {
      value.append(template, from, at).append(next(arguments));
      from = at + ARGUMENT.length();
    }
    return value.append(template, from, template.length()).toString();
  }

  private static void put(String name, Object value, ObjectNode line) {
    if (TAKEN.contains(name) || line.has(name) || value == null) {
      return;
    }
    if (value instanceof Long || value instanceof Integer) {
      line.put(name, ((Number) value).longValue());
    } else if (value instanceof BigDecimal number) {
      line.put(name, number);
    } else if (value instanceof Double number) {
      line.put(name, number);
    } else if (value instanceof Boolean yes) {
      line.put(name, yes);
    } else if (value instanceof Collection<?> several) {
      ArrayNode all = line.putArray(name);
      several.forEach(each -> all.add(PlainText.of(String.valueOf(each))));
    } else {
      line.put(name, PlainText.of(value.toString()));
    }
  }
}
