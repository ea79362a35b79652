package dev.smsroutes.pipeline;

import dev.smsroutes.api.MessageJson;
import dev.smsroutes.model.Message;
import dev.smsroutes.pipeline.StatusTable.Sent;
import dev.smsroutes.pipeline.StatusTable.Together;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Messages that travel in one call of the API's bare route: they have one definition, one {@code
 * content} and one {@code subscriptions}. For one thread at a time.
 */
final class Call {
  /**
   * The API takes 4 MB (contract, section 4); the rest is for what stands around the recipients.
   */
  static final int MOST_BYTES = 3_900_000;

  /** What one UTF-16 unit of a text can take in JSON: a backslash, u and four digits. */
  private static final int LONGEST_UNIT = 6;

  /** What all messages of a call have in common. */
  record Kind(String definitionKey, boolean resubscribe, Optional<String> content) {
    static Kind of(Message message) {
      return new Kind(
          message.definitionKey(), message.resubscribe(), MessageJson.contentOfMany(message));
    }
  }

  private final Kind kind;
  private final List<Item> items = new ArrayList<>();
  private final List<byte[]> recipients = new ArrayList<>();
  private int bytes;

  /** What the reply to the last attempt means; null without a reply. */
  Together verdict;

  private Call(Kind kind) {
    this.kind = kind;
    this.bytes = kind.content().map(content -> LONGEST_UNIT * content.length()).orElse(0);
  }

  /**
   * Puts messages into calls: as few as the limits allow. A message that finds no company is a call
   * of one.
   *
   * @param most how many messages one call may have
   */
  static List<Call> of(List<Item> items, int most) {
    List<Call> calls = new ArrayList<>();
    Map<Kind, Call> open = new LinkedHashMap<>();
    for (Item item : items) {
      Kind kind = Kind.of(item.message);
      byte[] recipient = MessageJson.recipientOfMany(item.message, kind.content());
      Call call = open.get(kind);
      if (call == null || !call.hasRoom(recipient, most)) {
        call = new Call(kind);
        open.put(kind, call);
        calls.add(call);
      }
      call.add(item, recipient);
    }
    return calls;
  }

  private boolean hasRoom(byte[] recipient, int most) {
    return items.size() < most && bytes + recipient.length + 1 <= MOST_BYTES;
  }

  private void add(Item item, byte[] recipient) {
    items.add(item);
    recipients.add(recipient);
    bytes += recipient.length + 1;
  }

  List<Item> items() {
    return items;
  }

  /** Takes one out that may not leave with the others. */
  void remove(Item item) {
    int i = items.indexOf(item);
    items.remove(i);
    recipients.remove(i);
  }

  /** The one that speaks for all. */
  Message first() {
    return items.get(0).message;
  }

  List<Sent> sent() {
    return items.stream().map(Item::sent).toList();
  }

  byte[] body() {
    return MessageJson.writeMany(
        kind.definitionKey(), kind.resubscribe(), kind.content(), recipients);
  }

  /** A body may end up in a log by accident. */
  @Override
  public String toString() {
    return "Call[" + items.size() + "]";
  }
}
