package dev.smsroutes.broker;

import dev.smsroutes.broker.PortOptions.Tls;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate of the embedded broker, read again when its files change. New connections get the
 * new one; those that are open stay. Thread-safe.
 */
final class PemTls {
  private static final Logger LOG = LoggerFactory.getLogger(PemTls.class);

  private final Tls files;
  private volatile SslContext context;
  private List<Object> read;

  private PemTls(Tls files) {
    this.files = files;
  }

  /**
   * @throws IllegalStateException if a file cannot be read; the message names the keys
   */
  static PemTls open(Tls files) {
    PemTls tls = new PemTls(files);
    try {
      tls.read = tls.state();
      tls.context = tls.load();
      return tls;
    } catch (IOException | RuntimeException e) {
      // The words of a parser may quote a file.
      throw new IllegalStateException(
          "sms.jms.tls.certificate-file, .key-file, .client-ca-file: expected PEM files, with a key"
              + " that is not encrypted; got files that cannot be read as such ("
              + e.getClass().getSimpleName()
              + ")");
    }
  }

  SslHandler handler(ByteBufAllocator allocator) {
    return context.newHandler(allocator);
  }

  /** Reads the files again if they have changed. If they cannot be read, the last ones stay. */
  synchronized void check() {
    try {
      List<Object> now = state();
      if (!now.equals(read)) {
        read = now;
        context = load();
        LOG.info("broker=embedded tls=read again certificate={}", files.certificate());
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn(
          "broker=embedded tls=unreadable certificate={} failure={}; the last certificate stays",
          files.certificate(),
          e.getClass().getSimpleName());
    }
  }

  private List<Object> state() throws IOException {
    List<Object> state = new ArrayList<>();
    List<Path> all = new ArrayList<>(List.of(files.certificate(), files.key()));
    files.clientCa().ifPresent(all::add);
    for (Path file : all) {
      state.add(Files.getLastModifiedTime(file));
      state.add(Files.size(file));
    }
    return state;
  }

  private SslContext load() throws SSLException {
    SslContextBuilder builder =
        SslContextBuilder.forServer(files.certificate().toFile(), files.key().toFile())
            .sslProvider(SslProvider.JDK)
            .protocols("TLSv1.3", "TLSv1.2");
    files
        .clientCa()
        .ifPresent(ca -> builder.trustManager(ca.toFile()).clientAuth(ClientAuth.REQUIRE));
    return builder.build();
  }
}
