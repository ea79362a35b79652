package dev.smsroutes.intake.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.spi.VertxServiceProvider;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class WorkersOnDemandTest {
  @Test
  void is_found_by_the_http_server() {
    assertThat(ServiceLoader.load(VertxServiceProvider.class))
        .hasAtLeastOneElementOfType(WorkersOnDemand.class);
  }

  @Test
  void uses_virtual_threads_only_where_they_do_not_pin() throws Exception {
    ExecutorService workers =
        new WorkersOnDemand().createExecutor(Executors.defaultThreadFactory(), 1, 1);
    try {
      String kind = workers.submit(() -> Thread.currentThread().toString()).get();

      assertThat(kind.startsWith("VirtualThread")).isEqualTo(Runtime.version().feature() >= 24);
    } finally {
      workers.shutdown();
    }
  }
}
