package dev.smsroutes.pipeline;

import java.util.function.Predicate;
import org.apache.camel.Processor;

/**
 * A step of the pipeline as a plain method, and what makes a node of a Camel route of it.
 *
 * @param <T> what the step deals with
 */
@FunctionalInterface
interface Step<T> {
  void on(T subject) throws Exception;

  /** A node for all that an intake handed over at once. */
  static Processor sends(Step<Sends> step) {
    return exchange -> step.on(ExchangeAdapter.sends(exchange));
  }

  /** A node for one call. */
  static Processor call(Step<ApiCall> step) {
    return exchange -> step.on(ExchangeAdapter.call(exchange));
  }

  /** A node for either. */
  static Processor group(Step<Group> step) {
    return exchange -> step.on(ExchangeAdapter.group(exchange));
  }

  /** A condition on all that an intake handed over at once. */
  static org.apache.camel.Predicate whenSends(Predicate<Sends> condition) {
    return exchange -> condition.test(ExchangeAdapter.sends(exchange));
  }

  /** A condition on a call. */
  static org.apache.camel.Predicate when(Predicate<ApiCall> condition) {
    return exchange -> condition.test(ExchangeAdapter.call(exchange));
  }
}
