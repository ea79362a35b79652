package dev.smsroutes.faults;

import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;

/**
 * HTTP callers as the contract wants them: each repeats the same request with the same key until it
 * is answered 202 or 400. In queued mode 202 is no outcome yet, so they ask for the status then.
 */
final class HttpCallers implements Traffic {
  private static final String HTTP = "HTTP";
  private static final int MOST_REPEAT_MS = 300;
  private static final int MOST_THINKING_MS = 25;

  /** What the contract knows, besides 202 and 400: to be repeated. */
  private static final Set<Integer> LATER = Set.of(401, 403, 500, 503);

  /** Without a body it is not the gateway's: its server listens some moments before it is there. */
  private static final int NOT_FOUND = 404;

  private final Notebook notebook;
  private final UnaryOperator<String> urlOf;
  private final Status status;
  private final Options options;
  private final Web web = new Web();
  private final Workers callers;
  private final Workers asker;
  private final ConcurrentLinkedQueue<Request> unresolved = new ConcurrentLinkedQueue<>();
  private volatile boolean stopped;

  /**
   * @param queued whether 202 means no more than that it is kept
   * @param answerWithin how long a caller waits for an answer
   * @param patience for how long a caller repeats one request
   * @param longestWait the most that it makes of a Retry-After
   */
  record Options(
      int callers,
      boolean queued,
      Habits habits,
      Duration answerWithin,
      Duration patience,
      Duration longestWait) {
    Options withHabits(Habits other) {
      return new Options(callers, queued, other, answerWithin, patience, longestWait);
    }

    Options withCallers(int other) {
      return new Options(other, queued, habits, answerWithin, patience, longestWait);
    }

    Options withAnswerWithin(Duration other) {
      return new Options(callers, queued, habits, other, patience, longestWait);
    }

    Options withQueued() {
      return new Options(callers, true, habits, answerWithin, patience, longestWait);
    }
  }

  /**
   * Starts calling.
   *
   * @param name begins the ids of its requests
   * @param urlOf where a key is sent to, and asked after
   */
  HttpCallers(
      String name,
      Notebook notebook,
      UnaryOperator<String> urlOf,
      Options options,
      SplittableRandom random) {
    this.notebook = notebook;
    this.urlOf = urlOf;
    this.status = new Status(notebook, urlOf);
    this.callers = new Workers(notebook);
    this.asker = new Workers(notebook);
    this.options = options;
    for (int i = 0; i < options.callers(); i++) {
      String caller = name + i;
      SplittableRandom own = random.split();
      callers.start(caller, () -> call(caller, own));
    }
    if (options.queued()) {
      asker.start(name + "-status", this::askForStatus);
    }
  }

  private void call(String caller, SplittableRandom random) {
    // How long it waits, and how often, must not change what it chooses.
    SplittableRandom waits = random.split();
    for (int n = 0; !stopped; n++) {
      String id = caller + "-" + n;
      boolean flawed = random.nextDouble() < options.habits().flawed();
      boolean twice = random.nextDouble() < options.habits().twice();
      boolean again = random.nextDouble() < options.habits().again();
      boolean reused = random.nextDouble() < options.habits().reused();
      Flaw flaw = Flaw.visible(random.nextInt(3));
      Request request = flawed ? new Request(id, id, flaw) : Request.inOrder(id);
      notebook.requested(request);
      boolean accepted = twice ? askTwice(request, waits) : ask(request, waits);
      if (accepted && again) {
        notebook.count("asked again");
        ask(request, waits);
      }
      if (accepted && reused) {
        notebook.count("keys reused");
        Request reuse = request.reuse();
        notebook.requested(reuse);
        ask(reuse, waits);
      }
      callers.think(waits.nextInt(MOST_THINKING_MS));
    }
  }

  /** Two calls at the same time, as from a caller whose first one seems to hang. */
  private boolean askTwice(Request request, SplittableRandom random) {
    notebook.count("asked twice at once");
    SplittableRandom other = random.split();
    Thread twin = callers.start("twin", () -> ask(request, other));
    boolean accepted = ask(request, random);
    try {
      twin.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return accepted;
  }

  /**
   * Asks until there is an answer.
   *
   * @return whether it was 202
   */
  boolean ask(Request request, SplittableRandom random) {
    long latest = System.nanoTime() + options.patience().toNanos();
    while (!callers.isClosed()) {
      Optional<Boolean> accepted = askOnce(request, random);
      if (accepted.isPresent()) {
        return accepted.get();
      }
      if (System.nanoTime() - latest > 0) {
        notebook.count("gave up");
        return false;
      }
      notebook.count("repeated");
    }
    return false;
  }

  private Optional<Boolean> askOnce(Request request, SplittableRandom random) {
    Web.Answer answer;
    try {
      answer = web.post(urlOf.apply(request.key()), request.json(), options.answerWithin());
    } catch (HttpTimeoutException e) {
      notebook.count("time-outs");
      callers.think(random.nextInt(MOST_REPEAT_MS));
      return Optional.empty();
    } catch (IOException e) {
      notebook.count("broken connections");
      callers.think(random.nextInt(MOST_REPEAT_MS));
      return Optional.empty();
    }
    switch (answer.status()) {
      case 202 -> accepted(request, answer);
      case 400 -> notebook.told(request, Told.refused(answer.code(), HTTP));
      default -> {
        later(answer, random);
        return Optional.empty();
      }
    }
    return Optional.of(answer.status() == 202);
  }

  private void accepted(Request request, Web.Answer answer) {
    String key = answer.body().path("responses").path(0).path("messageKey").asText();
    if (answer.code() != 0 || !key.equals(request.key())) {
      notebook.complain("202 without code 0 or without the key: " + answer.body());
    }
    notebook.acknowledged(request);
    if (options.queued()) {
      unresolved.add(request);
    } else {
      notebook.told(request, Told.accepted(HTTP));
    }
  }

  private void later(Web.Answer answer, SplittableRandom random) {
    notebook.count("HTTP " + answer.status());
    boolean bare = answer.status() == NOT_FOUND && answer.code() < 0;
    if (!LATER.contains(answer.status()) && !bare) {
      notebook.complain(
          "HTTP "
              + answer.status()
              + " is no answer of the contract: '"
              + answer.body().path("message").asText()
              + "'");
    }
    long told = Math.min(options.longestWait().toMillis(), answer.retryAfterSeconds() * 1000);
    callers.think(told + random.nextInt(MOST_REPEAT_MS));
  }

  private void askForStatus() {
    while (!callers.isClosed() && !(stopped && unresolved.isEmpty() && callers.working() == 0)) {
      for (Iterator<Request> open = unresolved.iterator();
          open.hasNext() && !callers.isClosed(); ) {
        if (status.ask(open.next())) {
          open.remove();
        }
      }
      callers.think(MOST_REPEAT_MS);
    }
  }

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public boolean isDrained() {
    return stopped && callers.working() == 0 && asker.working() == 0;
  }

  @Override
  public String left() {
    return callers.working()
        + " callers without an answer, "
        + unresolved.size()
        + " requests without a status";
  }

  @Override
  public void close() {
    stopped = true;
    callers.close();
    asker.close();
  }
}
