package dev.smsroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The script of troubles: the first one that meets a call has it. Thread-safe. */
final class FaultScript {
  private static final int MOST = 1000;

  private volatile List<ScriptedFault> script = List.of();

  /** Replaces them all, or none when one is not well written. */
  void replace(JsonNode document) throws Doc.Bad {
    if (!document.isArray()) {
      throw new Doc.Bad("faults: expected an array, came " + Doc.shown(document));
    }
    if (document.size() > MOST) {
      throw new Doc.Bad("faults: expected up to " + MOST + ", came " + document.size());
    }
    List<ScriptedFault> faults = new ArrayList<>();
    for (JsonNode node : document) {
      faults.add(new ScriptedFault("faults[" + faults.size() + "]", node));
    }
    script = List.copyOf(faults);
  }

  Optional<ScriptedFault> next(Incoming call) {
    for (ScriptedFault fault : script) {
      if (fault.meets(call)) {
        return Optional.of(fault);
      }
    }
    return Optional.empty();
  }

  ArrayNode toJson() {
    ArrayNode shown = Json.MAPPER.createArrayNode();
    script.forEach(fault -> shown.add(fault.toJson()));
    return shown;
  }
}
