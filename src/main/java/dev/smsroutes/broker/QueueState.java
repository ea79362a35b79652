package dev.smsroutes.broker;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What waits in a queue. Immutable.
 *
 * @param messages how many, those in delivery and those that wait for another delivery included
 * @param ready how many of them do not wait for another delivery; empty if the broker does not tell
 * @param bytes their size; empty if the broker does not tell
 * @param oldest when the oldest of them was sent, by the clock of its sender
 */
public record QueueState(
    long messages, OptionalLong ready, OptionalLong bytes, Optional<Instant> oldest) {}
