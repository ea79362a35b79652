package dev.smsroutes.intake.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.model.Fault;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.testing.Mutations;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever bytes come as a request, each becomes requests or faults that can be told. */
class RequestFuzzTest {
  private final RequestReader reader = new RequestReader(500);

  @Provide
  Arbitrary<byte[]> bodies() {
    return Mutations.ofFiles(
        Path.of("samples/http-one.json"),
        Path.of("samples/http-many.json"),
        Path.of("samples/http-faulty.json"),
        Path.of("samples/message.json"),
        Path.of("samples/message-faulty.json"),
        Path.of("samples/request.json"));
  }

  @Property
  void a_body_becomes_requests_or_faults(@ForAll("bodies") byte[] body) throws Exception {
    told(() -> List.of(reader.keyed(body, "k")));
    told(() -> List.of(reader.one(body, Optional.of("k"))));
    told(() -> reader.bare(body));
    told(() -> reader.standalone(body, item -> "k" + item));
  }

  @Property
  void an_event_becomes_a_request_or_faults(@ForAll("bodies") byte[] body) throws Exception {
    FieldMapping mapping = new FieldMapping();
    mapping.setDefinitionKey("{definitionKey}");
    mapping.setMessageKey("{messageKey}-x");
    mapping.setContactKey("{recipient.contactKey}");
    mapping.setTo("{recipient.to}");
    mapping.getAttributes().put("FirstName", "{recipient.attributes.FirstName}");

    told(() -> List.of(mapping.fromJson(body)));
  }

  private static void told(Callable<List<SendRequest>> reading) throws Exception {
    try {
      for (SendRequest request : Mutations.ends(reading)) {
        assertThat(request).isNotNull();
        canBeTold(request.unreadable());
      }
    } catch (InvalidRequestException e) {
      assertThat(e.faults()).isNotEmpty();
      canBeTold(e.faults());
    }
  }

  /** A fault goes into an answer and a log: it has no line of its own, and no end of it is far. */
  private static void canBeTold(List<Fault> faults) {
    assertThat(faults).hasSizeLessThanOrEqualTo(60);
    for (Fault fault : faults) {
      for (Function<Fault, String> part :
          List.<Function<Fault, String>>of(Fault::field, Fault::message)) {
        assertThat(part.apply(fault))
            .hasSizeLessThan(2_000)
            .doesNotContainPattern("[\\p{Cc}\\p{Cs}]");
      }
    }
  }
}
