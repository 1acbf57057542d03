// The page: the list of conversations and the open one.

import { avatar, clock, day, h, icon, sheet, ticks, toast } from './dom.js';
import { bubbles, connect, latest, now, onChange, prefer, say, state } from './store.js';
import { bubble, summary } from './render.js';
import { composer, openLocation } from './compose.js';

const list = document.getElementById('conversations');
const pane = document.getElementById('chat');
const app = document.getElementById('app');

let selected = decodeURIComponent(location.hash.slice(1));
let quoted = null;
let view = null;

const title = (one) => one.name && one.name !== 'Sandbox User' ? one.name : one.phone || one.group_id || one.user_id;
const initials = (one) => (one.group_id ? '#' : one.name && one.name !== 'Sandbox User' ? one.name[0].toUpperCase() : (one.phone || one.user_id).slice(-2));
const current = () => state.conversations.get(selected);

function open(id) {
  selected = id;
  quoted = null;
  state.unread.delete(id);
  history.replaceState(null, '', id ? `#${encodeURIComponent(id)}` : location.pathname);
  drawChat();
  drawList();
}

// What rendering and composing need of the open chat.
const context = {
  get conversation() { return current(); },
  say(type, content, answered) {
    const quote = answered ?? (type === 'reaction' ? undefined : quoted?.id);
    if (type !== 'reaction') context.quote(null);
    return say(current(), type, content, quote).catch((error) => toast(error.message));
  },
  quote(one) {
    quoted = one;
    view?.composer.answering(one);
  },
  location: (id) => openLocation(context, id),
  redraw: () => drawMessages(true),
};

function row(one) {
  const last = latest(one.id);
  const unread = state.unread.get(one.id);
  const typing = one.typing_until > now();
  return h('button', { class: `conversation${one.id === selected ? ' selected' : ''}`, type: 'button', 'data-conversation': one.id, 'aria-current': one.id === selected ? 'true' : undefined, onclick: () => open(one.id) },
    avatar(initials(one), one.id),
    h('span', { class: 'who' }, h('b', {}, title(one)), h('small', { class: 'preview' }, typing ? h('em', {}, 'typing…') : [last?.from === 'user' && ticks(last.status), summary(last)])),
    h('span', { class: 'when' }, last && h('time', {}, day(last.at) === 'Today' ? clock(last.at) : day(last.at)), unread && h('span', { class: 'badge' }, unread)));
}

function drawList() {
  const focused = document.activeElement?.dataset.conversation;
  const all = [...state.conversations.values()].sort((a, b) => (latest(b.id)?.at ?? 0) - (latest(a.id)?.at ?? 0));
  list.replaceChildren(...(all.length ? all.map(row) : [h('p', { class: 'empty' }, 'No conversation yet. Send a message with the connector, or write to the business with +.')]));
  if (focused) list.querySelector(`[data-conversation="${CSS.escape(focused)}"]`)?.focus();
  document.title = [...state.unread.values()].reduce((a, b) => a + b, 0) ? '● Phone · graph-sandbox' : 'Phone · graph-sandbox';
}

function windowText(one) {
  const left = one.window_until - now();
  if (left <= 0) return 'Window closed: only templates reach this user';
  const hours = Math.floor(left / 3_600_000);
  return `Window open for ${hours > 0 ? `${hours} h` : `${Math.max(1, Math.floor(left / 60_000))} min`}`;
}

function chatHead() {
  const name = h('b', {});
  const line = h('small', {});
  const menu = h('div', { class: 'menu', role: 'menu', hidden: true });
  const preference = h('button', { type: 'button', role: 'menuitem', onclick: () => {
    menu.hidden = true;
    const one = current();
    prefer(one, one.stopped ? 'resume' : 'stop').catch((error) => toast(error.message));
  } });
  menu.append(preference);
  const face = h('span', {});
  const head = h('header', { class: 'bar' },
    h('button', { class: 'icon back', type: 'button', 'aria-label': 'Back to conversations', onclick: () => open('') }, icon('back')),
    face, h('span', { class: 'who' }, name, line),
    h('button', { class: 'icon', type: 'button', 'aria-label': 'Menu', 'aria-haspopup': 'menu', onclick: () => (menu.hidden = !menu.hidden) }, icon('more')), menu);
  document.addEventListener('click', (event) => {
    if (!event.target.closest('.menu, [aria-haspopup]')) menu.hidden = true;
  });
  head.update = (one) => {
    face.replaceChildren(avatar('B', one.phone_number_id));
    name.textContent = `Business ${one.business}`;
    line.textContent = one.typing_until > now() ? 'typing…' : `You are ${[...new Set([title(one), one.phone])].filter(Boolean).join(', ')} · ${windowText(one)}`;
    preference.textContent = one.stopped ? 'Resume marketing messages' : 'Stop marketing messages';
  };
  return head;
}

function drawChat() {
  const one = current();
  app.classList.toggle('open', Boolean(one));
  if (!one) {
    view = null;
    pane.replaceChildren(h('div', { class: 'welcome' }, icon('chat'), h('h2', {}, 'The other end of the line'),
      h('p', {}, 'Here you are the customer. Whatever the connector sends arrives on this page, and what you answer goes back to it as a signed webhook.')));
    return;
  }
  view = { head: chatHead(), log: h('div', { class: 'log', role: 'log', 'aria-live': 'polite', tabindex: 0 }), note: h('p', { class: 'note', hidden: true }, icon('bell'), 'Marketing messages are stopped.'), composer: composer(context), shown: new Map() };
  pane.replaceChildren(view.head, view.note, view.log, view.composer);
  drawMessages(true);
}

// Only what changed is drawn anew, so that a menu or a film somebody uses stays as it is.
function drawMessages(all) {
  const one = current();
  if (!view || !one) return;
  view.head.update(one);
  view.note.hidden = !one.stopped;
  const { log, shown } = view;
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const wanted = bubbles(selected);
  if (all) {
    log.replaceChildren();
    shown.clear();
  }
  let lastDay = log.dataset.day;
  if (all) lastDay = '';
  for (const message of wanted) {
    const print = JSON.stringify([message.status, message.error, state.reactions.get(message.id)]);
    const before = shown.get(message.id);
    if (before?.print === print) continue;
    const node = bubble(message, context);
    if (before) {
      before.node.replaceWith(node);
    } else {
      if (day(message.at) !== lastDay) log.append(h('p', { class: 'day' }, (lastDay = day(message.at))));
      log.append(node);
    }
    shown.set(message.id, { print, node });
  }
  log.dataset.day = lastDay ?? '';
  if (all || atEnd) log.scrollTop = log.scrollHeight;
}

function newChat() {
  sheet('New conversation', (close) => h('form', { class: 'fields', onsubmit: (event) => {
    event.preventDefault();
    const data = Object.fromEntries(new FormData(event.target));
    const digits = data.phone.replace(/\D/g, '');
    if (digits.length < 7 || digits.length > 15) return toast('A phone number has 7 to 15 digits with its country code');
    const id = `${data.number}/${digits}`;
    const business = state.numbers.find((one) => one.id === data.number).phone;
    say({ phone_number_id: data.number, phone: `+${digits}`, name: data.name, business }, 'text', { body: data.text })
      .then(() => open(id)).catch((error) => toast(error.message));
    return close();
  } }, h('label', {}, 'Your phone number', h('input', { name: 'phone', type: 'tel', value: `+1555${String(Math.floor(Math.random() * 1e7)).padStart(7, '0')}`, required: true, autocomplete: 'off' })),
  h('label', {}, 'Your name', h('input', { name: 'name', value: 'Ada', required: true, maxlength: 60, autocomplete: 'off' })),
  h('label', {}, 'Business', h('select', { name: 'number' }, state.numbers.map((one) => h('option', { value: one.id }, one.phone)))),
  h('label', {}, 'First message', h('textarea', { name: 'text', rows: 3, required: true, value: 'Hello! Is anybody there?' })),
  h('button', { class: 'primary', type: 'submit' }, 'Send')));
}

const button = document.getElementById('new-chat');
button.append(icon('plus'));
button.addEventListener('click', newChat);

onChange((news) => {
  document.getElementById('offline').hidden = state.online;
  if (news.conversations === undefined) return;
  if (selected) state.unread.delete(selected);
  // Where there is room for it, the latest conversation opens by itself.
  if (!selected && state.conversations.size > 0 && matchMedia('(min-width: 760px)').matches) {
    selected = [...state.conversations.keys()].sort((a, b) => (latest(b)?.at ?? 0) - (latest(a)?.at ?? 0))[0];
  }
  // A draft survives a reconnection.
  if (!view || !current()) drawChat();
  else drawMessages(news.anew);
  drawList();
});

// Windows and typing bubbles end without news.
setInterval(() => {
  if (current()) view?.head.update(current());
  drawList();
}, 5000);

drawChat();
drawList();
connect(() => selected);
