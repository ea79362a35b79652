package dev.smsroutes.throttle;

/**
 * A message that got a permit.
 *
 * @param number counts all departures from 1, which orders them with other events
 * @param priority its priority
 * @param at its time, in nanoseconds
 */
record Departure(long number, Priority priority, long at) {}
