package dev.smsroutes.cli;

import dev.smsroutes.app.Bundle;
import dev.smsroutes.broker.BrokerOptions;
import dev.smsroutes.broker.EmbeddedBroker;
import dev.smsroutes.broker.PortOptions;
import dev.smsroutes.broker.Protocol;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.config.DoorOptions;
import dev.smsroutes.config.DoorOptions.Way;
import dev.smsroutes.config.JmsOptions;
import dev.smsroutes.sandbox.Sandbox;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The start message: where everything is and, with the sandbox, commands for newcomers to paste.
 * Against another API a pasted sample could be an SMS.
 */
final class Banner {
  private Banner() {}

  static List<String> lines(Bundle bundle) {
    Configuration settings = bundle.configuration();
    String messages =
        url(settings.door(), settings.http().address().host(), bundle.httpPort())
            + "/messaging/v1/sms/messages/";
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("sms-routes is up.");
    lines.add("  HTTP     " + messages + "{messageKey}" + shown(settings.door()));
    bundle.inbox().ifPresent(inbox -> lines.add("  files    " + inbox.toAbsolutePath()));
    lines.add("  JMS      " + jms(bundle));
    settings
        .management()
        .map(
            there ->
                url(settings.managementDoor(), there.host(), bundle.managementPort().orElseThrow()))
        .ifPresent(
            management -> {
              lines.add("  page     " + management + "/" + shown(settings.managementDoor()));
              lines.add("  OpenAPI  " + management + "/api");
              lines.add("  health   " + management + "/observe/health");
            });
    lines.add("  SMS API  " + api(bundle));
    AotCache.report().map(said -> "  AOT      " + said).ifPresent(lines::add);
    bundle.sandbox().ifPresent(sandbox -> lines.addAll(toPaste(bundle, sandbox, messages)));
    lines.add("");
    lines.add("Ctrl-C stops it.");
    return lines;
  }

  private static String url(DoorOptions door, String host, int port) {
    return (door.tls().isPresent() ? "https://" : "http://") + reachable(host) + ":" + port;
  }

  /** A server that listens on all addresses is reached by any of them. */
  private static String reachable(String host) {
    if (host.equals("0.0.0.0") || host.equals("::")) {
      return "127.0.0.1";
    }
    return host.indexOf(':') < 0 || host.startsWith("[") ? host : "[" + host + "]";
  }

  private static String shown(DoorOptions door) {
    return door.asks()
        ? ", for callers who show "
            + door.ways().stream().sorted().map(Banner::name).collect(Collectors.joining(" or "))
        : "";
  }

  private static String name(Way way) {
    return switch (way) {
      case API_KEY -> "a key";
      case JWT -> "a token of the issuer";
      case MTLS -> "a client certificate";
      case PASSTHROUGH -> "their own token of the SMS API";
    };
  }

  private static String jms(Bundle bundle) {
    JmsOptions jms = bundle.configuration().jms();
    if (!jms.enabled()) {
      return "off";
    }
    PortOptions port = jms.port();
    return bundle
        .broker()
        .map(
            broker ->
                reachable(port.host())
                    + ":"
                    + broker.port()
                    + ", queue "
                    + jms.broker().queues().send()
                    + ", for "
                    + port.protocols().stream().map(Enum::name).collect(Collectors.joining(", "))
                    + (port.tls().isPresent() ? " with TLS" : "")
                    + (asksForLogin(jms) ? ", with a login" : ""))
        .orElse("an external broker, queue " + jms.broker().queues().send());
  }

  private static boolean asksForLogin(JmsOptions jms) {
    return jms.port().asksForKeys() || jms.broker().login().isPresent();
  }

  private static String api(Bundle bundle) {
    return bundle
        .sandbox()
        .map(
            sandbox ->
                "the sandbox: no SMS leaves this machine; it shows what it got at "
                    + sandbox.url()
                    + "/sandbox/messages")
        .orElseGet(() -> bundle.configuration().api().service().orElseThrow().url());
  }

  private static List<String> toPaste(Bundle bundle, Sandbox sandbox, String messages) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("To try it, paste into another terminal, in this folder:");
    lines.add(
        "  curl -i -H 'Content-Type: application/json'"
            + credentials(bundle.configuration().door())
            + " -d @samples/http-one.json "
            + messages
            + "my-first");
    bundle
        .inbox()
        .map(inbox -> "  cp samples/batch.csv " + relative(inbox) + "/")
        .ifPresent(lines::add);
    publish(bundle).ifPresent(lines::add);
    lines.add("  curl -s " + sandbox.url() + "/sandbox/messages");
    return lines;
  }

  private static String credentials(DoorOptions door) {
    String authority = door.tls().isPresent() ? " --cacert CA.crt" : "";
    if (door.has(Way.API_KEY)) {
      return authority + " -H 'Authorization: Bearer KEY'";
    }
    if (door.has(Way.JWT) || door.has(Way.PASSTHROUGH)) {
      return authority + " -H 'Authorization: Bearer TOKEN'";
    }
    return door.has(Way.MTLS) ? authority + " --cert CLIENT.crt --key CLIENT.key" : authority;
  }

  /** STOMP is a text protocol, which a shell can speak; but not with TLS. */
  private static Optional<String> publish(Bundle bundle) {
    JmsOptions jms = bundle.configuration().jms();
    if (jms.port().tls().isPresent() || !jms.port().protocols().contains(Protocol.STOMP)) {
      return Optional.empty();
    }
    BrokerOptions broker = jms.broker();
    return bundle
        .broker()
        .map(EmbeddedBroker::port)
        .map(
            port ->
                "  bash -c 'printf \"CONNECT\\naccept-version:1.2\\nhost:localhost\\n"
                    + (asksForLogin(jms) ? "login:ID\\npasscode:SECRET\\n" : "")
                    + "\\n\\0SEND\\ndestination:"
                    + broker.queues().send()
                    + "\\npersistent:true\\n\\n%s\\0\""
                    + " \"$(cat samples/message.json)\" > /dev/tcp/"
                    + reachable(jms.port().host())
                    + "/"
                    + port
                    + "'");
  }

  private static Path relative(Path path) {
    Path here = Path.of("").toAbsolutePath();
    return path.toAbsolutePath().startsWith(here) ? here.relativize(path.toAbsolutePath()) : path;
  }
}
