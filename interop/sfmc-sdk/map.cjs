// Stands for a line in /etc/hosts and a server on port 443: connections to the host of the token endpoint go to GATEWAY_PORT
// of this machine. The name in TLS and in Host stays.
const tls = require("node:tls");

const connect = tls.connect;
tls.connect = (options, ...rest) => {
  const mapped = options.host.endsWith(".auth.marketingcloudapis.com");
  return connect(mapped ? {...options, host: "127.0.0.1", port: Number(process.env.GATEWAY_PORT)} : options, ...rest);
};
