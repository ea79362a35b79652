package dev.smsroutes.pipeline;

import dev.smsroutes.api.MessageJson;
import dev.smsroutes.pipeline.ApiCall.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts messages into calls: as few as the limits allow. Thread-safe. */
final class Calls {
  /**
   * The API takes 4 MB (contract, section 4); the rest is for what stands around the recipients.
   */
  static final int MAX_BYTES = 3_900_000;

  /** What one UTF-16 unit of a text can take in JSON: a backslash, u and four digits. */
  private static final int MAX_BYTES_A_UNIT = 6;

  private final int recipientsPerCall;

  /**
   * @param recipientsPerCall how many messages one call may have
   */
  Calls(int recipientsPerCall) {
    this.recipientsPerCall = recipientsPerCall;
  }

  /** Plans the calls for all messages that have no outcome yet. */
  void plan(Sends sends) {
    sends.next(of(sends));
  }

  private List<ApiCall> of(Sends sends) {
    List<InFlight> open = sends.open();
    if (open.size() <= 1 || recipientsPerCall == 1) {
      return open.stream().map(message -> ApiCall.of(sends, message)).toList();
    }
    List<Draft> drafts = new ArrayList<>();
    Map<Kind, Draft> filling = new LinkedHashMap<>();
    for (InFlight message : open) {
      Kind kind = Kind.of(message.message);
      byte[] recipient = MessageJson.recipientOfMany(message.message, kind.content());
      Draft draft = filling.get(kind);
      if (draft == null || !draft.hasRoom(recipient, recipientsPerCall)) {
        draft = new Draft(kind);
        filling.put(kind, draft);
        drafts.add(draft);
      }
      draft.add(message, recipient);
    }
    return drafts.stream().map(draft -> draft.call(sends)).toList();
  }

  /**
   * Plans calls of one message each, for those that a shared call left without an outcome. They go
   * on under the claims that they have; the first waits for the back-off of all.
   */
  void planUnclear(ApiCall shared) {
    List<ApiCall> calls = new ArrayList<>();
    for (InFlight message : shared.open()) {
      ApiCall call = ApiCall.of(shared.sends(), message);
      // A call that was refused as a whole was no attempt of this message.
      call.attempts = message.uncertain() ? 1 : 0;
      call.backOff = calls.isEmpty() ? shared.backOff : Duration.ZERO;
      calls.add(call);
    }
    shared.sends().next(calls);
  }

  /** A call that is being filled. */
  private static final class Draft {
    private final Kind kind;
    private final List<InFlight> messages = new ArrayList<>();
    private final List<byte[]> recipients = new ArrayList<>();
    private int bytes;

    Draft(Kind kind) {
      this.kind = kind;
      this.bytes = kind.content().map(content -> MAX_BYTES_A_UNIT * content.length()).orElse(0);
    }

    boolean hasRoom(byte[] recipient, int most) {
      return messages.size() < most && bytes + recipient.length + 1 <= MAX_BYTES;
    }

    void add(InFlight message, byte[] recipient) {
      messages.add(message);
      recipients.add(recipient);
      bytes += recipient.length + 1;
    }

    ApiCall call(Sends sends) {
      return messages.size() == 1
          ? ApiCall.of(sends, messages.get(0))
          : ApiCall.of(sends, kind, messages, recipients);
    }
  }
}
