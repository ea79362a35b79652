package dev.smsroutes.intake.jms;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** As much of STOMP 1.2 as the tests need, byte for byte. */
final class StompClient implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;

  private StompClient(int port) throws IOException {
    socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout(10_000);
    in = new BufferedInputStream(socket.getInputStream());
  }

  static StompClient connect(int port, String... headers) throws IOException {
    StompClient client = new StompClient(port);
    client.write(
        "CONNECT", ("accept-version:1.2\nhost:localhost\n" + String.join("\n", headers)).strip());
    String answer = client.read();
    if (!answer.startsWith("CONNECTED")) {
      throw new IOException("Expected CONNECTED; got " + answer);
    }
    return client;
  }

  void write(String command, String... headers) throws IOException {
    writeWithBody(new byte[0], command, headers);
  }

  void writeWithBody(String body, String command, String... headers) throws IOException {
    writeWithBody(body.getBytes(StandardCharsets.UTF_8), command, headers);
  }

  void writeWithBody(byte[] body, String command, String... headers) throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.writeBytes(
        (command + "\n" + String.join("\n", headers) + "\n\n").getBytes(StandardCharsets.UTF_8));
    frame.writeBytes(body);
    frame.write(0);
    writeRaw(frame.toByteArray());
  }

  void writeRaw(byte[]... parts) throws IOException {
    for (byte[] part : parts) {
      socket.getOutputStream().write(part);
    }
  }

  /** The next frame, as text. */
  String read() throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    for (int b = in.read(); b > 0 || frame.size() == 0; b = in.read()) {
      if (b < 0) {
        throw new IOException("The broker closed the connection");
      }
      if (b != '\n' || frame.size() > 0) {
        frame.write(b);
      }
    }
    return frame.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
