package dev.smsroutes.intake.jms;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * An allow-list of the JMS properties that become Camel headers, and of headers that become
 * properties, in any case. Camel's own filter is a deny-list, which case variants such as {@code
 * CAmelHttpUri} bypass (CVE-2026-40453). Immutable.
 */
final class JmsHeaders implements HeaderFilterStrategy {
  private final Set<String> allowed;

  JmsHeaders(Set<String> allowed) {
    this.allowed = allowed.stream().map(JmsHeaders::lower).collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
    return !allowed.contains(lower(name));
  }

  @Override
  public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
    return !allowed.contains(lower(name));
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
