package dev.smsroutes.page;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.hc.core5.http.HttpStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells those who look at the page what has changed, by server-sent events. It looks now and then
 * while there is a listener, once for all of them. One who does not take what was written is not
 * written to, so that nothing piles up, and is dropped after a while. A stream ends after ten
 * minutes; the browser opens another, and shows its credentials again. Thread-safe.
 */
final class Events implements AutoCloseable {
  static final int MAX_LISTENERS = 20;

  private static final Logger LOG = LoggerFactory.getLogger(Events.class);
  private static final int TICKS_OF_A_STREAM = 300;

  /** Without news a line all the same, by which a dead connection is noticed. */
  private static final int TICKS_OF_SILENCE = 7;

  /** One that takes nothing for so long is gone. */
  private static final int MAX_MISSED = 15;

  private static final class Listener {
    private final HttpServerResponse response;
    private final Map<String, String> told = new LinkedHashMap<>();
    private int ticks;
    private int silent;
    private int missed;

    Listener(HttpServerResponse response) {
      this.response = response;
    }
  }

  private final Map<String, Callable<ObjectNode>> views;
  private final Answers answers;
  private final Duration period;
  private final List<Listener> listeners = new ArrayList<>();
  private Map<String, String> latest = Map.of();
  private Vertx vertx;
  private long timer;
  private boolean looking;
  private boolean closed;

  /**
   * @param views what is told, by the name of its event
   * @param period between two looks
   */
  Events(Map<String, Callable<ObjectNode>> views, Answers answers, Duration period) {
    this.views = views;
    this.answers = answers;
    this.period = period;
  }

  void listen(RoutingContext request) {
    HttpServerResponse response = request.response();
    Listener listener = new Listener(response);
    if (!add(request.vertx(), listener)) {
      Answers.refuse(
          request,
          HttpStatus.SC_SERVICE_UNAVAILABLE,
          "Expected at most "
              + MAX_LISTENERS
              + " open pages; got one more. Close one: this page goes on by itself");
      return;
    }
    response.closeHandler(gone -> remove(listener));
    response.exceptionHandler(failed -> remove(listener));
    response.setChunked(true).putHeader("Content-Type", "text/event-stream");
    response.write("retry: 3000\n\n");
    welcome(listener);
  }

  /** One more listener costs no look: the last one was a moment ago. */
  private synchronized void welcome(Listener listener) {
    if (latest.isEmpty()) {
      look();
    } else {
      tell(listener);
    }
  }

  private synchronized boolean add(Vertx given, Listener listener) {
    if (closed || listeners.size() >= MAX_LISTENERS) {
      return false;
    }
    if (listeners.isEmpty()) {
      vertx = given;
      timer = vertx.setPeriodic(period.toMillis(), tick -> look());
    }
    listeners.add(listener);
    return true;
  }

  private synchronized void remove(Listener listener) {
    if (listeners.remove(listener) && listeners.isEmpty()) {
      vertx.cancelTimer(timer);
      latest = Map.of();
    }
  }

  synchronized int listeners() {
    return listeners.size();
  }

  private synchronized void look() {
    if (looking || listeners.isEmpty()) {
      return;
    }
    looking = true;
    answers.run(vertx, this::read).onComplete(done -> tell(done.result()));
  }

  private Map<String, String> read() {
    Map<String, String> read = new LinkedHashMap<>();
    views.forEach(
        (name, view) -> {
          try {
            read.put(name, view.call().toString());
          } catch (Exception e) {
            // The page keeps what it shows, and the next look may succeed.
            LOG.debug("The view {} cannot be read", name, e);
          }
        });
    return read;
  }

  private synchronized void tell(Map<String, String> read) {
    looking = false;
    if (read != null && !listeners.isEmpty()) {
      latest = read;
    }
    List.copyOf(listeners).forEach(this::tell);
  }

  private void tell(Listener listener) {
    HttpServerResponse response = listener.response;
    if (++listener.ticks > TICKS_OF_A_STREAM) {
      remove(listener);
      response.end();
      return;
    }
    if (response.writeQueueFull()) {
      if (++listener.missed > MAX_MISSED) {
        remove(listener);
        response.reset();
      }
      return;
    }
    listener.missed = 0;
    StringBuilder text = new StringBuilder();
    latest.forEach(
        (name, json) -> {
          if (!json.equals(listener.told.put(name, json))) {
            text.append("event: ").append(name).append("\ndata: ").append(json).append("\n\n");
          }
        });
    if (text.length() == 0 && ++listener.silent >= TICKS_OF_SILENCE) {
      text.append(": nothing new\n\n");
    }
    if (text.length() > 0) {
      listener.silent = 0;
      response.write(text.toString());
    }
  }

  /** Ends all streams. */
  @Override
  public void close() {
    List<Listener> open;
    synchronized (this) {
      closed = true;
      open = List.copyOf(listeners);
      open.forEach(this::remove);
    }
    open.forEach(listener -> listener.response.end());
  }
}
