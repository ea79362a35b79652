package dev.smsroutes.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may read a new file, by its folder. */
@DisabledOnOs(OS.WINDOWS)
class PrivateFilesTest {
  @TempDir private Path home;

  @ParameterizedTest
  @CsvSource({
    // the folder,  a file in it
    "rwx------, rw-------",
    "rwxr-x---, rw-r-----",
    "rwxrwx---, rw-r-----",
    "rwxr-xr-x, rw-r--r--",
    // To enter is not to read.
    "rwx--x--x, rw-------",
    // Others drop files here, which this process has to read.
    "rwx-wx-wx, rw-r--r--",
  })
  void a_file_is_for_those_who_share_its_folder(String folder, String file) throws IOException {
    Path shared = Files.createDirectory(home.resolve("shared"));
    Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString(folder));

    PrivateFiles.write(shared.resolve("file"), new byte[] {1});
    PrivateFiles.write(shared.resolve("file"), new byte[] {2});

    assertThat(permissions(shared.resolve("file"))).isEqualTo(file);
    assertThat(shared.resolve("file")).hasBinaryContent(new byte[] {2});
    assertThat(permissions(shared)).isEqualTo(folder);
  }

  @Test
  void new_folders_are_for_their_owner_alone_and_existing_ones_stay() throws IOException {
    Path open = Files.createDirectory(home.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));

    PrivateFiles.createFolders(open.resolve("a/b"));
    PrivateFiles.createFolders(open);
    Path link = Files.createSymbolicLink(home.resolve("link"), open);
    PrivateFiles.createFolders(link);

    assertThat(permissions(open)).isEqualTo("rwxr-xr-x");
    assertThat(permissions(open.resolve("a"))).isEqualTo("rwx------");
    assertThat(permissions(open.resolve("a/b"))).isEqualTo("rwx------");
  }

  @Test
  void never_writes_or_shares_through_a_link() throws IOException {
    Path secret = Files.writeString(home.resolve("secret"), "s");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    Path shared = Files.createDirectory(home.resolve("shared"));
    Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path link = Files.createSymbolicLink(shared.resolve("file"), secret);

    assertThatThrownBy(() -> PrivateFiles.shareAsFolder(link)).isInstanceOf(IOException.class);
    PrivateFiles.write(link, new byte[] {1});

    assertThat(permissions(secret)).isEqualTo("rw-------");
    assertThat(secret).hasContent("s");
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
