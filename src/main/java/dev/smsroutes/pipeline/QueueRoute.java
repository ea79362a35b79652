package dev.smsroutes.pipeline;

import org.apache.camel.ExchangePattern;
import org.apache.camel.builder.RouteBuilder;

/**
 * Puts a request that was admitted into the queue of the JMS intake, for a caller who does not want
 * to wait for more. When the broker has said that it is on disk, the caller may be told.
 *
 * <p>A crash between ledger and broker does no harm, wherever it comes. Before the broker has the
 * request, the caller has no answer and repeats it: the ledger finds its key admitted and not
 * ended, and lets it pass again. After that, the request is sent from the queue, and the caller who
 * has no answer and repeats it is told how that went; if it is put into the queue a second time,
 * the second copy finds the key settled and sends nothing.
 */
final class QueueRoute extends RouteBuilder {
  static final String QUEUE = "direct:sms-queue";

  private final SendSteps steps;
  private final String queueUri;

  /**
   * @param queueUri the Camel endpoint of the queue: it must write persistent messages, and return
   *     when they are on disk
   */
  QueueRoute(SendSteps steps, String queueUri) {
    this.steps = steps;
    this.queueUri = queueUri;
  }

  @Override
  public void configure() {
    from(QUEUE)
        .routeId("sms-queue")
        .description("Puts an admitted request into the queue, on disk, instead of sending it now")
        .errorHandler(noErrorHandler())
        .noStreamCaching()
        .process(steps.queue()::write)
        .doTry()
        // The caller waits for an answer, but not for one from the queue.
        .to(ExchangePattern.InOnly, queueUri)
        .process(steps.queue()::queued)
        .doCatch(Exception.class)
        .process(steps.queue()::notQueued)
        .end();
  }
}
