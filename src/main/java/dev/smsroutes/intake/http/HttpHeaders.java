package dev.smsroutes.intake.http;

import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Lets no header, query parameter or form field of a caller in, and only {@code Retry-After},
 * {@code Preference-Applied} and {@code traceresponse} out. (Camel itself adds the status, and the
 * length and type of the content.) {@link HttpIntake} reads {@code Prefer} from the request itself:
 * if it were let in here, a query parameter of that name would get in as well.
 *
 * <p>The allow-list is empty, so a name in another case cannot bypass it (CVE-2025-27636,
 * CVE-2025-29891, CVE-2026-40453), and no inbound header is echoed or passed on. Thread-safe.
 */
public final class HttpHeaders implements HeaderFilterStrategy {
  @Override
  public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
    return true;
  }

  @Override
  public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
    return !name.equalsIgnoreCase("Retry-After")
        && !name.equalsIgnoreCase("Preference-Applied")
        && !name.equalsIgnoreCase(TrackingHeaders.TRACERESPONSE);
  }
}
