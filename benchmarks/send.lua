-- The load of benchmarks/compare: each request is a message with a key of its own.
-- The argument begins all keys of a run.
local threads = 0
local counter = 0
local body = '{"definitionKey":"account-reset","recipient":{"contactKey":"ada@example.com",'
  .. '"to":"14255550123","attributes":{"FirstName":"Ada","password":"Tulip-41"}}}'

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init(args)
  prefix = "/messaging/v1/sms/messages/" .. args[1] .. "-" .. number .. "-"
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  counter = counter + 1
  return wrk.format("POST", prefix .. counter, nil, body)
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT requests=%d micros=%d errors=%d p50=%d p99=%d\n",
    summary.requests, summary.duration, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(99)))
end
