package dev.smsroutes.model;

import java.util.List;

/**
 * A request that can never be sent as it is. Carries every fault found, in the order of the fields.
 */
@SuppressWarnings("deprecation") // sites may catch it under its old name for one release
public final class InvalidRequestException extends dev.smsroutes.outcome.InvalidRequestException {
  private static final long serialVersionUID = 1L;

  private final transient List<Fault> faults;

  /**
   * @param faults at least one
   */
  public InvalidRequestException(List<Fault> faults) {
    super(summary(faults));
    this.faults = List.copyOf(faults);
  }

  public InvalidRequestException(Fault fault) {
    this(List.of(fault));
  }

  public List<Fault> faults() {
    return faults;
  }

  private static String summary(List<Fault> faults) {
    if (faults.isEmpty()) {
      throw new IllegalArgumentException("An invalid request has at least one fault");
    }
    return faults.get(0).message();
  }
}
