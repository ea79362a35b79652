package dev.smsroutes.broker;

import com.fasterxml.jackson.databind.JsonNode;
import dev.smsroutes.broker.BrokerOptions.Login;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;

/**
 * The folder of an embedded broker that does not run, for commands. Files of a broker that runs are
 * no copy of anything: it writes several, and uses them again. Stateless.
 */
public final class BrokerFolder {
  private static final int MESSAGES_IN_A_STEP = 200;

  private BrokerFolder() {}

  /**
   * Copies all files; no broker can start meanwhile.
   *
   * @param target made by this method
   * @return how many bytes; empty, and nothing is copied, if a process serves with this folder
   */
  public static OptionalLong copy(Path directory, Path target) throws IOException {
    try (FileChannel lock = EmbeddedBroker.tryLock(directory).orElse(null)) {
      if (lock == null) {
        return OptionalLong.empty();
      }
      return OptionalLong.of(copyFiles(directory, target));
    }
  }

  /**
   * Copies back what {@link #copy} copied.
   *
   * @param directory of a broker that does not run
   * @throws IllegalStateException if a process serves with this folder
   */
  public static void putBack(Path copy, Path directory) throws IOException {
    try (FileChannel lock = EmbeddedBroker.lock(directory)) {
      copyFiles(copy, directory);
    }
  }

  private static long copyFiles(Path directory, Path target) throws IOException {
    long bytes = 0;
    for (Path from : tree(directory)) {
      Path to = target.resolve(directory.relativize(from).toString());
      if (Files.isDirectory(from)) {
        Files.createDirectories(to);
      } else if (Files.isRegularFile(from, LinkOption.NOFOLLOW_LINKS)
          && !from.getFileName().toString().equals(EmbeddedBroker.LOCK)) {
        Files.copy(from, to);
        bytes += Files.size(to);
      }
    }
    return bytes;
  }

  private static List<Path> tree(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.toList();
    }
  }

  /**
   * Copies all messages of a broker that runs, a line a message, without taking one. Its consumers
   * get nothing new meanwhile.
   *
   * @param lines gets them
   * @param copied called for each message
   * @throws IOException if the process cannot be asked, or does not give all of them
   */
  public static void copyRunning(Path directory, OutputStream lines, Runnable copied)
      throws IOException {
    try (SocketChannel process =
            SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve(BackupSocket.NAME)));
        BufferedReader reader =
            new BufferedReader(Channels.newReader(process, StandardCharsets.UTF_8))) {
      String line = reader.readLine();
      while (line != null && !line.equals(BackupSocket.END)) {
        lines.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        copied.run();
        line = reader.readLine();
      }
      if (line == null) {
        throw new EOFException("the process gave up before the end");
      }
    }
  }

  /**
   * Puts messages that {@link #copyRunning} wrote into the queues of a broker that is started for
   * it, and that nobody else can use meanwhile.
   *
   * @param lines the file
   * @param put called for each message
   * @throws JMSException if the broker does not take one; those before it may be in the queues
   */
  public static void fill(BrokerOptions options, Path lines, Runnable put)
      throws JMSException, IOException {
    Login once = new Login("restore", UUID.randomUUID().toString());
    BrokerOptions alone =
        new BrokerOptions(
            options.directory(),
            0,
            Optional.of(once),
            options.queues(),
            options.invalidRetention(),
            options.deadRetention(),
            options.redelivery(),
            options.maxQueuedBytes(),
            options.replyQueues());
    try (EmbeddedBroker broker = EmbeddedBroker.start(alone);
        Connection connection = broker.connectionFactory().createConnection();
        Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
        BufferedReader reader = Files.newBufferedReader(lines)) {
      ClientSession core = ArtemisMessages.core(session);
      int open = 0;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        put(line, core);
        put.run();
        if (++open == MESSAGES_IN_A_STEP) {
          session.commit();
          open = 0;
        }
      }
      session.commit();
    }
  }

  private static void put(String line, ClientSession session) throws JMSException, IOException {
    JsonNode message = StoredMessage.line(line);
    try (ClientProducer producer = session.createProducer(StoredMessage.queue(message))) {
      producer.send(StoredMessage.read(message, session));
    } catch (ActiveMQException e) {
      throw ArtemisMessages.failed("A message of the backup could not be put back", e);
    }
  }
}
