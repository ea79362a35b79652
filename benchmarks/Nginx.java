import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** nginx, as the API or as a proxy in front of it: two workers, everything kept alive, no log. */
final class Nginx {
  private static final Path ECHO = Path.of("/usr/lib/nginx/modules/ngx_http_echo_module.so");

  private Nginx() {}

  /**
   * The API: takes whatever is sent, and gives a token. {@code /kannel} is for Kannel.
   *
   * @param latencyMs how long each answer takes; 0: at once
   */
  static Subject api(Path work, int latencyMs) throws IOException, InterruptedException {
    String body =
        "'{\"requestId\":\"$request_id\",\"errorcode\":0,"
            + "\"responses\":[{\"messageKey\":\"$key\"}]}';";
    String sleep = "echo_sleep " + latencyMs / 1000.0 + "; echo_status 202; echo ";
    return start(
        "API",
        work,
        "location = /v2/token { default_type application/json; return 200 "
            + "'{\"access_token\":\"t\",\"token_type\":\"Bearer\",\"expires_in\":1079}'; }\n"
            + "location ~ ^/messaging/v1/sms/messages/(?<key>[^/]+)$ {"
            + " default_type application/json; "
            + (latencyMs == 0 ? "return 202 " : sleep)
            + body
            + " }\n"
            + "location = /kannel { "
            + (latencyMs == 0 ? "return 202 'ok';" : sleep + "ok;")
            + " }\n",
        "");
  }

  /** A proxy that does nothing else. */
  static Subject proxy(String name, Path work, Subject api, int connections)
      throws IOException, InterruptedException {
    return start(
        name,
        work,
        "location / { proxy_pass http://api; proxy_http_version 1.1;"
            + " proxy_set_header Connection ''; }\n",
        "upstream api { server "
            + api.url().substring("http://".length())
            + "; keepalive "
            + connections
            + "; }\n");
  }

  private static Subject start(String name, Path work, String locations, String above)
      throws IOException, InterruptedException {
    int port = Work.freePort();
    Path folder = Files.createDirectories(work.resolve(name.replace(' ', '-')));
    Path file = folder.resolve("nginx.conf");
    StringBuilder temporary = new StringBuilder();
    for (String kind : new String[] {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
      temporary.append(kind).append("_temp_path ").append(folder.resolve(kind)).append(";\n");
    }
    Files.writeString(
        file,
        (Files.exists(ECHO) ? "load_module " + ECHO + ";\n" : "")
            + "worker_processes 2; daemon off; pid "
            + folder.resolve("pid")
            + "; error_log "
            + folder.resolve("error.log")
            + ";\nevents { worker_connections 8192; }\n"
            + "http { access_log off; keepalive_requests 100000000;\n"
            + temporary
            + above
            + "server { listen 127.0.0.1:"
            + port
            + " backlog=4096;\n"
            + locations
            + "} }\n");
    Subject subject =
        Subject.command(
            name,
            "http://127.0.0.1:" + port,
            folder.resolve("log"),
            "nginx",
            "-c",
            file.toString(),
            "-p",
            folder.toString());
    Work.await(subject, port);
    return subject;
  }
}
