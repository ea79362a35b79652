package dev.smsroutes.model;

import java.util.Objects;

/**
 * A send request that is handed over together with others, and where it came from. Immutable.
 *
 * @param request as it would be handed over alone
 * @param origin for the record
 */
public record SendItem(SendRequest request, Origin origin) {
  public SendItem {
    Objects.requireNonNull(request, "request");
    Objects.requireNonNull(origin, "origin");
  }
}
