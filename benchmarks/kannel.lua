-- The load of benchmarks/compare for Kannel: one message in each request.
function request()
  return wrk.format("GET",
    "/cgi-bin/sendsms?username=u&password=p&from=12345&to=14255550123&text=Hello+Ada,+your+password+is+Tulip-41")
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT requests=%d micros=%d errors=%d p50=%d p99=%d\n",
    summary.requests, summary.duration, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(99)))
end
