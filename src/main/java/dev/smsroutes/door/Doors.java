package dev.smsroutes.door;

import dev.smsroutes.access.Keys;
import dev.smsroutes.access.Role;
import dev.smsroutes.config.DoorOptions;
import dev.smsroutes.config.DoorOptions.Way;
import dev.smsroutes.intake.http.Entrance;
import dev.smsroutes.intake.http.HttpRefusals;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The doors of both HTTP servers, and what they share. Open and close it from one thread; the doors
 * are thread-safe.
 */
public final class Doors implements AutoCloseable {
  /** For senders; and for those who only look what became of messages. */
  private static final Door.Need INTAKE =
      new Door.Need() {
        @Override
        public boolean isOpen(RoutingContext request) {
          return false;
        }

        @Override
        public Set<Role> roles(RoutingContext request) {
          return Door.Paths.isStatus(request) ? EnumSet.allOf(Role.class) : EnumSet.of(Role.SEND);
        }

        @Override
        public boolean isForPeople(RoutingContext request) {
          return false;
        }

        @Override
        public boolean withoutEntry() {
          return true;
        }
      };

  /** Probes and load balancers have no credentials; they learn whether it is up, and no more. */
  private static final Door.Need MANAGEMENT =
      new Door.Need() {
        @Override
        public boolean isOpen(RoutingContext request) {
          return Door.Paths.isHealth(request);
        }

        @Override
        public Set<Role> roles(RoutingContext request) {
          return EnumSet.of(Role.OBSERVE, Role.OPERATE);
        }

        @Override
        public boolean isForPeople(RoutingContext request) {
          return Door.Paths.isPage(request);
        }

        @Override
        public boolean withoutEntry() {
          return false;
        }
      };

  private final Door intake;
  private final Door management;
  private final Optional<IssuerTokens> issuer;
  private final List<ServerTls> tls = new ArrayList<>();

  /**
   * Opens the files that the doors need.
   *
   * @param keys the callers of the keys file
   * @param refusals counts what the door of the intake refuses
   * @throws IllegalArgumentException if a file cannot be read; names its key
   */
  public Doors(
      DoorOptions intake, DoorOptions management, Keys keys, Clock clock, HttpRefusals refusals) {
    Optional<AccessTokens> tokens =
        intake.has(Way.API_KEY) || management.has(Way.API_KEY)
            ? Optional.of(
                new AccessTokens(
                    TokenKeyFile.readOrMake(intake.tokenKeyFile()),
                    keys,
                    intake.tokenLifetime(),
                    clock))
            : Optional.empty();
    issuer = intake.jwt().or(management::jwt).map(jwt -> new IssuerTokens(jwt, clock));
    try {
      Refusals atIntake = new Refusals("http", refusals);
      this.intake =
          new Door(
              intake,
              INTAKE,
              keys,
              tokens,
              issuer,
              tls(intake),
              atIntake,
              tokens
                  .filter(given -> intake.has(Way.API_KEY))
                  .map(given -> new TokenEndpoint(keys, given, intake.publicUrl(), atIntake)));
      this.management =
          new Door(
              management,
              MANAGEMENT,
              keys,
              tokens,
              issuer,
              tls(management),
              new Refusals("management", new HttpRefusals()),
              Optional.empty());
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private Optional<ServerTls> tls(DoorOptions options) {
    Optional<ServerTls> opened = options.tls().map(ServerTls::new);
    opened.ifPresent(tls::add);
    return opened;
  }

  public Entrance intake() {
    return intake;
  }

  public Entrance management() {
    return management;
  }

  /** Why keys or certificates are not up to date, for operators; empty if they are. */
  public Optional<String> outage() {
    return Stream.concat(
            issuer.flatMap(IssuerTokens::outage).stream(),
            tls.stream().map(ServerTls::outage).flatMap(Optional::stream))
        .findFirst();
  }

  @Override
  public void close() {
    issuer.ifPresent(IssuerTokens::close);
    tls.forEach(ServerTls::close);
  }
}
