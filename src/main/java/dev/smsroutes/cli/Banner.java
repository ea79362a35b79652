package dev.smsroutes.cli;

import dev.smsroutes.app.Bundle;
import dev.smsroutes.broker.EmbeddedBroker;
import dev.smsroutes.sandbox.Sandbox;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The start message for newcomers: where everything is, and commands to paste. */
final class Banner {
  private Banner() {}

  static List<String> lines(Bundle bundle) {
    String messages = "http://127.0.0.1:" + bundle.httpPort() + "/messaging/v1/sms/messages/";
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("sms-routes is up.");
    lines.add("  HTTP     " + messages + "{messageKey}");
    bundle.inbox().ifPresent(inbox -> lines.add("  files    " + inbox.toAbsolutePath()));
    lines.add(
        "  JMS      " + bundle.broker().map(Banner::url).orElse("an external broker, or off"));
    lines.add(
        "  SMS API  "
            + bundle
                .sandbox()
                .map(
                    sandbox ->
                        "the sandbox: no SMS leaves this machine; it shows what it got at "
                            + sandbox.url()
                            + "/sandbox/messages")
                .orElse("the real one"));
    AotCache.report().map(said -> "  AOT      " + said).ifPresent(lines::add);
    lines.add("");
    lines.add("To try it, paste into another terminal, in this folder:");
    lines.add(
        "  curl -i -H 'Content-Type: application/json' -d @samples/http-one.json "
            + messages
            + "my-first");
    bundle
        .inbox()
        .map(inbox -> "  cp samples/batch.csv " + relative(inbox) + "/")
        .ifPresent(lines::add);
    bundle.broker().map(Banner::publish).ifPresent(lines::add);
    bundle.sandbox().map(Banner::look).ifPresent(lines::add);
    lines.add("");
    lines.add("Ctrl-C stops it.");
    return lines;
  }

  private static String url(EmbeddedBroker broker) {
    return "127.0.0.1:" + broker.port() + ", queue sms.send, for CORE, AMQP and STOMP";
  }

  /** STOMP is a text protocol, which a shell can speak. */
  private static String publish(EmbeddedBroker broker) {
    return "  bash -c 'printf \"CONNECT\\naccept-version:1.2\\nhost:localhost\\n\\n\\0"
        + "SEND\\ndestination:sms.send\\npersistent:true\\n\\n%s\\0\""
        + " \"$(cat samples/message.json)\" > /dev/tcp/127.0.0.1/"
        + broker.port()
        + "'";
  }

  private static String look(Sandbox sandbox) {
    return "  curl -s " + sandbox.url() + "/sandbox/messages";
  }

  private static Path relative(Path path) {
    Path here = Path.of("").toAbsolutePath();
    return path.toAbsolutePath().startsWith(here) ? here.relativize(path.toAbsolutePath()) : path;
  }
}
