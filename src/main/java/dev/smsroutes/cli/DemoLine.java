package dev.smsroutes.cli;

/**
 * One request of the demo.
 *
 * @param channel HTTP, file or JMS
 * @param request what was sent
 * @param outcome what came back
 * @param code the code that came back
 * @param got what the API has got of it
 * @param asExpected whether all of that is as it should be
 */
record DemoLine(
    String channel, String request, String outcome, int code, String got, boolean asExpected) {}
