package dev.smsroutes.intake.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import java.util.List;

/**
 * Reads requests, and refuses a header that goes on in the next line (RFC 9112, section 5.2). Netty
 * reads such a line as a part of the header, others drop it or take it for a header of its own: so
 * a folded {@code Transfer-Encoding} would hide a request from a gateway.
 */
final class StrictDecoder extends VertxHttpRequestDecoder {
  /** Whether headers are read now, and not a body. */
  private boolean head = true;

  /** Whether the request line was read already, and the buffer begins with a header. */
  private boolean begun;

  /** Whether a request could not be read: what comes after it is not looked at. */
  private boolean refused;

  StrictDecoder(HttpServerOptions options) {
    super(options);
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
      throws Exception {
    if (refused || (head && isFolded(in))) {
      in.skipBytes(in.readableBytes());
      if (!refused) {
        refused = true;
        HttpMessage invalid = createInvalidMessage();
        invalid.setDecoderResult(
            DecoderResult.failure(new IllegalArgumentException("A header goes on in a new line")));
        out.add(invalid);
      }
      return;
    }
    int before = in.readerIndex();
    super.decode(context, in, out);
    if (!out.isEmpty()) {
      Object last = out.get(out.size() - 1);
      head = last instanceof LastHttpContent;
      begun = false;
      refused = ((HttpObject) last).decoderResult().isFailure();
    } else if (head) {
      // It takes whole lines only.
      begun |= in.readerIndex() > before;
    }
  }

  private boolean isFolded(ByteBuf in) {
    int line = in.readerIndex();
    int end = in.writerIndex();
    boolean header = begun;
    while (line < end) {
      byte first = in.getByte(line);
      if (header && (first == ' ' || first == '\t')) {
        return true;
      }
      if (header && (first == '\r' || first == '\n')) {
        return false;
      }
      int lineEnd = in.indexOf(line, end, (byte) '\n');
      if (lineEnd < 0) {
        return false;
      }
      header = true;
      line = lineEnd + 1;
    }
    return false;
  }
}
