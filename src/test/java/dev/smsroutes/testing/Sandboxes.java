package dev.smsroutes.testing;

import dev.smsroutes.sandbox.Sandbox;
import dev.smsroutes.sandbox.SandboxOptions;
import java.nio.file.Path;
import java.util.Map;

/** The SMS API of a test whose bundles come and go. */
public final class Sandboxes {
  private Sandboxes() {}

  /** On a free port, with the definitions of this project; the test closes it. */
  public static Sandbox start() {
    return Sandbox.start(
        SandboxOptions.defaults().withPort(0).withDefinitionsDirectory(Path.of("definitions")));
  }

  /** The settings of a bundle that sends to it. */
  public static Map<String, String> settings(Sandbox api) {
    return Map.of("sms.api.url", api.url(), "sms.api.client-id", "x", "sms.api.client-secret", "x");
  }
}
