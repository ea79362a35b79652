package dev.smsroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The scripted faults; the first one that applies to a call is used. Thread-safe. */
final class FaultScript {
  private static final int MAX_FAULTS = 1000;

  private volatile List<ScriptedFault> script = List.of();

  /** Replaces all faults, or none if one of the new ones is faulty. */
  void replace(JsonNode document) throws Doc.InvalidDocumentException {
    if (!document.isArray()) {
      throw new Doc.InvalidDocumentException(
          "faults: expected an array; got " + Doc.shown(document));
    }
    if (document.size() > MAX_FAULTS) {
      throw new Doc.InvalidDocumentException(
          "faults: expected up to " + MAX_FAULTS + "; got " + document.size());
    }
    List<ScriptedFault> faults = new ArrayList<>();
    for (JsonNode node : document) {
      faults.add(new ScriptedFault("faults[" + faults.size() + "]", node));
    }
    script = List.copyOf(faults);
  }

  Optional<ScriptedFault> next(Incoming call) {
    return script.stream().filter(fault -> fault.takes(call)).findFirst();
  }

  ArrayNode toJson() {
    ArrayNode shown = Json.MAPPER.createArrayNode();
    script.forEach(fault -> shown.add(fault.toJson()));
    return shown;
  }
}
