package dev.smsroutes.config;

/**
 * Where a server listens.
 *
 * @param keys the beginning of its keys, {@code sms.http} or {@code sms.management}
 * @param host an address of this machine, or a name of one
 * @param port 0 for any free one
 */
public record Address(String keys, String host, int port) {
  public String portKey() {
    return keys + ".port";
  }
}
