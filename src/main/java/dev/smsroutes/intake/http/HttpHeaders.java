package dev.smsroutes.intake.http;

import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Nothing of a caller's headers, query or form comes in, and nothing but {@code Retry-After} and
 * {@code Preference-Applied} goes out (Camel adds the status, the length and the type of the
 * content itself). {@code Prefer} is read by {@link HttpIntake} where it stands: let in here, a
 * query parameter of that name would come in as well.
 *
 * <p>An allow-list, and an empty one: it cannot be passed by writing a name in another case
 * (CVE-2025-27636, CVE-2025-29891, CVE-2026-40453), and no inbound header is echoed or passed on.
 * Thread-safe.
 */
public final class HttpHeaders implements HeaderFilterStrategy {
  @Override
  public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
    return true;
  }

  @Override
  public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
    return !name.equalsIgnoreCase("Retry-After") && !name.equalsIgnoreCase("Preference-Applied");
  }
}
