package dev.smsroutes.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.smsroutes.watch.BrokenFileException;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeysReaderTest {
  private static final String HASH = Key.hash("secret");

  private static Map<String, Key> read(String json) throws BrokenFileException {
    return KeysJson.read(json.replace('\'', '"').getBytes(UTF_8));
  }

  @Test
  void reads_all_fields() throws BrokenFileException {
    Map<String, Key> keys =
        read(
            "{'keys':[{'id':'shop','hashes':['"
                + HASH
                + "'],'roles':['send','observe'],'rights':{'definitions':['order-*'],"
                + "'countries':['DE','AT'],'ratePerSecond':0.5,'daily':50000,'text':false,"
                + "'premium':true},'created':'2026-01-01T00:00:00Z',"
                + "'expires':'2026-02-01T00:00:00Z','revoked':'2026-01-15T00:00:00Z'}]}");

    Key shop = keys.get("shop");
    assertThat(shop.hashes()).containsExactly(HASH);
    assertThat(shop.roles()).containsExactlyInAnyOrder(Role.SEND, Role.OBSERVE);
    assertThat(shop.rights().definitions()).containsExactly("order-*");
    assertThat(shop.rights().countries()).containsExactlyInAnyOrder("DE", "AT");
    assertThat(shop.rights().rate()).hasValue(0.5);
    assertThat(shop.rights().daily()).hasValue(50_000);
    assertThat(shop.rights().text()).isFalse();
    assertThat(shop.rights().premium()).isTrue();
    assertThat(shop.expires()).contains(Instant.parse("2026-02-01T00:00:00Z"));
    assertThat(shop.revoked()).contains(Instant.parse("2026-01-15T00:00:00Z"));
    assertThat(KeysJson.read(KeysJson.write(keys.values()))).isEqualTo(keys);
  }

  @Test
  void gives_a_caller_without_more_the_role_send_and_no_premium_numbers()
      throws BrokenFileException {
    Key shop = read("{'keys':[{'id':'shop','created':'2026-01-01T00:00:00Z'}]}").get("shop");

    assertThat(shop.hashes()).isEmpty();
    assertThat(shop.roles()).containsExactly(Role.SEND);
    assertThat(shop.rights().text()).isTrue();
    assertThat(shop.rights().premium()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | keys: expected a list; got none",
        "[] | the file: expected an object; got a list",
        "`` | the file: expected an object; got none",
        "{ | expected JSON",
        "{'keys':[],'keys':[]} | expected JSON without a name twice in one object",
        "{'keys':[]} {} | expected JSON",
        "{'keys':[],'key':1} | key: expected one of keys; got an unknown field",
        "{'keys':[7]} | keys[0]: expected an object; got another number",
        "{'keys':[{}]} | keys[0].id: expected 1 to 200 letters",
        "{'keys':[{'id':' a'}]} | keys[0].id: expected 1 to 200 letters",
        "{'keys':[{'id':'a\\n'}]} | keys[0].id: expected 1 to 200 letters",
        "{'keys':[{'id':'a'}]} | keys[0].created: expected a time",
        "{'keys':[{'id':'a','created':'1'},{'id':'a'}]} | keys[1].id: expected an id of its own",
        "{'keys':[{'id':'a','created':'yesterday'}]} | keys[0].created: expected a time",
        "{'keys':[{'id':'a','expires':null}]} | keys[0].expires: expected a time such as 2026-01-31T12:00:00Z; got null",
        "{'keys':[{'id':'a','hashes':['ABC']}]} | keys[0].hashes[0]: expected 64 lower-case hex digits; got another text",
        "{'keys':[{'id':'a','hash':'x'}]} | keys[0].hash: expected one of created, expires",
        "{'keys':[{'id':'a','roles':[]}]} | keys[0].roles: expected at least one",
        "{'keys':[{'id':'a','roles':['admin']}]} | keys[0].roles[0]: expected send, observe or operate",
        "{'keys':[{'id':'a','rights':[]}]} | keys[0].rights: expected an object",
        "{'keys':[{'id':'a','rights':{'country':['DE']}}]} | keys[0].rights.country: expected one of",
        "{'keys':[{'id':'a','rights':{'countries':['XX']}}]} | keys[0].rights.countries[0]: expected an ISO 3166 code",
        "{'keys':[{'id':'a','rights':{'countries':['de']}}]} | keys[0].rights.countries[0]: expected an ISO 3166 code",
        "{'keys':[{'id':'a','rights':{'countries':[]}}]} | keys[0].rights.countries: expected at least one",
        "{'keys':[{'id':'a','rights':{'definitions':'a'}}]} | keys[0].rights.definitions: expected a list",
        "{'keys':[{'id':'a','rights':{'text':'no'}}]} | keys[0].rights.text: expected true or false",
        "{'keys':[{'id':'a','rights':{'daily':1.5}}]} | keys[0].rights.daily: expected a whole number",
        "{'keys':[{'id':'a','rights':{'daily':0}}]} | keys[0].rights.daily: expected a whole number",
        "{'keys':[{'id':'a','rights':{'ratePerSecond':0}}]} | keys[0].rights.ratePerSecond: expected a number from",
        "{'keys':[{'id':'a','rights':{'ratePerSecond':1e400}}]} | keys[0].rights.ratePerSecond: expected a number from"
      })
  void says_where_what_was_expected(String json, String said) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(BrokenFileException.class)
        .hasMessageContaining(said);
  }

  @Test
  void tells_all_faults_at_once_but_no_more_than_fifty() {
    assertThatThrownBy(() -> read("{'keys':[{'id':1,'roles':1,'rights':1}]}"))
        .hasMessageContaining("keys[0].id")
        .hasMessageContaining("keys[0].roles")
        .hasMessageContaining("keys[0].rights")
        .hasMessageContaining("keys[0].created");
    assertThatThrownBy(() -> read("{'keys':[" + "1,".repeat(99) + "1]}"))
        .hasMessageContaining("keys[49]")
        .hasMessageContaining("and 50 more");
  }

  @Test
  void quotes_no_value() {
    String hash = "{'keys':[{'id':'my secret ','hashes':['my secret'],'roles':'my secret'}]}";

    assertThatThrownBy(() -> read(hash)).message().doesNotContain("my secret");
    assertThatThrownBy(() -> read("{'keys': my secret")).message().doesNotContain("my secret");
  }
}
