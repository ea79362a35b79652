package dev.smsroutes.faults;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What the processes of an experiment consist of. */
final class ClassPaths {
  /** The runtime class path of the product; without it, that of the tests without the tests. */
  static final String PROPERTY = "sms.faults.classpath";

  private ClassPaths() {}

  /** The product as a site has it, as far as that is known. */
  static String product() {
    String given = System.getProperty(PROPERTY, "");
    return given.isEmpty()
        ? absolute(withTests(), entry -> !entry.endsWith("test-classes"))
        : absolute(given, entry -> true);
  }

  static String withTests() {
    return absolute(System.getProperty("java.class.path"), entry -> true);
  }

  /** The processes have working directories of their own. */
  private static String absolute(String classPath, Predicate<String> wanted) {
    return Arrays.stream(classPath.split(File.pathSeparator))
        .filter(wanted)
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
