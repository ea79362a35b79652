package dev.smsroutes.app;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.model.PlainText;
import java.time.Instant;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of the log as one object of JSON: {@code time}, {@code level}, {@code logger}, {@code
 * message}, for a failure {@code stack}, and each {@code name=value} of the bundle's own lines as a
 * field of its own. So a line is written once in the code, and no field can be missing here.
 * Thread-safe.
 */
public final class JsonLogLayout extends LayoutBase<ILoggingEvent> {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String OURS = "dev.smsroutes";
  private static final Set<String> TAKEN = Set.of("time", "level", "logger", "message", "stack");

  /** In the message as it was written in the code, where {@code {}} stands for an argument. */
  private static final Pattern PLACE =
      Pattern.compile(
          "(?:^|(?<=\\s))(?<name>[A-Za-z][A-Za-z0-9-]{0,39})="
              + "(?:\"?\\{\\}\"?|(?<constant>[A-Za-z0-9.-]+))|\\{\\}");

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
      line.put("stack", ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
    try {
      return JSON.writeValueAsString(line) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree can always be written", e);
    }
  }

  private static void fields(String template, Object[] arguments, ObjectNode line) {
    Matcher place = PLACE.matcher(template);
    int argument = 0;
    while (place.find()) {
      boolean constant = place.group("constant") != null;
      Object value =
          constant
              ? place.group("constant")
              : arguments != null && argument < arguments.length ? arguments[argument] : null;
      argument += constant ? 0 : 1;
      if (place.group("name") != null) {
        put(place.group("name"), value, line);
      } else if (value instanceof String added) {
        Matcher pair = ADDED.matcher(added);
        if (pair.matches()) {
          put(pair.group("name"), pair.group("value"), line);
        }
      }
    }
  }

  private static void put(String name, Object value, ObjectNode line) {
    if (TAKEN.contains(name) || line.has(name) || value == null) {
      return;
    }
    if (value instanceof Long || value instanceof Integer) {
      line.put(name, ((Number) value).longValue());
    } else if (value instanceof Boolean yes) {
      line.put(name, yes);
    } else {
      line.put(name, PlainText.of(value.toString()));
    }
  }
}
