package dev.smsroutes.cli;

import dev.smsroutes.batch.format.FileNames;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A path as somebody typed it: relative to where they are, which is not where this process is when
 * the script of the distribution started it. The script tells in {@link #FROM}.
 */
final class TypedPath implements ITypeConverter<Path> {
  /** The system property that says where a relative path begins. */
  static final String FROM = "smsroutes.from";

  @Override
  public Path convert(String typed) {
    try {
      return Path.of(System.getProperty(FROM, "")).resolve(typed);
    } catch (InvalidPathException e) {
      throw new TypeConversionException(
          FileNames.trouble().orElse("Expected a path; got one that this system cannot have"));
    }
  }
}
