package dev.smsroutes.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/**
 * One thing that was looked at.
 *
 * @param what its name, the same in each run
 * @param state how it is
 * @param found in words, without secrets and personal data
 * @param todo what to do; empty if there is nothing to do
 */
record Finding(String what, State state, String found, String todo) {
  static final List<String> TITLES = List.of("what", "state", "found", "what to do");

  private static final JsonMapper JSON = JsonMapper.builder().build();

  enum State {
    OK,
    WARN,
    FAIL;

    /** As people and programs read it. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Finding ok(String what, String found) {
    return new Finding(what, State.OK, found, "");
  }

  static Finding warn(String what, String found, String todo) {
    return new Finding(what, State.WARN, found, todo);
  }

  static Finding fail(String what, String found, String todo) {
    return new Finding(what, State.FAIL, found, todo);
  }

  List<String> cells() {
    return List.of(
        what, state.word(), DisplayText.text(found), todo.isEmpty() ? "-" : DisplayText.text(todo));
  }

  ObjectNode json() {
    return JSON.createObjectNode()
        .put("what", what)
        .put("state", state.word())
        .put("found", DisplayText.text(found))
        .put("todo", DisplayText.text(todo));
  }
}
