package dev.smsroutes.config;

import java.util.List;

/** The configuration cannot work. The message names every key that is wrong. */
public final class InvalidSettingsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InvalidSettingsException(List<String> faults) {
    super(String.join(System.lineSeparator(), faults));
  }
}
