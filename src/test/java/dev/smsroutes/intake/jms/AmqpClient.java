package dev.smsroutes.intake.jms;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;
import org.apache.qpid.proton.engine.Connection;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Receiver;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.engine.Session;
import org.apache.qpid.proton.engine.Transport;

/**
 * An AMQP 1.0 client that sends whatever bytes it is given as a message: JMS clients cannot say all
 * that AMQP can. Used by one thread.
 */
final class AmqpClient implements AutoCloseable {
  private final Socket socket;
  private final Connection connection = Proton.connection();
  private final Transport transport = Proton.transport();
  private final Session session;
  private int tags;

  /** What the broker said to a message or to a link. */
  record AmqpAnswer(boolean accepted, String condition, String description) {
    private static AmqpAnswer of(ErrorCondition error) {
      return error == null || error.getCondition() == null
          ? new AmqpAnswer(false, "", "")
          : new AmqpAnswer(false, error.getCondition().toString(), error.getDescription());
    }
  }

  AmqpClient(int port) throws IOException {
    socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout(10_000);
    transport.sasl().client();
    transport.sasl().setMechanisms("ANONYMOUS");
    transport.bind(connection);
    connection.setContainer("stranger");
    connection.setHostname("localhost");
    connection.open();
    session = connection.session();
    session.open();
  }

  /**
   * Sends one message on a link of its own.
   *
   * @param address of the link; null for the anonymous relay
   * @param capabilities of the target, such as {@code topic}
   */
  AmqpAnswer send(String address, byte[] message, String... capabilities) throws IOException {
    Target target = new Target();
    target.setAddress(address);
    target.setCapabilities(Arrays.stream(capabilities).map(Symbol::valueOf).toArray(Symbol[]::new));
    Source source = new Source();
    source.setOutcomes(
        Accepted.DESCRIPTOR_SYMBOL,
        Rejected.DESCRIPTOR_SYMBOL,
        Released.DESCRIPTOR_SYMBOL,
        Modified.DESCRIPTOR_SYMBOL);
    Sender sender = session.sender("link-" + tags++);
    sender.setTarget(target);
    sender.setSource(source);
    sender.open();
    while (sender.getRemoteState() != EndpointState.CLOSED && sender.getCredit() == 0) {
      exchange();
    }
    if (sender.getRemoteState() == EndpointState.CLOSED) {
      return AmqpAnswer.of(sender.getRemoteCondition());
    }
    Delivery delivery = sender.delivery(new byte[] {(byte) tags});
    sender.send(message, 0, message.length);
    sender.advance();
    while (delivery.getRemoteState() == null && isOpen(sender)) {
      exchange();
    }
    DeliveryState state = delivery.getRemoteState();
    if (state instanceof Accepted) {
      sender.close();
      return new AmqpAnswer(true, "", "");
    }
    if (state instanceof Rejected rejected) {
      return AmqpAnswer.of(rejected.getError());
    }
    return AmqpAnswer.of(
        sender.getRemoteState() == EndpointState.CLOSED
            ? sender.getRemoteCondition()
            : connection.getRemoteCondition());
  }

  /** Attaches as a consumer. */
  AmqpAnswer receiveFrom(String address, String... capabilities) throws IOException {
    Source source = new Source();
    source.setAddress(address);
    source.setCapabilities(Arrays.stream(capabilities).map(Symbol::valueOf).toArray(Symbol[]::new));
    Receiver receiver = session.receiver("link-" + tags++);
    receiver.setSource(source);
    receiver.setTarget(new Target());
    receiver.open();
    // A refusal is an attach without a source, and then a detach (AMQP 1.0, part 2.6.3).
    while (receiver.getRemoteState() == EndpointState.UNINITIALIZED
        || (receiver.getRemoteState() == EndpointState.ACTIVE
            && receiver.getRemoteSource() == null)) {
      exchange();
    }
    return receiver.getRemoteState() == EndpointState.ACTIVE
        ? new AmqpAnswer(true, "", "")
        : AmqpAnswer.of(receiver.getRemoteCondition());
  }

  private boolean isOpen(Link link) {
    return link.getRemoteState() == EndpointState.ACTIVE
        && connection.getRemoteState() == EndpointState.ACTIVE;
  }

  /** Writes what there is to write, and waits for something to read. */
  private void exchange() throws IOException {
    for (int pending = transport.pending(); pending > 0; pending = transport.pending()) {
      byte[] bytes = new byte[pending];
      transport.head().get(bytes);
      transport.pop(pending);
      socket.getOutputStream().write(bytes);
    }
    ByteBuffer tail = transport.tail();
    byte[] bytes = new byte[tail.remaining()];
    int read = socket.getInputStream().read(bytes);
    if (read < 0) {
      throw new IOException("The broker closed the connection: " + connection.getRemoteCondition());
    }
    tail.put(bytes, 0, read);
    transport.process();
  }

  /**
   * Encodes sections; what is an array of bytes already is taken as it is.
   *
   * @param sections of Proton's types, or bytes
   */
  static byte[] encoded(Object... sections) {
    DecoderImpl decoder = new DecoderImpl();
    EncoderImpl encoder = new EncoderImpl(decoder);
    AMQPDefinedTypes.registerAllTypes(decoder, encoder);
    ByteBuffer buffer = ByteBuffer.allocate(10 * 1024 * 1024);
    encoder.setByteBuffer(buffer);
    for (Object section : sections) {
      if (section instanceof byte[] bytes) {
        buffer.put(bytes);
      } else {
        encoder.writeObject(section);
      }
    }
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  /**
   * A section that is a map, of keys and values that are bytes already or that Proton can encode.
   *
   * @param code 0x71 delivery annotations, 0x72 annotations, 0x74 properties, 0x78 footer
   */
  static byte[] mapSection(int code, Object key, Object value) {
    byte[] pair = encoded(key, value);
    ByteBuffer section = ByteBuffer.allocate(12 + pair.length);
    section.put((byte) 0).put((byte) 0x53).put((byte) code).put((byte) 0xD1);
    section.putInt(4 + pair.length).putInt(2).put(pair);
    return section.array();
  }

  /** As AMQP writes arrays: one constructor, then the elements. */
  static byte[] intArray(int... values) {
    ByteBuffer array = ByteBuffer.allocate(10 + 4 * values.length);
    array.put((byte) 0xF0).putInt(5 + 4 * values.length).putInt(values.length).put((byte) 0x71);
    for (int value : values) {
      array.putInt(value);
    }
    return array.array();
  }

  /** The descriptor of a described type and its value. */
  static byte[] described(Object descriptor, Object value) {
    return encoded(new byte[] {0}, descriptor, value);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
