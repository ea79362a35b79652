package dev.smsroutes.broker;

import dev.smsroutes.disk.FileFailure;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.core.server.MessageReference;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.utils.collections.LinkedListIterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives {@code sms-routes backup} all messages of the queues, also those in delivery and those that
 * wait for another try, which only the broker itself can see. A Unix socket in the broker's folder:
 * only its owner can reach it. Thread-safe.
 *
 * <p>Each client gets a line for each message, and then {@link #END}. The queue of requests holds
 * still meanwhile: it takes messages, and delivers none. So a message can only go from delivery to
 * its next try, from there back to the queue, or be settled. It is read in that order, so none is
 * missed; one that is settled meanwhile is in the ledger, which is copied later.
 */
final class BackupSocket implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BackupSocket.class);

  static final String NAME = "backup.sock";

  /** The last line, without which a copy is not complete. */
  static final String END = "{\"end\":true}";

  private static final int BUFFER_BYTES = 64 * 1024;

  /** The queue holds still for no longer, although a client may stop reading. */
  private static final Executor LATER = CompletableFuture.delayedExecutor(1, TimeUnit.MINUTES);

  private final Path file;
  private final ServerSocketChannel server;
  private final Queue requests;
  private final List<Queue> failed;

  private BackupSocket(Path file, ServerSocketChannel server, Queue requests, List<Queue> failed) {
    this.file = file;
    this.server = server;
    this.requests = requests;
    this.failed = failed;
  }

  /**
   * Opens it; a broker runs without it, too.
   *
   * @param directory of the broker, which this process has locked
   * @param requests from which consumers take
   * @param failed the other queues to copy
   * @return empty if the system allows no such socket there, which the log says
   */
  static Optional<BackupSocket> open(Path directory, Queue requests, List<Queue> failed) {
    Path file = directory.resolve(NAME);
    ServerSocketChannel server = null;
    try {
      // A process that was killed leaves it.
      Files.deleteIfExists(file);
      server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(file));
      PosixFileAttributeView rights =
          Files.getFileAttributeView(file, PosixFileAttributeView.class);
      if (rights != null) {
        rights.setPermissions(PosixFilePermissions.fromString("rw-------"));
      }
    } catch (IOException | UnsupportedOperationException e) {
      LOG.warn(
          "backup=only-stopped `sms-routes backup` can save the queues only while sms-routes does"
              + " not serve: {} cannot be made ({})",
          file,
          e instanceof IOException failure ? FileFailure.words(failure) : e.getMessage());
      close(server);
      return Optional.empty();
    }
    BackupSocket socket = new BackupSocket(file, server, requests, failed);
    Thread thread = new Thread(socket::serve, "sms-backup");
    thread.setDaemon(true);
    thread.start();
    return Optional.of(socket);
  }

  private void serve() {
    while (server.isOpen()) {
      try (SocketChannel client = server.accept()) {
        LATER.execute(() -> close(client));
        LOG.info("backup=queues messages={}", copy(client));
      } catch (Exception e) {
        if (server.isOpen()) {
          LOG.warn("backup=failed the queues were not copied: {}", e.getClass().getName());
        }
      }
    }
  }

  private long copy(SocketChannel client) throws Exception {
    OutputStream out = new BufferedOutputStream(Channels.newOutputStream(client), BUFFER_BYTES);
    Copy copy = new Copy(out);
    requests.pause();
    try {
      // What has arrived is in the list that is read below.
      requests.flushExecutor();
      copy.underWay(requests);
      copy.waiting(requests);
      for (Queue each : failed) {
        copy.waiting(each);
      }
      // What was being put back when it was read.
      copy.underWay(requests);
    } finally {
      requests.resume();
    }
    out.write((END + "\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
    return copy.messages;
  }

  /** One pass over the queues. */
  private static final class Copy {
    private final OutputStream out;

    /** Those under way: bounded by what consumers hold and what was tried. */
    private final Set<Long> underWay = new HashSet<>();

    private long messages;

    Copy(OutputStream out) {
      this.out = out;
    }

    void underWay(Queue queue) throws Exception {
      // In this order; and twice, because an acknowledgement moves a message between two lists.
      for (Map<String, List<MessageReference>> consumers :
          List.of(queue.getDeliveringMessages(), queue.getDeliveringMessages())) {
        for (List<MessageReference> each : consumers.values()) {
          writeNew(queue, each);
        }
      }
      writeNew(queue, queue.getScheduledMessages());
    }

    private void writeNew(Queue queue, List<MessageReference> references) throws Exception {
      for (MessageReference each : references) {
        if (underWay.add(each.getMessageID())) {
          write(queue, each);
        }
      }
    }

    void waiting(Queue queue) throws Exception {
      try (LinkedListIterator<MessageReference> all = queue.browserIterator()) {
        for (MessageReference each = next(queue, all); each != null; each = next(queue, all)) {
          if (!underWay.contains(each.getMessageID())) {
            write(queue, each);
          }
        }
      }
    }

    private static MessageReference next(
        Queue queue, LinkedListIterator<MessageReference> references) {
      synchronized (queue) {
        return references.hasNext() ? references.next() : null;
      }
    }

    private void write(Queue queue, MessageReference reference) throws Exception {
      Message message = reference.getMessage();
      byte[] line;
      // Keeps the file of a large message.
      message.usageUp();
      try {
        line = StoredMessage.write(queue.getName().toString(), message.toCore());
      } catch (Exception e) {
        if (message.getRefCount() <= 0) {
          // Settled a moment ago, and its file with it.
          return;
        }
        throw e;
      } finally {
        message.usageDown();
      }
      out.write(line);
      out.write('\n');
      messages++;
    }
  }

  private static void close(AutoCloseable channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (Exception e) {
      LOG.debug("A channel could not be closed", e);
    }
  }

  @Override
  public void close() {
    close(server);
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.debug("The file of the socket could not be removed", e);
    }
  }
}
