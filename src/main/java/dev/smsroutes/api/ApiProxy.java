package dev.smsroutes.api;

import java.util.Optional;
import java.util.function.Supplier;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.Credentials;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.HttpHost;

/**
 * The HTTP proxy through which the SMS API is called; https goes through it as a tunnel. Immutable.
 *
 * @param host its name or address
 * @param port 1 to 65535
 * @param login what it asks for; empty if it asks for nothing
 */
public record ApiProxy(String host, int port, Optional<Login> login) {
  /**
   * A login of a proxy.
   *
   * @param password asked for with each answer to the proxy, because a file may have a new one
   */
  public record Login(String user, Supplier<String> password) {
    @Override
    public String toString() {
      return "Login[user=" + user + "]";
    }
  }

  void install(HttpClientBuilder client) {
    client.setProxy(new HttpHost("http", host, port));
    login.ifPresent(
        known -> client.setDefaultCredentialsProvider((scope, context) -> answer(known, scope)));
  }

  /** For the proxy only: another server that asks gets nothing. */
  private Credentials answer(Login known, AuthScope scope) {
    return host.equalsIgnoreCase(scope.getHost()) && port == scope.getPort()
        ? new UsernamePasswordCredentials(known.user(), known.password().get().toCharArray())
        : null;
  }
}
