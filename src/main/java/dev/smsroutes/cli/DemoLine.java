package dev.smsroutes.cli;

import java.util.List;

/**
 * One request of the demo.
 *
 * @param channel HTTP, file or JMS
 * @param request the request that was sent
 * @param outcome the outcome in the answer
 * @param code the code in the answer
 * @param got what the API got
 * @param asExpected whether all of that is as expected
 */
record DemoLine(
    String channel, String request, String outcome, int code, String got, boolean asExpected) {
  private static final int MAX_WIDTH = 48;

  List<String> cells() {
    return List.of(
        channel,
        request,
        outcome,
        Integer.toString(code),
        DisplayText.beginning(got, MAX_WIDTH),
        asExpected ? "" : "<- not as expected");
  }
}
