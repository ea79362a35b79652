package dev.smsroutes.intake.jms;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Which JMS properties become Camel headers, and which headers become properties: those of a list,
 * whatever their case, and no other. Camel's own filter is a deny-list that case variants such as
 * {@code CAmelHttpUri} pass (CVE-2026-40453). Immutable.
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
