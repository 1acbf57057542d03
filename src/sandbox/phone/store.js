// What the sandbox knows, mirrored: conversations and messages, kept current by server-sent events.

export const state = {
  numbers: [],
  conversations: new Map(),
  messages: new Map(),
  // Per conversation: message ids in order.
  order: new Map(),
  // Per message id: { business: emoji, user: emoji }.
  reactions: new Map(),
  // Per conversation: messages of the business nobody has looked at.
  unread: new Map(),
  // What the sandbox's clock is ahead of ours.
  ahead: 0,
  online: false,
};

const listeners = new Set();
export const onChange = (listener) => listeners.add(listener);
const changed = (news) => listeners.forEach((listener) => listener(news));

function forget() {
  for (const map of [state.conversations, state.messages, state.order, state.reactions, state.unread]) map.clear();
}

function fold(message) {
  const { message_id: target, emoji } = message.message.reaction ?? {};
  if (!target) return;
  const both = state.reactions.get(target) ?? {};
  both[message.from] = emoji || undefined;
  state.reactions.set(target, both);
}

function take(message, selected, first) {
  const known = state.messages.has(message.id);
  state.messages.set(message.id, message);
  if (known) return;
  const order = state.order.get(message.conversation) ?? [];
  state.order.set(message.conversation, [...order, message.id]);
  if (message.message.type === 'reaction') fold(message);
  if (!first && message.from === 'business' && message.conversation !== selected) {
    state.unread.set(message.conversation, (state.unread.get(message.conversation) ?? 0) + 1);
  }
}

export function connect(selected) {
  const source = new EventSource('/_sandbox/phone/events');
  source.onopen = () => changed({ online: (state.online = true) });
  source.onerror = () => changed({ online: (state.online = false) });
  source.onmessage = (event) => {
    const news = JSON.parse(event.data);
    if (news.anew) forget();
    state.numbers = news.numbers;
    state.ahead = news.now - Date.now();
    for (const one of news.conversations) state.conversations.set(one.id, one);
    for (const one of news.messages) take(one, selected(), news.anew);
    state.online = true;
    changed(news);
  };
}

export const now = () => Date.now() + state.ahead;

// The conversation's messages that are bubbles; reactions sit on others.
export function bubbles(conversation) {
  return (state.order.get(conversation) ?? [])
    .map((id) => state.messages.get(id))
    .filter((one) => one && one.message.type !== 'reaction');
}

export function latest(conversation) {
  const order = state.order.get(conversation) ?? [];
  return state.messages.get(order[order.length - 1]);
}

async function post(path, body) {
  const answer = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  const result = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(result.error ?? `The sandbox answered ${answer.status}`);
  return result;
}

// Who the person at this page is in a conversation, as the control API wants it.
function sender(one) {
  const who = { phone_number_id: one.phone_number_id };
  if (one.phone) who.from = one.phone;
  if (one.user_id) who.user_id = one.user_id;
  if (one.group_id) who.group_id = one.group_id;
  if (one.name) who.name = one.name;
  return who;
}

// `quoted`: the id of the message answered.
export function say(conversation, type, content, quoted) {
  const body = { ...sender(conversation), type, [type]: content };
  if (quoted) body.context = { from: conversation.business.replace('+', ''), id: quoted };
  return post('/_sandbox/inbound', body);
}

export const prefer = (conversation, value) => post('/_sandbox/preferences', { ...sender(conversation), value });

// Stores a file as Meta would for one of the business's numbers, and returns what a message says about it.
export async function upload(file, number) {
  const answer = await fetch(`/_sandbox/phone/media?number=${encodeURIComponent(number)}`, {
    method: 'POST', headers: { 'Content-Type': file.type || 'application/octet-stream' }, body: file });
  const result = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(result.error ?? `The sandbox answered ${answer.status}`);
  return result;
}
