package dev.smsroutes.batch.overview;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.batch.overview.InboxAges.InboxState;
import dev.smsroutes.batch.overview.InboxAges.Oldest;
import dev.smsroutes.batch.overview.Untaken.UntakenReason;
import dev.smsroutes.batch.result.FileControl;
import dev.smsroutes.testing.SettableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InboxAgesTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir private Path inbox;

  private final SettableClock clock = new SettableClock();
  private Set<String> underWay = Set.of();
  private InboxAges ages;

  @BeforeEach
  void open() {
    ages = new InboxAges(inbox, clock, () -> underWay);
  }

  @Test
  void counts_from_when_a_file_was_seen_first_whatever_its_own_time_is() throws IOException {
    Path file = old("old.csv");

    assertThat(later(Duration.ZERO).oldest()).map(Oldest::age).contains(Duration.ZERO);
    assertThat(later(MINUTE).oldest()).contains(new Oldest("old.csv", MINUTE, Optional.empty()));

    Files.delete(file);
    assertThat(later(MINUTE)).isEqualTo(new InboxState(Optional.empty(), Optional.empty()));
  }

  @Test
  void does_not_count_what_is_sent_or_paused_hidden_or_a_folder() throws IOException {
    underWay = Set.of("sent.csv");
    old("sent.csv");
    FileControl.PAUSE.give(old("paused.csv"));
    old(".hidden");
    Files.createDirectory(inbox.resolve("folder"));
    later(Duration.ZERO);

    assertThat(later(MINUTE).oldest()).isEmpty();
  }

  @Test
  void a_file_that_is_tried_again_and_again_grows_old() throws IOException {
    old("list.csv");
    later(Duration.ZERO);
    underWay = Set.of("list.csv");
    assertThat(later(MINUTE).oldest()).isEmpty();
    underWay = Set.of();

    assertThat(later(MINUTE).oldest()).map(Oldest::age).contains(MINUTE.multipliedBy(2));
  }

  @Test
  void tells_a_mistake_from_an_upload_under_way() throws IOException {
    old("list.csv.part");
    later(Duration.ZERO);
    Files.createSymbolicLink(inbox.resolve("link.csv"), Path.of("elsewhere.csv"));
    InboxState state = later(MINUTE);

    assertThat(state.mistake()).map(Oldest::name).contains("link.csv");
    assertThat(state.mistake().flatMap(Oldest::why)).contains(UntakenReason.LINK);
    assertThat(state.oldest()).map(Oldest::name).contains("list.csv.part");
  }

  private Path old(String name) throws IOException {
    Path file = Files.writeString(inbox.resolve(name), "a");
    return Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
  }

  private InboxState later(Duration time) throws IOException {
    clock.forward(time);
    return ages.look();
  }
}
