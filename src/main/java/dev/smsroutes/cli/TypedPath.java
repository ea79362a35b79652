package dev.smsroutes.cli;

import dev.smsroutes.batch.format.FileNames;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A path on the command line, relative to the operator's folder. The script of the distribution
 * starts this process in another folder, and passes the operator's in {@link #FROM}.
 */
final class TypedPath implements ITypeConverter<Path> {
  /** The system property with the folder of relative paths. */
  static final String FROM = "smsroutes.from";

  @Override
  public Path convert(String typed) {
    try {
      return Path.of(System.getProperty(FROM, "")).resolve(typed);
    } catch (InvalidPathException e) {
      throw new TypeConversionException(
          FileNames.trouble().orElse("Expected a path that this system can have; got another one"));
    }
  }
}
