package dev.smsroutes.pipeline;

import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.ledger.Ledger;
import dev.smsroutes.ledger.Ledger.Settlement;
import dev.smsroutes.ledger.Submission;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.SendItem;
import dev.smsroutes.model.SendRequest;
import jakarta.validation.ConstraintViolation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of {@link SendManyRoute}: each is the step of {@link SendRoute} of the same name, for
 * many requests in a loop instead of an exchange for each of them. There is no rule in here: what a
 * step means is said where {@code SendRoute} finds it too. A step that is new there belongs here as
 * well, in the same place.
 *
 * <p>Thread-safe: all state is in the exchange's properties.
 */
public final class ManySteps {
  private static final Logger LOG = LoggerFactory.getLogger(ManySteps.class);

  private static final long LONGEST_BACK_OFF_MS = 2_000;

  private final Constraints constraints = new Constraints();
  private final OutcomeLog outcomeLog;
  private final Enrichment enrichment;
  private final Substitution substitution;
  private final Refusal refusal;
  private final ContactPolicySteps contactPolicySteps;
  private final LedgerSteps ledgerSteps;
  private final Ledger ledger;
  private final StatusTable table;
  private final int recipientsPerCall;

  ManySteps(
      OutcomeLog outcomeLog,
      Enrichment enrichment,
      Substitution substitution,
      Refusal refusal,
      ContactPolicySteps contactPolicySteps,
      LedgerSteps ledgerSteps,
      Ledger ledger,
      StatusTable table,
      int recipientsPerCall) {
    this.outcomeLog = outcomeLog;
    this.enrichment = enrichment;
    this.substitution = substitution;
    this.refusal = refusal;
    this.contactPolicySteps = contactPolicySteps;
    this.ledgerSteps = ledgerSteps;
    this.ledger = ledger;
    this.table = table;
    this.recipientsPerCall = recipientsPerCall;
  }

  /** Notes the requests and gives the handling of each an id. */
  public void begin(Exchange exchange) {
    exchange.removeProperties(SendState.ALL);
    exchange.setProperty(SendState.BEGAN, exchange.getClock().elapsed());
    exchange.setProperty(SendState.MANY, new Many(items(exchange)));
    exchange.getMessage().setBody(null);
  }

  /** An intake that hands over anything else has a fault in its route; it gets outcomes too. */
  private static List<Item> items(Exchange exchange) {
    List<Item> items = new ArrayList<>();
    if (exchange.getMessage().getBody() instanceof List<?> handedOver) {
      for (Object each : handedOver) {
        items.add(
            each instanceof SendItem item
                ? new Item(item.request(), item.origin())
                : new Item(nothing(exchange, each), Origin.of(exchange.getFromRouteId(), "")));
      }
    } else {
      nothing(exchange, exchange.getMessage().getBody());
    }
    return items;
  }

  private static SendRequest nothing(Exchange exchange, Object came) {
    LOG.error(
        "route={} handed over a {}, expected a list of SendItem",
        exchange.getFromRouteId(),
        came == null ? "null" : came.getClass().getName());
    return new SendRequest(null, null, null, null);
  }

  /** What {@code bean-validator} checks. */
  public void validate(@ExchangeProperty(SendState.MANY) Many many) {
    each(
        many,
        item -> {
          Set<ConstraintViolation<SendRequest>> violations = constraints.violations(item.request);
          if (!violations.isEmpty()) {
            refuse(item, refusal.invalid(violations, item.request, item.requestId));
          }
        });
  }

  public void enrich(@ExchangeProperty(SendState.MANY) Many many) {
    each(many, item -> item.enriched = enrichment.enrich(item.request));
  }

  public void render(@ExchangeProperty(SendState.MANY) Many many) {
    each(many, item -> item.message = substitution.render(item.enriched, item.requestId));
  }

  public void refuseSuppressed(@ExchangeProperty(SendState.MANY) Many many) {
    each(many, item -> contactPolicySteps.refuseSuppressed(item.message));
  }

  /** Does it to each request that no step has ended; one that it refuses ends there. */
  private void each(Many many, Consumer<Item> step) {
    for (Item item : many.items()) {
      if (item.isOpen()) {
        try {
          step.accept(item);
        } catch (InvalidRequestException e) {
          refuse(item, refusal.explain(e, item.request, item.requestId));
        } catch (RuntimeException e) {
          // A fault of ours with this one holds up no other.
          item.outcome = outcomeLog.failed(item.request, item.requestId, false, e);
        }
      }
    }
  }

  private void refuse(Item item, Outcome refused) {
    item.outcome = ledgerSteps.refused(refused, item.request);
  }

  /** Claims the keys that are new; the others go the way of single requests. */
  public void admit(@ExchangeProperty(SendState.MANY) Many many) {
    List<Item> asked = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    for (Item item : many.items()) {
      if (item.isOpen()) {
        if (keys.add(item.message.messageKey())) {
          asked.add(item);
        } else {
          item.known = true;
        }
      }
    }
    List<Optional<Claim>> claims =
        ledger.admitNew(
            asked.stream()
                .map(item -> new Submission(item.message, item.request, item.origin))
                .toList());
    for (int i = 0; i < asked.size(); i++) {
      asked.get(i).claim = claims.get(i).orElse(null);
      asked.get(i).known = claims.get(i).isEmpty();
    }
  }

  /** Those that were admitted and have to wait for the window end for now. */
  public void hold(Exchange exchange) {
    for (Item item : many(exchange).those(Item::isOpen)) {
      contactPolicySteps
          .heldBack(item, ThrottleSteps.isBatch(exchange))
          .ifPresent(held -> item.outcome = held);
    }
  }

  /** Those that travel together; one that finds no company goes alone. */
  public List<Call> calls(@ExchangeProperty(SendState.MANY) Many many) {
    List<Call> together = new ArrayList<>();
    for (Call call : Call.of(many.those(Item::isOpen), recipientsPerCall)) {
      if (call.items().size() > 1) {
        together.add(call);
      } else {
        call.items().get(0).alone = true;
      }
    }
    return together;
  }

  /** Records the outcomes that calls gave, before anybody is told. */
  public void settle(Exchange exchange) {
    List<Item> ended =
        many(exchange).those(item -> item.claim != null && item.outcome != null && !item.alone);
    List<Outcome> stand =
        ledger.settle(
            ended.stream()
                .map(item -> new Settlement(item.claim, ledgerSteps.last(exchange, item.outcome)))
                .toList());
    for (int i = 0; i < ended.size(); i++) {
      ended.get(i).outcome = stand.get(i);
      ended.get(i).claim = null;
    }
  }

  /** How long to wait before messages are repeated that a call may have taken, in milliseconds. */
  public long backOff(@ExchangeProperty(SendState.MANY) Many many) {
    // A stop has to wait for it; those that are repeated have back-offs of their own.
    return Math.min(LONGEST_BACK_OFF_MS, many.backOff().toMillis());
  }

  public List<Item> alone(@ExchangeProperty(SendState.MANY) Many many) {
    return many.those(item -> item.alone && item.claim != null);
  }

  /** Its claim goes on, and so does its doubt. */
  public void beginAlone(Exchange exchange) {
    Item item = exchange.getMessage().getBody(Item.class);
    boolean maybeTaken = item.outcome != null && item.outcome.state() == Outcome.State.UNCERTAIN;
    exchange.setProperty(SendState.ITEM, item);
    exchange.setProperty(SendState.REQUEST, item.request);
    exchange.setProperty(SendState.REQUEST_ID, item.requestId);
    exchange.setProperty(SendState.MESSAGE, item.message);
    exchange.setProperty(SendState.CLAIM, item.claim);
    exchange.setProperty(SendState.UNCERTAIN, maybeTaken);
    // A call that was refused as a whole was no attempt of this message.
    exchange.setProperty(SendState.ATTEMPTS, maybeTaken ? 1 : 0);
  }

  public List<Item> known(@ExchangeProperty(SendState.MANY) Many many) {
    return many.those(item -> item.known && item.outcome == null);
  }

  public void beginKnown(Exchange exchange) {
    Item item = exchange.getMessage().getBody(Item.class);
    exchange.setProperty(SendState.ITEM, item);
    exchange.setProperty(Origin.PROPERTY, item.origin);
    // What is handed over with others is sent, not queued.
    exchange.removeProperty(SendState.QUEUED);
    exchange.getMessage().setBody(item.request);
  }

  /** What became of one that went alone. */
  public void took(Exchange exchange) {
    Item item = exchange.getProperty(SendState.ITEM, Item.class);
    item.outcome = exchange.getMessage().getBody(Outcome.class);
    item.alone = false;
    item.claim = null;
  }

  /** The ledger cannot be written: nothing must be told that it does not hold. */
  public void unrecorded(@ExchangeProperty(SendState.MANY) Many many) {
    for (Item item : many.items()) {
      if (item.claim != null || item.isOpen()) {
        item.outcome =
            table.unrecorded(item.requestId, item.request.messageKey(), item.outcome != null);
      }
    }
  }

  /** A fault of ours: the log gets all of it. */
  public void failed(Exchange exchange) {
    Exception cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
    for (Item item : many(exchange).items()) {
      if (item.claim != null || item.isOpen()) {
        item.outcome = outcomeLog.failed(item.request, item.requestId, item.outcome != null, cause);
      }
    }
  }

  /** Gives the keys free again, whatever went wrong. */
  public void release(@ExchangeProperty(SendState.MANY) Many many) {
    for (Item item : many.items()) {
      if (item.claim != null) {
        item.claim.release();
      }
    }
  }

  /** The body becomes the outcomes, in the order of the requests. */
  public List<Outcome> end(Exchange exchange) {
    Many many = many(exchange);
    for (Item item : many.items()) {
      if (!item.known) {
        outcomeLog.tell(exchange, item.request, item.outcome);
      }
    }
    return many.outcomes();
  }

  static Many many(Exchange exchange) {
    return exchange.getProperty(SendState.MANY, Many.class);
  }
}
