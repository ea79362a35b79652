package dev.smsroutes.config;

/**
 * Where a server listens.
 *
 * @param host an address of this machine, or a name of one
 * @param port 0 for any free one
 */
public record Address(String host, int port) {}
