package dev.smsroutes.cli;

import dev.smsroutes.ledger.EntryState;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A state by its name, in upper or lower case. */
final class StateOption implements ITypeConverter<EntryState> {
  @Override
  public EntryState convert(String text) {
    return Arrays.stream(EntryState.values())
        .filter(state -> state.name().equals(text.strip().toUpperCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "expected "
                        + Arrays.stream(EntryState.values())
                            .map(EntryState::name)
                            .collect(Collectors.joining(", "))
                        + "; got '"
                        + text
                        + "'"));
  }
}
