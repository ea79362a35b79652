package dev.smsroutes.pipeline;

import dev.smsroutes.definition.Definition;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.template.Template;
import dev.smsroutes.template.TextParts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Makes the text of the message: the request's own or the definition's, with the attributes in
 * their places. Thread-safe.
 *
 * <p>A text with AMPscript or system strings is left to the API: then only its plain placeholders
 * are checked, and no text is forwarded unless the caller gave one (contract, section 5).
 */
final class Substitution {
  private final int maxParts;

  /**
   * @param maxParts the most parts of one message, as the networks count them
   */
  Substitution(int maxParts) {
    this.maxParts = maxParts;
  }

  /**
   * Renders the text.
   *
   * @throws InvalidRequestException if attributes are missing or dangerous, or the text is too long
   */
  void render(InFlight message) {
    SendRequest request = message.request();
    Definition definition = message.definition;
    Map<String, String> attributes = request.recipient().attributes();
    Template template = template(request, definition);

    List<Fault> faults = check(template, request, definition);
    if (!faults.isEmpty()) {
      throw new InvalidRequestException(faults);
    }
    Optional<String> rendered =
        template.leftToApi() ? Optional.empty() : Optional.of(template.render(attributes));
    message.message =
        new Message(
            message.requestId(),
            request.messageKey(),
            definition.key(),
            request.recipient().contactKey(),
            message.number,
            attributes,
            rendered.or(() -> Optional.ofNullable(request.message())),
            request.resubscribe(),
            rendered.map(this::measured).map(OptionalInt::of).orElse(OptionalInt.empty()));
  }

  /** What {@link #render} would refuse, for a request that may be wrong in other ways too. */
  List<Fault> faults(SendRequest request, Optional<Definition> definition) {
    if (definition.isEmpty() || request.recipient() == null) {
      return List.of();
    }
    Map<String, String> attributes = request.recipient().attributes();
    Template template = template(request, definition.get());
    List<Fault> faults = new ArrayList<>(check(template, request, definition.get()));
    if (faults.isEmpty() && !template.leftToApi()) {
      String text = template.render(attributes);
      length(text, TextParts.count(text)).ifPresent(faults::add);
    }
    return faults;
  }

  private static List<Fault> check(Template template, SendRequest request, Definition definition) {
    Map<String, String> attributes = request.recipient().attributes();
    return request.message() == null
        ? template.check(attributes, definition.key())
        : template.check(attributes);
  }

  private static Template template(SendRequest request, Definition definition) {
    return request.message() == null ? definition.template() : Template.parse(request.message());
  }

  /** How many parts the text has. */
  private int measured(String text) {
    TextParts parts = TextParts.count(text);
    length(text, parts)
        .ifPresent(
            fault -> {
              throw new InvalidRequestException(fault);
            });
    return parts.parts();
  }

  private Optional<Fault> length(String text, TextParts parts) {
    if (text.isBlank()) {
      return Optional.of(
          new Fault("content.message", ErrorCode.BAD_VALUE, "Expected a text; got an empty one"));
    }
    if (parts.parts() <= maxParts) {
      return Optional.empty();
    }
    return Optional.of(
        new Fault(
            "content.message",
            ErrorCode.BAD_VALUE,
            "Expected a text of at most "
                + maxParts
                + " parts; got "
                + parts.parts()
                + parts
                    .firstNonGsm()
                    .map(which -> ", each of fewer characters because of " + which)
                    .orElse("")));
  }
}
