package dev.smsroutes.intake.jms;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class JmsKeysTest {
  @Test
  void a_plain_message_id_can_be_read_in_its_key() {
    assertThat(JmsKeys.ofId("ID:4a337ea1-e773-11f1-8e73-02fc00000001"))
        .isEqualTo("jms-4a337ea1-e773-11f1-8e73-02fc00000001");
  }

  @Property(tries = 300)
  void every_message_id_makes_a_key_that_needs_no_encoding(@ForAll String id) {
    assertThat(JmsKeys.ofId("ID:" + id)).matches("jms-[A-Za-z0-9._-]{1,96}");
    assertThat(JmsKeys.ofId("ID:" + id))
        .isEqualTo(JmsKeys.ofId(id.startsWith("ID:") ? "ID:" + id : id));
  }

  @Property(tries = 300)
  void two_message_ids_never_make_one_key(@ForAll String one, @ForAll String other) {
    Assume.that(!one.equals(other));
    assertThat(JmsKeys.ofId("ID:" + one)).isNotEqualTo(JmsKeys.ofId("ID:" + other));
  }
}
