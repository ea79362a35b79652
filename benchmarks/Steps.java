package dev.smsroutes.benchmarks;

import dev.smsroutes.api.MessageJson;
import dev.smsroutes.definition.Definition;
import dev.smsroutes.definition.DefinitionDirectory;
import dev.smsroutes.intake.request.RequestReader;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.PhoneNumbers;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.template.TextParts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * What the steps of a message cost that do no input or output, each alone and all together, by JMH.
 * Numbers and keys differ from call to call. Run it with benchmarks/steps.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class Steps {
  private static final int DIFFERENT = 1_024;
  private static final String BODY =
      "{\"definitionKey\":\"account-reset\",\"recipient\":{\"contactKey\":\"ada@example.com\","
          + "\"to\":\"%s\",\"attributes\":{\"FirstName\":\"Ada\",\"password\":\"Tulip-41\"}}}";

  private final RequestReader reader = new RequestReader(500);
  private final Definition definition =
      DefinitionDirectory.load(Path.of("definitions")).find("account-reset").orElseThrow();
  private final String[] bare = new String[DIFFERENT];
  private final String[] written = new String[DIFFERENT];
  private final byte[][] bodies = new byte[DIFFERENT][];
  private final SendRequest[] requests = new SendRequest[DIFFERENT];
  private final Message[] messages = new Message[DIFFERENT];
  private int next;

  public Steps() {
    for (int i = 0; i < DIFFERENT; i++) {
      bare[i] = "1425555" + String.format("%04d", ThreadLocalRandom.current().nextInt(10_000));
      written[i] = "+49 151 " + ThreadLocalRandom.current().nextInt(10_000_000, 100_000_000);
      bodies[i] = String.format(BODY, bare[i]).getBytes(StandardCharsets.UTF_8);
      requests[i] = reader.keyed(bodies[i], "key-" + i);
      messages[i] = rendered(requests[i], bare[i]);
    }
  }

  private int next() {
    next = (next + 1) % DIFFERENT;
    return next;
  }

  /** Reads the JSON of a request. */
  @Benchmark
  public SendRequest readRequest() {
    return reader.keyed(bodies[next()], "key");
  }

  /** Reads a number in the form that the API asks for. */
  @Benchmark
  public Object readNumber() {
    return PhoneNumbers.read(bare[next()], definition.region());
  }

  /** Reads a number as people write it. */
  @Benchmark
  public Object readWrittenNumber() {
    return PhoneNumbers.read(written[next()], definition.region());
  }

  /** Checks the attributes, fills in the text, and counts its parts. */
  @Benchmark
  public Message render() {
    int i = next();
    return rendered(requests[i], bare[i]);
  }

  /** Writes the JSON of the call. */
  @Benchmark
  public byte[] writeCall() {
    return MessageJson.write(messages[next()]);
  }

  /** All of it for one message. */
  @Benchmark
  public byte[] message() {
    SendRequest request = reader.keyed(bodies[next()], "key");
    String number =
        PhoneNumbers.read(request.recipient().to(), definition.region()).digits().orElseThrow();
    return MessageJson.write(rendered(request, number));
  }

  private Message rendered(SendRequest request, String number) {
    if (!definition
        .template()
        .check(request.recipient().attributes(), definition.key())
        .isEmpty()) {
      throw new IllegalStateException("Expected a request in order");
    }
    String text = definition.template().render(request.recipient().attributes());
    return new Message(
        "request",
        request.messageKey(),
        definition.key(),
        request.recipient().contactKey(),
        number,
        request.recipient().attributes(),
        Optional.of(text),
        false,
        OptionalInt.of(TextParts.count(text).parts()));
  }
}
