package dev.smsroutes.faults;

import java.io.File;
import java.util.Arrays;
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
        ? Arrays.stream(withTests().split(File.pathSeparator))
            .filter(entry -> !entry.endsWith("test-classes"))
            .collect(Collectors.joining(File.pathSeparator))
        : given;
  }

  static String withTests() {
    return System.getProperty("java.class.path");
  }
}
