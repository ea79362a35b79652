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
public record ReplyQueues(List<Pattern> patterns, boolean allowsTemporary, Queues ours) {
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
            .map(ReplyQueues::compile)
            .toList(),
        temporary,
        ours);
  }

  /** Whether a queue of this name may get replies. */
  public boolean allowsNamed(String queue) {
    return PLAIN_NAME.matcher(queue).matches()
        && !ours.contains(queue)
        && patterns.stream().anyMatch(pattern -> pattern.matcher(queue).matches());
  }

  private static Pattern compile(String pattern) {
    return Pattern.compile(
        Arrays.stream(pattern.split("\\*+", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining(".*")));
  }
}
