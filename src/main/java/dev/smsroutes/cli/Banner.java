package dev.smsroutes.cli;

import dev.smsroutes.bundle.Bundle;
import java.util.ArrayList;
import java.util.List;

/** What a newcomer is told when the bundle is up: where everything is, and three lines to paste. */
final class Banner {
  private Banner() {}

  static List<String> lines(Bundle bundle) {
    List<String> lines = new ArrayList<>();
    String http = "http://127.0.0.1:" + bundle.httpPort();
    lines.add("");
    lines.add("sms-routes is up.");
    lines.add("  HTTP   " + http + "/messaging/v1/sms/messages/{messageKey}");
    bundle
        .sandbox()
        .ifPresent(
            sandbox ->
                lines.add(
                    "  API    the sandbox; what it got: " + sandbox.url() + "/sandbox/messages"));
    lines.add("");
    return lines;
  }
}
