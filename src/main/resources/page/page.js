// The operators' page. It shows what the JSON below /page/api says, and never uses innerHTML.

const main = document.getElementById('main');
const said = document.getElementById('said');
const state = { session: null, overview: null, files: null, upload: null };

// ---- small helpers

function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...present(children));
  return element;
}

/** Children may be lists, and may be left out. */
const present = children => children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false);

const number = value => Number(value ?? 0).toLocaleString('en');
const key = text => encodeURIComponent(text);

function time(instant) {
  const date = new Date(instant);
  const today = date.toDateString() === new Date().toDateString();
  const shown = today ? date.toLocaleTimeString() : date.toLocaleString();
  return h('time', { datetime: instant, title: date.toISOString().replace('T', ' ').replace(/\..*/, '') + ' UTC' }, shown);
}

function duration(seconds) {
  const s = Math.round(seconds);
  if (s === 0) return 'under 1 s';
  if (s < 60) return s + ' s';
  if (s < 3600) return Math.floor(s / 60) + ' min ' + (s % 60) + ' s';
  return Math.floor(s / 3600) + ' h ' + Math.floor(s % 3600 / 60) + ' min';
}

let saying;
function say(text) {
  said.textContent = text;
  clearTimeout(saying);
  saying = setTimeout(() => { said.textContent = ''; }, 8000);
}

async function call(path, options = {}) {
  const answer = await fetch('/page/api/' + path, options);
  const json = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(json.message || 'sms-routes answered ' + answer.status);
  return json;
}

function post(path, body) {
  return call(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'SMS-Routes-Token': state.session.token },
    body: JSON.stringify(body),
  });
}

/** Runs an action of a button; what goes wrong is said. */
function doing(work) {
  return async event => {
    event.preventDefault();
    const button = event.submitter || event.currentTarget || event.target;
    button.disabled = true;
    try {
      await work(event);
    } catch (e) {
      say(e.message);
    } finally {
      button.disabled = false;
    }
  };
}

const operates = () => state.session.operates;

function table(caption, titles, rows) {
  return h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
    h('table', { class: titles.length > 2 ? null : 'narrow' },
      h('thead', {}, h('tr', {}, titles.map(title => h('th', { scope: 'col', class: title.n ? 'n' : null }, title.n || title)))),
      h('tbody', {}, rows.map(cells => h('tr', {}, cells.map((cell, i) => h('td', { class: titles[i].n ? 'n' : null }, cell)))))));
}

function card(title, value, note, kind) {
  return h('div', {}, h('dt', {}, title), h('dd', { class: kind }, String(value), note ? h('small', {}, note) : null));
}

/** Finds an element again after its part of the page was replaced; null if nothing names it. */
function sameAs(element) {
  for (const name of ['data-focus', 'href', 'aria-label']) {
    if (element?.hasAttribute(name)) return `${element.tagName}[${name}="${CSS.escape(element.getAttribute(name))}"]`;
  }
  return null;
}

/** Replaces a part of the page, and leaves the focus, and what was scrolled aside, where they were. */
function show(container, ...children) {
  const focused = container.contains(document.activeElement) ? sameAs(document.activeElement) : null;
  const scrolled = [...container.querySelectorAll('.scroll')].filter(each => each.scrollLeft > 0)
    .map(each => [sameAs(each), each.scrollLeft]);
  container.replaceChildren(...present(children));
  if (focused) container.querySelector(focused)?.focus({ preventScroll: true });
  for (const [same, left] of scrolled) {
    const again = container.querySelector(same);
    if (again) again.scrollLeft = left;
  }
}

function confirmed(question, yes) {
  return new Promise(resolve => {
    const dialog = h('dialog', { 'aria-labelledby': 'question' },
      h('p', { id: 'question' }, question),
      h('form', { method: 'dialog', class: 'row' },
        h('button', { value: 'no', class: 'plain', autofocus: true }, 'Go back'),
        h('button', { value: 'yes', class: 'danger' }, yes)));
    dialog.addEventListener('close', () => { dialog.remove(); resolve(dialog.returnValue === 'yes'); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

// ---- overview

const WORDS = {
  ACCEPTED: 'Accepted by the API', ACCEPTED_EARLIER: 'Accepted earlier', REFUSED: 'Refused', DUPLICATE: 'Duplicate keys',
  WAITING: 'Waiting', UNCERTAIN: 'Uncertain', PARKED: 'Parked',
};
const MEANING = {
  ACCEPTED: 'it sends the SMS', ACCEPTED_EARLIER: 'the same again; not sent twice', REFUSED: 'not sent', DUPLICATE: 'key used before; not sent',
  WAITING: 'not sent yet', UNCERTAIN: 'no clear answer yet', PARKED: 'a person decides',
};

function chart(hour) {
  const most = Math.max(0, ...hour.perMinute.map((n, i) => n + hour.unsettledPerMinute[i]));
  const all = hour.perMinute.reduce((a, b) => a + b, 0) + hour.unsettledPerMinute.reduce((a, b) => a + b, 0);
  if (all === 0) return h('p', { class: 'chart empty' }, 'No message has had an outcome in the last hour, or since the start.');
  const NS = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(NS, 'svg');
  svg.setAttribute('viewBox', '0 0 600 100');
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('class', 'chart');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', `Outcomes of each minute of the last hour: ${number(all)} in all, at most ${number(most)} in a minute`);
  const bar = (x, from, n, kind) => {
    if (n === 0) return;
    const rect = document.createElementNS(NS, 'rect');
    const height = Math.max(1, n / most * 94);
    rect.setAttribute('x', x * 10 + 1);
    rect.setAttribute('width', 8);
    rect.setAttribute('y', 100 - from - height);
    rect.setAttribute('height', height);
    rect.setAttribute('class', kind);
    svg.append(rect);
  };
  hour.perMinute.forEach((n, i) => {
    bar(i, 0, n, 'done');
    bar(i, n / most * 94, hour.unsettledPerMinute[i], 'open');
  });
  const lastMinutes = hour.perMinute.map((n, i) => n + hour.unsettledPerMinute[i]).slice(-6, -1).reduce((a, b) => a + b, 0);
  return h('div', {},
    h('p', { class: 'soft' }, `Messages by minute: ${number(all)} in all, at most ${number(most)} a minute, `
      + `${number(Math.round(lastMinutes / 5 * 10) / 10)} a minute over the last five.`),
    svg,
    h('p', { class: 'axis', 'aria-hidden': 'true' }, h('span', {}, '60 minutes ago'), h('span', {}, '30'), h('span', {}, 'now')),
    h('ul', { class: 'legend' },
      h('li', {}, h('i'), 'ended'), h('li', { class: 'open' }, h('i'), 'waiting, uncertain or parked')));
}

function throttleCards(throttle) {
  const rate = throttle.rateLimit === undefined ? 'no limit' : number(Math.round(throttle.rateLimit * 10) / 10) + ' / s';
  const waiting = throttle.interactiveWaiting + throttle.batchWaiting;
  return h('dl', { class: 'cards' },
    card('Sending', throttle.paused ? 'Paused' : 'Open',
      throttle.paused ? (throttle.pausedSeconds ? 'for ' + duration(throttle.pausedSeconds) : 'until one message gets through') : 'messages may leave',
      throttle.paused ? 'wrong' : 'ok'),
    card('Calls to the API', number(throttle.inUse), `under way now, at most ${number(throttle.concurrencyLimit)}`),
    card('Waiting to leave', number(waiting), `${number(throttle.interactiveWaiting)} of callers, ${number(throttle.batchWaiting)} of files`),
    card('Rate limit', rate, rate === 'no limit' ? 'none set, none learnt' : 'set, or learnt from the API'));
}

/** By the role of a queue: what is on it, and the list that shows it. */
const QUEUES = {
  send: ['Requests to be sent', null], invalid: ['Refused requests', 'INVALID'], dead: ['Dead letters', 'DEAD'],
};

function waitsRows(waits) {
  const rows = [];
  const upTo = n => n >= waits.maxCount ? number(n) + ' or more' : number(n);
  for (const queue of waits.queues) {
    const [words, list] = QUEUES[queue.role];
    const title = `${words} (queue ${queue.name})`;
    rows.push([list ? h('a', { href: '#messages/' + list }, title) : title, number(queue.messages)]);
  }
  if (waits.files) {
    rows.push(['Files under way', number(waits.files.running)]);
    rows.push(['Files that wait for their turn', number(waits.files.waiting)]);
    rows.push(['Files that are paused', number(waits.files.paused)]);
    rows.push(['Files that are not taken', number(waits.files.untaken)]);
  }
  for (const [name, n] of Object.entries(waits.messages || {})) {
    rows.push([h('a', { href: '#messages/' + name }, `Messages: ${WORDS[name].toLowerCase()}`), upTo(n)]);
  }
  return rows;
}

function overviewView() {
  const now = state.overview;
  if (!now) return show(main, h('h1', {}, 'Overview'), h('p', {}, 'Loading…'));
  const hour = now.lastHour;
  show(main,
    h('h1', {}, 'Overview'),
    now.down.length === 0
      ? now.throttle.why ? null : h('p', { class: 'ok' }, 'All health checks are up.')
      : now.down.map(check => h('p', { class: 'problem' }, h('strong', {}, check.name), ': ', check.message)),
    now.notes.map(note => h('p', { class: 'note' }, h('strong', {}, note.name), ': ', note.message)),
    // A health check says the same.
    now.throttle.why && !now.down.some(check => check.message === now.throttle.why) ? h('p', { class: 'problem' }, h('strong', {}, 'Sending is paused'), ': ', now.throttle.why) : null,
    h('h2', {}, 'Last hour'),
    chart(hour),
    h('dl', { class: 'cards' }, Object.entries(hour.outcomes).map(([name, n]) =>
      card(WORDS[name], number(n), MEANING[name], n > 0 && ['PARKED', 'UNCERTAIN'].includes(name) ? 'wrong' : null))),
    h('h2', {}, 'Pace of sending'),
    throttleCards(now.throttle),
    h('h2', {}, 'What waits'),
    table('What waits', ['What', { n: 'How many' }], waitsRows(now.waits)));
}

// ---- files

function fileButtons(file, paused) {
  if (!operates()) return null;
  const order = (what, past) => doing(async () => {
    await post('files/' + what, { file });
    say(`${file}: ${past}`);
    await loadFiles();
  });
  return h('div', { class: 'row' },
    paused
      ? h('button', { class: 'plain', 'data-focus': 'order ' + file, onclick: order('resume', 'resumed') }, 'Resume')
      : h('button', { class: 'plain', 'data-focus': 'order ' + file, onclick: order('pause', 'paused') }, 'Pause'),
    h('button', {
      class: 'danger', 'data-focus': 'cancel ' + file,
      onclick: async event => {
        if (await confirmed(`Cancel ${file}? Rows that were sent stay sent; the others go into its rejects. It cannot be resumed.`, 'Cancel the file')) {
          await order('cancel', 'cancelled')(event);
        }
      },
    }, 'Cancel'));
}

function runningFile(file) {
  const total = file.total === null ? null : file.total;
  const label = total === null ? `${number(file.rows)} rows` : `${number(file.rows)} of ${number(total)} rows`;
  return h('article', { class: 'file' },
    h('h3', {}, file.file),
    h('progress', { max: total || 1, value: total === null ? null : Math.min(file.rows, total), 'aria-label': `${file.file}: ${label}` }),
    h('p', {}, h('strong', {}, file.stale ? `${file.state}, without news since ` : file.state), file.stale ? time(file.at) : '',
      ` · ${label} · ${number(file.accepted)} accepted · ${number(file.refused)} refused · ${number(file.unsettled)} not settled`
      + ` · ${file.rowsPerSecond.toFixed(1)} rows/s` + (file.secondsLeft === null ? '' : ` · ${duration(file.secondsLeft)} left`)),
    fileButtons(file.file, file.state === 'paused'));
}

function filesView() {
  const files = state.files;
  if (!files) return show(main, h('h1', {}, 'Files'), h('p', {}, 'Loading…'));
  if (!files.enabled) {
    return show(main, h('h1', {}, 'Files'), h('p', {}, 'No files are taken here: sms.file.enabled is false.'));
  }
  let live = document.getElementById('live');
  if (!live || live.dataset.view !== 'files') {
    live = h('div', { id: 'live', 'data-view': 'files' });
    show(main, h('h1', {}, 'Files'), dropView(), live);
  }
  const underWay = files.running.length + files.paused.length;
  show(live,
    h('h2', {}, 'Under way'),
    underWay === 0 ? h('p', {}, 'No file is being sent.') : null,
    files.running.map(runningFile),
    files.runningMore ? h('p', {}, `${number(files.runningMore)} more are not shown.`) : null,
    files.paused.map(file => h('article', { class: 'file' }, h('h3', {}, file.file), h('p', {}, h('strong', {}, 'paused'), ' before a row was begun'), fileButtons(file.file, true))),
    files.pausedMore ? h('p', {}, `${number(files.pausedMore)} more that are paused are not shown.`) : null,
    h('p', {}, `${number(files.waiting)} ${files.waiting === 1 ? 'file waits' : 'files wait'} in the inbox.`),
    files.untaken.length === 0 ? null : [h('h2', {}, 'Not taken'),
      table('Files that are not taken', ['File', 'Why'], files.untaken.map(file => [file.file ?? file.name ?? '', file.reason ?? file.why ?? ''])),
      files.untakenMore ? h('p', {}, `${number(files.untakenMore)} more are not shown.`) : null],
    h('h2', {}, 'Ended'),
    files.past.length === 0 ? h('p', {}, 'No file has ended.')
      : table('Files that have ended', ['File', 'How', { n: 'Rows' }, { n: 'Accepted' }, { n: 'Refused' }, { n: 'Not settled' }, { n: 'Parts' }, 'When'],
        files.past.map(file => [file.as, file.state + (file.reason ? ': ' + file.reason : ''), number(file.rows), number(file.accepted),
          number(file.refused), number(file.unsettled), number(file.parts), time(file.finished)])));
}

async function loadFiles() {
  state.files = await call('files');
  if (view().name === 'files') filesView();
}

function dropView() {
  if (!operates()) return null;
  const result = h('div', { id: 'plan' });
  const input = h('input', { type: 'file', id: 'file', accept: '.csv,.json,.ndjson,.jsonl,.gz' });
  const check = async file => {
    if (!file) return;
    show(result, h('p', {}, `Checking ${file.name}; nothing is sent…`));
    try {
      const upload = await call('uploads?name=' + key(file.name), {
        method: 'POST', headers: { 'SMS-Routes-Token': state.session.token, 'Content-Type': 'application/octet-stream' }, body: file,
      });
      planView(result, upload);
    } catch (e) {
      show(result, h('p', { class: 'problem', role: 'alert' }, e.message));
    }
    input.value = '';
  };
  input.addEventListener('change', () => check(input.files[0]));
  const zone = h('div', { class: 'drop' },
    h('label', { for: 'file' }, 'Check a file'), input,
    h('p', { class: 'soft' }, 'Choose a file, or drop one here. It is checked first; nothing is sent before you say so.'));
  zone.addEventListener('dragover', event => { event.preventDefault(); zone.classList.add('over'); });
  zone.addEventListener('dragleave', () => zone.classList.remove('over'));
  zone.addEventListener('drop', event => {
    event.preventDefault();
    zone.classList.remove('over');
    check(event.dataTransfer.files[0]);
  });
  return h('section', { 'aria-label': 'Drop a file' }, zone, result);
}

function planView(result, upload) {
  const plan = upload.plan;
  const forget = doing(async () => {
    await post('uploads/forget', { id: upload.id });
    show(result);
  });
  if (plan.unreadable) {
    show(result, h('h2', {}, plan.file), h('p', { class: 'problem', role: 'alert' }, 'No row of it can be read: ' + plan.unreadable));
    return;
  }
  const sending = plan.toSend;
  const forced = sending.forcedUcs2.map(one => `${one.name} (${one.codePoint}) in ${number(one.rows)} rows`).join(', ');
  const send = doing(async () => {
    const { file } = await post('uploads/send', { id: upload.id });
    show(result);
    say(`${file} is in the inbox, and will be sent`);
    await loadFiles();
  });
  show(result,
    h('h2', { id: 'checked' }, `Checked: ${plan.file}`),
    h('dl', { class: 'cards' },
      card('Rows', number(plan.rows)), card('To be sent', number(sending.rows), `${number(sending.parts)} parts`),
      card('Sent before', number(plan.ledger.acceptedBefore), 'not sent again'),
      card('Refused', number(plan.refused), null, plan.refused > 0 ? 'wrong' : null),
      card('Parked', number(plan.parked)), card('Time', duration(sending.estimate.seconds), 'at the pace of this moment')),
    forced ? h('p', {}, `Characters that force UCS-2, with 70 instead of 160 characters a part: ${forced}.`) : null,
    plan.findings.length === 0 ? h('p', { class: 'ok' }, 'No faults.') : [
      h('h3', {}, 'Faults by column'),
      table('Faults by column', ['Column', 'Fault', { n: 'Rows' }],
        plan.faults.map(fault => [fault.column || '(the row)', words(fault, plan.findings), number(fault.rows)])),
      plan.moreFaults > 0 ? h('p', {}, `${number(plan.moreFaults)} more faults are not shown.`) : null,
      h('h3', {}, 'First faults'),
      table('First faults', [{ n: 'Row' }, 'Column', { n: 'Code' }, 'Fault'],
        plan.findings.slice(0, 50).map(one => [number(one.row), one.column, String(one.code), one.message]))],
    h('div', { class: 'row' },
      h('button', { onclick: send, disabled: sending.rows === 0 }, `Send ${number(sending.rows)} ${sending.rows === 1 ? 'row' : 'rows'}`),
      h('button', { class: 'plain', onclick: forget }, 'Do not send')));
  result.querySelector('button')?.focus();
}

/** Of its first row, where the example of a number is not masked. */
function words(fault, findings) {
  const same = one => one.row === fault.first?.[0]?.row && one.column === fault.column && one.code === fault.code;
  return findings.find(same)?.message ?? fault.message;
}

// ---- messages

const CLASSES = ['PARKED', 'UNCERTAIN', 'WAITING', 'REFUSED', 'DUPLICATE'];
const EXPLAINED = {
  PARKED: 'A person decides: tried for the last time, or it may have been sent.',
  UNCERTAIN: 'An attempt left and got no clear answer; the same key settles it.',
  WAITING: 'Surely not sent yet; a later attempt may send it.',
  REFUSED: 'The API refused it; nothing was sent.',
  DUPLICATE: 'The key was used before; nothing was sent now.',
};

function searchForm(value) {
  return h('form', {
    class: 'row', role: 'search',
    onsubmit: event => {
      event.preventDefault();
      const wanted = event.target.elements.key.value;
      if (wanted) location.hash = '#message/' + key(wanted);
    },
  }, h('label', {}, 'Message key', h('input', { name: 'key', value: value || '', autocomplete: 'off', maxlength: 200 })),
  h('button', {}, 'Show'));
}

/** What is on a queue: by the name of the list, the role of the queue and what it is. */
const LETTERS = {
  DEAD: ['dead', 'Dead letters', 'Given up after the last try, without a clear outcome. Choose one to see its life, and to replay it.'],
  INVALID: ['invalid', 'Refused requests', 'Requests over JMS that were refused. Choose one to see its life, and to correct and replay it.'],
};

function listChoice(chosen) {
  const option = (name, words) => h('option', { value: name, selected: name === chosen }, words);
  return h('div', { class: 'row' }, h('label', {}, 'List', h('select', {
    'data-focus': 'class', onchange: event => { location.hash = '#messages/' + event.target.value; },
  },
  h('optgroup', { label: 'In the ledger' }, CLASSES.map(name => option(name, WORDS[name]))),
  h('optgroup', { label: 'On a queue' }, Object.entries(LETTERS).map(([name, [, words]]) => option(name, words))))));
}

function letterRow(letter) {
  const why = letter.state
    ? [h('strong', {}, WORDS[letter.state] ?? letter.state), `: ${letter.code ?? ''} ${letter.reason ?? ''}`]
    : letter.expired ? 'It expired before it was sent.' : 'The broker gave it up: it could not be delivered or read.';
  const now = letter.now
    ? [WORDS[letter.now] ?? letter.now, ' since ', time(letter.changedAt)]
    : 'not in the ledger: a client of the broker has to send it again';
  return [letter.now ? h('a', { href: '#message/' + key(letter.messageKey) }, letter.messageKey) : letter.messageKey ?? 'without a key',
    why, letter.sentAt ? time(letter.sentAt) : '', now];
}

async function lettersView(chosen) {
  const [role, words, explained] = LETTERS[chosen];
  const found = await call('letters?queue=' + role);
  const left = found.enabled ? found.messages - found.letters.length : 0;
  show(main,
    h('h1', {}, 'Messages'),
    searchForm(''),
    listChoice(chosen),
    found.enabled ? h('p', { class: 'soft' }, `${explained} On the queue ${found.queue}; the oldest first.`)
      : h('p', {}, 'There is no queue here: sms.jms.enabled is false.'),
    !found.enabled ? null : found.letters.length === 0 ? h('p', {}, 'There are none.')
      : table(words, ['Message key', 'Why it is here', 'Came to us', 'In the ledger now'], found.letters.map(letterRow)),
    left > 0 ? h('p', {}, `The first ${number(found.letters.length)} of ${number(found.messages)}.`) : null);
}

async function messagesView(argument) {
  if (argument in LETTERS) return lettersView(argument);
  const chosen = CLASSES.includes(argument) ? argument : 'PARKED';
  const body = h('tbody');
  const more = h('div');
  let shown = 0;
  const load = async next => {
    const page = await call(`messages?state=${chosen}` + (next ? `&at=${next.at}&key=${key(next.key)}` : ''));
    for (const one of page.messages) {
      body.append(h('tr', {},
        h('td', {}, h('a', { href: '#message/' + key(one.messageKey) }, one.messageKey)),
        h('td', {}, one.code === null ? '' : one.code + ' ' + one.message), h('td', {}, one.definitionKey),
        h('td', {}, [one.channel, one.source].filter(Boolean).join(' ')), h('td', { class: 'n' }, String(one.attempts)), h('td', {}, time(one.changedAt))));
    }
    shown += page.messages.length;
    show(more, shown === 0 ? h('p', {}, 'There are none.') : null,
      page.next ? h('button', { class: 'plain', onclick: doing(() => load(page.next)) }, 'Show more') : null);
  };
  const titles = ['Message key', 'Why', 'Definition', 'Came by', 'Attempts', 'Since'];
  show(main, 
    h('h1', {}, 'Messages'),
    searchForm(''),
    listChoice(chosen),
    h('p', { class: 'soft' }, EXPLAINED[chosen] + ' The oldest first.'),
    h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': WORDS[chosen] },
      h('table', {}, h('thead', {}, h('tr', {}, titles.map((title, i) => h('th', { scope: 'col', class: i === 4 ? 'n' : null }, title)))), body)),
    more);
  await load(null);
}

function facts(pairs) {
  return h('dl', { class: 'facts' }, pairs.filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
}

async function messageView(messageKey) {
  show(main, h('h1', {}, 'Messages'), searchForm(messageKey), h('p', {}, 'Loading…'));
  let one;
  try {
    one = await call('message?key=' + key(messageKey));
  } catch (e) {
    show(main, h('h1', {}, 'Messages'), searchForm(messageKey), h('p', { class: 'problem', role: 'alert' }, e.message));
    return;
  }
  const request = one.request;
  const attributes = request?.attributes ?? [];
  show(main, 
    h('h1', {}, 'Messages'),
    searchForm(messageKey),
    h('h2', {}, one.messageKey),
    facts([
      ['State', h('strong', {}, WORDS[one.state] ?? one.state)], ['Why', one.code === null ? null : `${one.code} ${one.message}`],
      ['Uncertain', one.uncertain ? 'yes: the API may have accepted an attempt' : null], ['Attempts', String(one.attempts)],
      ['Definition', one.definitionKey], ['Came by', [one.channel, one.source].filter(Boolean).join(' ')], ['Caller', one.caller],
      ['Request id', one.requestId], ["Caller's request id", one.callerRequestId], ['Trace id', one.traceId], ['Number', request?.to],
      ['Attributes', attributes.join(', ') + (request?.moreAttributes ? `, and ${number(request.moreAttributes)} more` : '')],
      ['Request', request ? null : 'erased when the message was settled'],
    ]),
    h('h3', {}, 'Its life'),
    one.earlier ? h('p', { class: 'soft' }, `${number(one.earlier)} earlier moments are not shown.`) : null,
    h('ol', { class: 'life' }, one.life.map(moment => h('li', {}, time(moment.at), ' ', moment.what))),
    replayView(one, attributes));
}

function replayView(one, attributes) {
  if (!operates() || !one.maybeReplayed) return null;
  const outcome = h('div', { 'aria-live': 'polite' });
  const fields = [['to', 'Number'], ['contactKey', 'Contact key'], ['message', 'Text'], ...attributes.map(name => ['attributes.' + name, name])];
  const form = h('form', { 'aria-labelledby': 'replay' },
    h('h3', { id: 'replay' }, 'Edit and replay'),
    h('p', { class: 'soft' }, 'It is sent again under its own key. ' + (one.uncertain
      ? 'It cannot be edited, because the API may have it as it was.'
      : one.request ? 'Fill in only what is to change.' : 'Its request is erased; it may still be on the queue of dead letters.')),
    one.request && !one.uncertain ? fields.map(([name, title]) => h('label', {}, title, h('input', { name, autocomplete: 'off', placeholder: 'unchanged' }))) : null,
    h('div', { class: 'row' }, h('button', {}, 'Check: what would happen?')), outcome);
  form.addEventListener('input', () => show(outcome));
  form.addEventListener('submit', doing(async () => {
    const edits = fields.map(([name]) => name).filter(name => form.elements[name]?.value).map(name => `${name}=${form.elements[name].value}`);
    const dry = await post('messages/replay', { key: one.messageKey, edits, dryRun: true });
    if (!dry.goes) {
      show(outcome, h('p', { class: 'problem' }, 'It would not be sent: ' + dry.why));
      return;
    }
    const replay = doing(async () => {
      const done = await post('messages/replay', { key: one.messageKey, edits, dryRun: false, version: dry.version });
      say(done.goes ? `${one.messageKey} is on the queue, and will be sent` : done.why);
      await messageView(one.messageKey);
    });
    show(outcome, h('p', { class: 'ok' }, edits.length ? 'With these changes it would be sent.' : 'It would be sent as it is.'),
      h('button', { type: 'button', id: 'replay-now', onclick: replay }, 'Replay now'));
    outcome.querySelector('button').focus();
  }));
  return form;
}

// ---- definitions

async function definitionsView(chosen) {
  const list = await call('definitions');
  show(main, 
    h('h1', {}, 'Definitions'),
    list.definitions.length === 0 ? h('p', { class: 'problem' }, 'There is no definition: every request will be refused.') : null,
    table('Definitions', ['Key', 'Status', 'Placeholders', 'Notes'], list.definitions.map(one => [
      h('a', { href: '#definitions/' + key(one.key) }, one.key), one.status, (one.placeholders.join(', ') || 'none') + (one.morePlaceholders ? `, and ${one.morePlaceholders} more` : ''),
      one.lint.length === 0 ? 'none' : h('ul', { class: 'life' }, one.lint.map(note => h('li', {}, note)))])),
    list.more > 0 ? h('p', {}, `${list.more} more are not shown.`) : null);
  const first = chosen || list.definitions[0]?.key;
  if (first) main.append(await previewView(first));
}

async function previewView(definitionKey) {
  const definition = await call('definition?key=' + key(definitionKey));
  const result = h('div', { 'aria-live': 'polite' });
  const values = h('div');
  const text = h('textarea', { name: 'text', rows: 4 });
  text.value = definition.text;
  const form = h('form', { 'aria-labelledby': 'preview' },
    h('h2', { id: 'preview' }, 'Preview: ' + definition.key),
    h('p', { class: 'soft' }, 'Nothing is sent or stored. The text may be changed here to try it out.'),
    h('label', {}, 'Text', text), values, result);
  const fields = names => {
    const before = Object.fromEntries([...values.querySelectorAll('input')].map(input => [input.name, input.value]));
    if (JSON.stringify(Object.keys(before)) === JSON.stringify(names)) return;
    show(values, names.map(name => h('label', {}, name, h('input', { name, value: before[name] ?? '', autocomplete: 'off', 'data-focus': 'value ' + name }))));
  };
  let asked = 0;
  const preview = async () => {
    const mine = ++asked;
    const attributes = Object.fromEntries([...values.querySelectorAll('input')].filter(input => input.value).map(input => [input.name, input.value]));
    const answer = await post('definitions/preview', { text: text.value || ' ', attributes });
    if (mine !== asked) return;
    fields(answer.placeholders);
    show(result, previewResult(answer));
  };
  const safely = () => preview().catch(e => say(e.message));
  let typing;
  form.addEventListener('input', () => { clearTimeout(typing); typing = setTimeout(safely, 200); });
  form.addEventListener('submit', event => { event.preventDefault(); safely(); });
  fields(definition.placeholders);
  await preview();
  return form;
}

function previewResult(answer) {
  const characters = [...answer.text];
  const at = answer.forcedUcs2 ? answer.forcedUcs2.position - 1 : -1;
  const room = answer.parts * answer.unitsOfPart;
  return [
    h('p', {}, h('strong', {}, `${answer.exact ? '' : 'at least '}${answer.parts} ${answer.parts === 1 ? 'part' : 'parts'}`),
      ` of ${answer.encoding}: ${answer.units} of ${room} characters`),
    answer.forcedUcs2 ? h('p', { class: 'problem' }, `${answer.forcedUcs2.character} at character ${answer.forcedUcs2.position} forces UCS-2: a part holds 70 characters instead of 160.`) : null,
    answer.leftToApi ? h('p', {}, 'Only the API can render this text.') : null,
    answer.faults.length === 0 ? null : h('ul', { class: 'life' }, answer.faults.map(fault => h('li', {}, fault))),
    at < 0 || at >= characters.length ? h('pre', {}, answer.text) : h('pre', {}, characters.slice(0, at).join(''), h('mark', {}, characters[at]), characters.slice(at + 1).join('')),
  ];
}

// ---- the page as a whole

function view() {
  const [name, ...rest] = location.hash.slice(1).split('/');
  return { name: name && name !== 'main' ? name : 'overview', argument: decodeURIComponent(rest.join('/')) };
}

async function render() {
  const { name, argument } = view();
  const current = name === 'message' ? 'messages' : name;
  document.querySelectorAll('nav a').forEach(link => {
    if (link.getAttribute('href') === '#' + current) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  });
  document.title = current[0].toUpperCase() + current.slice(1) + ' · sms-routes';
  try {
    if (name === 'files') filesView();
    else if (name === 'messages') await messagesView(argument);
    else if (name === 'message') await messageView(argument);
    else if (name === 'definitions') await definitionsView(argument);
    else overviewView();
    main.dataset.ready = location.hash;
  } catch (e) {
    show(main, h('h1', {}, document.title), h('p', { class: 'problem', role: 'alert' }, e.message));
  }
}

const LOST = document.getElementById('lost').textContent;

function listen() {
  const events = new EventSource('/page/api/events');
  const lost = document.getElementById('lost');
  events.addEventListener('overview', event => {
    state.overview = JSON.parse(event.data);
    if (view().name === 'overview') overviewView();
  });
  events.addEventListener('files', event => {
    state.files = JSON.parse(event.data);
    if (view().name === 'files') filesView();
  });
  events.addEventListener('open', () => { lost.hidden = true; lost.textContent = LOST; });
  events.addEventListener('error', () => {
    lost.hidden = false;
    // After a refusal the browser does not try again, and does not tell the reason.
    if (events.readyState === EventSource.CLOSED) {
      refusal().then(reason => { lost.textContent = reason; });
      setTimeout(listen, 5000);
    }
  });
}

async function refusal() {
  const stop = new AbortController();
  try {
    const answer = await fetch('/page/api/events', { signal: stop.signal });
    return answer.ok ? LOST : 'No news from sms-routes: ' + (await answer.json()).message;
  } catch {
    return LOST;
  } finally {
    stop.abort();
  }
}

async function start() {
  try {
    state.session = await call('session');
  } catch (e) {
    show(main, h('p', { class: 'problem', role: 'alert' }, e.message));
    return;
  }
  const { caller, operates: may, sandbox } = state.session;
  document.getElementById('who').textContent = (caller ?? 'local user') + (may ? '' : ' (may observe)');
  document.getElementById('sandbox').hidden = !sandbox;
  window.addEventListener('hashchange', () => { if (location.hash !== '#main') render().then(() => main.focus()); });
  listen();
  await render();
}

start();
