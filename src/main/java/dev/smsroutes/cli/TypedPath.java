package dev.smsroutes.cli;

import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;

/**
 * A path as somebody typed it: relative to where they are, which is not where this process is when
 * the script of the distribution started it. The script tells in {@link #FROM}.
 */
final class TypedPath implements ITypeConverter<Path> {
  /** The system property that says where a relative path begins. */
  static final String FROM = "smsroutes.from";

  @Override
  public Path convert(String typed) {
    return Path.of(System.getProperty(FROM, "")).resolve(typed);
  }
}
