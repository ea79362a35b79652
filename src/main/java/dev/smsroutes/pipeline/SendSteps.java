package dev.smsroutes.pipeline;

/** The steps of the routes that send. */
record SendSteps(
    ExchangeAdapter adapter,
    LimitSteps limits,
    LedgerSteps ledger,
    Calls calls,
    ContactPolicySteps contactPolicy,
    ThrottleSteps throttle,
    Attempt attempt,
    QueueSteps queue,
    Failures failures,
    OutcomeLog outcomeLog) {}
