package dev.smsroutes.throttle;

/**
 * That a message was let through.
 *
 * @param number counts all departures, from 1: tells whether this one was before or after an event
 * @param priority whose it is
 * @param at when, in nanoseconds
 */
record Departure(long number, Priority priority, long at) {}
