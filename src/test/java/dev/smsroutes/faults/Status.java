package dev.smsroutes.faults;

import dev.smsroutes.faults.Told.State;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Asks the gateway what has become of a request. Thread-safe. */
final class Status {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String WHERE = "status";

  private final Web web = new Web();
  private final Notebook notebook;
  private final UnaryOperator<String> urlOf;

  /**
   * @param urlOf where a key is asked after
   */
  Status(Notebook notebook, UnaryOperator<String> urlOf) {
    this.notebook = notebook;
    this.urlOf = urlOf;
  }

  /**
   * Asks once, and notes what is told.
   *
   * @return whether it was an outcome
   */
  boolean ask(Request request) {
    try {
      Web.Answer answer = web.get(urlOf.apply(request.key()), PATIENCE);
      if (answer.status() != 200) {
        notebook.count("status " + answer.status());
        return false;
      }
      Optional<Told> told = told(answer);
      told.ifPresent(outcome -> notebook.told(request, outcome));
      return told.isPresent();
    } catch (IOException e) {
      notebook.count("status without an answer");
      return false;
    }
  }

  /** The gateway's own word, else the API's event; empty while it is under way. */
  private static Optional<Told> told(Web.Answer answer) {
    String event = answer.body().path("eventCategoryType").asText("");
    String shown = event.substring(event.lastIndexOf('.') + 1);
    return switch (answer.body().path("outcome").asText(shown)) {
      case "ACCEPTED", "ACCEPTED_EARLIER", "SmsSent", "SmsDelivered" ->
          Optional.of(Told.accepted(WHERE));
      case "REFUSED", "DUPLICATE", "SmsNotSent" -> Optional.of(Told.refused(answer.code(), WHERE));
      case "PARKED" -> Optional.of(new Told(State.PARKED, answer.code(), WHERE));
      default -> Optional.empty();
    };
  }
}
