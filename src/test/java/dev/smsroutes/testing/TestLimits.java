package dev.smsroutes.testing;

import dev.smsroutes.batch.format.BatchLimits;
import dev.smsroutes.batch.format.InputEncoding;
import dev.smsroutes.batch.format.InputRules;

/** The limits that a file has if a site sets none; FileOptionsTest holds that they are these. */
public final class TestLimits {
  public static final InputRules RULES =
      new InputRules(4_294_967_296L, 5_000_000, 4_294_967_296L, 200, InputEncoding.AUTO);

  public static final BatchLimits DEFAULTS = new BatchLimits(65_536, RULES);

  private TestLimits() {}
}
