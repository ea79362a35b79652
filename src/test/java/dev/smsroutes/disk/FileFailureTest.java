package dev.smsroutes.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FileFailureTest {
  static Stream<Arguments> failures() {
    return Stream.of(
        arguments(new NoSuchFileException("d/f"), "'d/f': there is no such file"),
        arguments(new AccessDeniedException("d/f"), "'d/f': this process may not access it"),
        arguments(new NotDirectoryException("d/f"), "'d/f': it is no folder"),
        arguments(
            new FileAlreadyExistsException("d/f"), "'d/f': a file of this name is there already"),
        arguments(new DirectoryNotEmptyException("d/f"), "'d/f': it is a folder that is not empty"),
        arguments(
            new FileSystemException("d/f", null, "No space left on device"),
            "'d/f': No space left on device"),
        arguments(new FileSystemException("d/f"), "'d/f': FileSystemException"),
        arguments(new FileSystemException(null, null, "Disk gone"), "Disk gone"),
        arguments(new IOException("Is a directory"), "Is a directory"),
        arguments(new IOException(), "IOException"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("failures")
  void says_what_the_file_system_refused_and_why(IOException failure, String words) {
    assertThat(FileFailure.words(failure)).isEqualTo(words);
  }
}
