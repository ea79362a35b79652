package dev.smsroutes.config;

import dev.smsroutes.broker.BrokerOptions.Queues;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which queues a sender may name in {@code JMSReplyTo}. Immutable.
 *
 * <p>Without such a list a sender could have outcomes put on any queue of the broker, the intake's
 * own included.
 *
 * @param patterns any of them allows a name
 * @param allowsTemporary whether queues that the broker knows as temporary may get replies
 * @param ours never allowed
 */
public record ReplyQueues(List<Name> patterns, boolean allowsTemporary, Queues ours) {
  /** No id of a caller has it, so that the queues of two callers never have one name. */
  private static final String SEPARATOR = "$";

  /** Artemis reads {@code ::} and wildcards in a name as something else than a queue. */
  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9._/$-]{1,200}");

  /**
   * @param patterns names separated by commas; {@code *} stands for any characters, none included;
   *     empty allows no named queue
   * @param temporary whether temporary queues of the broker are allowed whatever their name
   * @param ours never allowed
   */
  static ReplyQueues of(String patterns, boolean temporary, Queues ours) {
    return new ReplyQueues(
        Arrays.stream(patterns.split(","))
            .map(String::trim)
            .filter(pattern -> !pattern.isEmpty())
            .map(Name::of)
            .toList(),
        temporary,
        ours);
  }

  /**
   * A name that may have stars in it.
   *
   * @param start what stands before the first star; the whole name without a star
   */
  record Name(Pattern pattern, String start, boolean hasStar) {
    static Name of(String text) {
      String[] parts = text.split("\\*+", -1);
      return new Name(
          Pattern.compile(
              Arrays.stream(parts).map(Pattern::quote).collect(Collectors.joining(".*"))),
          parts[0],
          parts.length > 1);
    }

    boolean matches(String queue) {
      return pattern.matcher(queue).matches();
    }

    /** One name stands for all callers; behind a star, each has names of its own. */
    boolean belongsTo(String caller, String queue) {
      String own = start + caller;
      return !hasStar || queue.equals(own) || queue.startsWith(own + SEPARATOR);
    }
  }

  /** Whether a queue of this name may get replies. */
  public boolean allowsNamed(String queue) {
    return isPlain(queue) && patterns.stream().anyMatch(name -> name.matches(queue));
  }

  /**
   * Whether a queue of this name is one for the replies to this caller: with {@code sms.reply.*},
   * {@code sms.reply.shop} and {@code sms.reply.shop$1} belong to {@code shop}. A name without a
   * star belongs to all.
   */
  public boolean allows(String caller, String queue) {
    return isPlain(queue)
        && patterns.stream().anyMatch(name -> name.matches(queue) && name.belongsTo(caller, queue));
  }

  private boolean isPlain(String queue) {
    return PLAIN_NAME.matcher(queue).matches() && !ours.contains(queue);
  }
}
