package dev.smsroutes.api;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.support.service.ServiceSupport;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.IdleConnectionEvictor;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * How camel-http talks to the SMS API: what its defaults leave open is decided here.
 *
 * <ul>
 *   <li>No retry of its own: httpclient5 hides one on 429 and 503, and every attempt must be ours.
 *   <li>No redirect, cookie or cached authentication: credentials never follow a redirect
 *       (CVE-2026-85251).
 *   <li>An idle connection is dropped after 4 s, because the API closes it after 5 s (contract,
 *       section 4).
 *   <li>At most 64 KiB of a reply are read, 1 MiB of one to many messages; the connection of a
 *       longer one is given up.
 * </ul>
 *
 * @param connections the most connections at the same time
 * @param connectTimeout for the connection, TLS included
 * @param responseTimeout for a silence of the API after a request
 * @param leaseTimeout for a connection to become free
 * @param proxy what all calls go through; empty: none
 * @param tls whom connections trust; empty: the authorities that Java trusts
 */
public record ApiClient(
    int connections,
    Duration connectTimeout,
    Duration responseTimeout,
    Duration leaseTimeout,
    Optional<ApiProxy> proxy,
    Optional<ApiTls> tls) {
  /** The longest reply body that is read, in bytes. */
  static final int MAX_REPLY = 64 * 1024;

  /** The same for a reply of the bare route, which says something of each of up to 500 messages. */
  static final int MAX_BULK_REPLY = 1024 * 1024;

  private static final TimeValue IDLE = TimeValue.ofSeconds(4);

  /** What every endpoint of the API is called with: statuses are answers, not exceptions. */
  public static final String ENDPOINT_OPTIONS = options("POST");

  /** The same, for a question that changes nothing. */
  public static final String QUESTION_OPTIONS = options("GET");

  /** Without a proxy, and with the authorities that Java trusts. */
  public ApiClient(
      int connections, Duration connectTimeout, Duration responseTimeout, Duration leaseTimeout) {
    this(
        connections,
        connectTimeout,
        responseTimeout,
        leaseTimeout,
        Optional.empty(),
        Optional.empty());
  }

  private static String options(String method) {
    return "?httpMethod=" + method + "&throwExceptionOnFailure=false&copyHeaders=false";
  }

  /** Configures both schemes of a context; to be called before its routes are built. */
  public void install(CamelContext context) {
    PoolingHttpClientConnectionManager pool = pool();
    addEvictor(context, pool);
    for (String scheme : new String[] {"http", "https"}) {
      HttpComponent component = context.getComponent(scheme, HttpComponent.class);
      component.setAutomaticRetriesDisabled(true);
      component.setRedirectHandlingDisabled(true);
      component.setCookieManagementDisabled(true);
      component.setAuthCachingDisabled(true);
      component.setContentCompressionDisabled(true);
      component.setClientConnectionManager(pool);
      component.setHttpClientConfigurer(this::configure);
    }
  }

  /** The client would not do it: Camel tells it that the pool is shared. */
  private static void addEvictor(CamelContext context, PoolingHttpClientConnectionManager pool) {
    IdleConnectionEvictor evictor =
        new IdleConnectionEvictor(pool, TimeValue.ofMilliseconds(500), IDLE);
    try {
      context.addService(
          new ServiceSupport() {
            @Override
            protected void doStart() {
              evictor.start();
            }

            @Override
            protected void doStop() {
              evictor.shutdown();
            }
          });
    } catch (Exception e) {
      throw RuntimeCamelException.wrapRuntimeCamelException(e);
    }
  }

  private PoolingHttpClientConnectionManager pool() {
    PoolingHttpClientConnectionManagerBuilder pool =
        PoolingHttpClientConnectionManagerBuilder.create();
    tls.ifPresent(files -> pool.setTlsSocketStrategy(files.strategy()));
    return pool
        // The strict pool has one lock for all, which a thousand senders feel.
        .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
        .setMaxConnPerRoute(connections)
        .setMaxConnTotal(connections)
        .setDefaultConnectionConfig(
            ConnectionConfig.custom()
                .setConnectTimeout(Timeout.of(connectTimeout))
                .setSocketTimeout(Timeout.of(responseTimeout))
                .build())
        .build();
  }

  private void configure(HttpClientBuilder client) {
    client.setDefaultRequestConfig(
        RequestConfig.custom()
            .setConnectionRequestTimeout(Timeout.of(leaseTimeout))
            .setResponseTimeout(Timeout.of(responseTimeout))
            .setRedirectsEnabled(false)
            .setExpectContinueEnabled(false)
            .build());
    proxy.ifPresent(known -> known.install(client));
    client.setUserAgent("sms-routes");
    client.setKeepAliveStrategy((response, context) -> IDLE);
    client.addExecInterceptorFirst("sms-bounded-reply", ApiClient::bounded);
  }

  private static ClassicHttpResponse bounded(
      ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
      throws IOException, HttpException {
    ClassicHttpResponse response = chain.proceed(request, scope);
    HttpEntity entity = response.getEntity();
    if (entity == null) {
      return response;
    }
    int longest = isOfMany(request) ? MAX_BULK_REPLY : MAX_REPLY;
    byte[] read;
    try (InputStream body = entity.getContent()) {
      long length = entity.getContentLength();
      // As much as is announced: a buffer for the longest would be most of what a call allocates.
      read = body.readNBytes(length >= 0 && length <= longest ? (int) length : longest + 1);
      if (read.length > longest) {
        // Closing it properly would read the rest, however long that is.
        scope.execRuntime.discardEndpoint();
      }
    } catch (IOException e) {
      response.close();
      throw e;
    }
    response.setEntity(
        new ByteArrayEntity(
            read, 0, Math.min(read.length, longest), ContentType.parse(entity.getContentType())));
    return response;
  }

  private static boolean isOfMany(ClassicHttpRequest request) {
    String path = request.getPath();
    return path != null && (path.endsWith("/messages") || path.endsWith("/messages/"));
  }
}
