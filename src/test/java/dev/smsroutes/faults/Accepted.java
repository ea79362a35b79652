package dev.smsroutes.faults;

/**
 * What the API says it accepted: one key of the oracle's record.
 *
 * @param contactKey of the message; the {@link Request#id()} that it stands for
 * @param times how often the key was accepted
 */
record Accepted(String key, String contactKey, int times) {}
