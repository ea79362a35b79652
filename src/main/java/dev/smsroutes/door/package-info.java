/**
 * The door of the HTTP servers: who a caller is, before its body is read, and TLS.
 *
 * <p>Put in front of the routes by {@code app}, as the {@code Entrance} that {@code intake.http}
 * asks for. It knows keys, tokens and certificates; what a caller may send is {@code access}.
 * Threads: event loops, and a few workers for what an issuer of tokens has to be asked.
 */
package dev.smsroutes.door;
