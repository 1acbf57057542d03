// One message as a bubble: every type the Cloud API sends or a user writes.

import { avatar, clock, h, icon, outside, rich, sheet, ticks } from './dom.js';
import { interactive, interactiveReply, templateCard } from './interactive.js';
import { state } from './store.js';

const mediaUrl = (media) => (media?.id ? `/_sandbox/phone/media/${encodeURIComponent(media.id)}` : undefined);

const size = (bytes) =>
  bytes === undefined ? '' : bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;

// A picture or film that is not here: where it would come from.
function placeholder(kind, media) {
  const name = { image: 'Photo', video: 'Video', sticker: 'Sticker', gif: 'GIF' }[kind] ?? 'Media';
  return h('div', { class: `placeholder ${kind}` }, icon(kind === 'video' || kind === 'gif' ? 'video' : 'image'),
    h('span', {}, name), media?.link ? outside(media.link, new URL(media.link).host) : h('small', {}, media?.id ? `id ${media.id}` : ''));
}

function picture(kind, media) {
  const src = mediaUrl(media);
  if (!src) return placeholder(kind, media);
  const node = kind === 'video' || kind === 'gif'
    ? h('video', { class: 'media', src, controls: true, preload: 'metadata' })
    : h('img', { class: `media ${kind}`, src, alt: media.caption || kind, loading: 'lazy' });
  node.addEventListener('error', () => node.replaceWith(placeholder(kind, media)), { once: true });
  return node;
}

function audio(media, message) {
  const voice = Boolean(media?.voice);
  const src = mediaUrl(media);
  const bars = h('span', { class: 'wave', 'aria-hidden': 'true' });
  let seed = 7;
  for (const c of message.id) seed = (seed * 33 + c.codePointAt(0)) >>> 0;
  for (let i = 0; i < 32; ++i) {
    const bar = h('i', {});
    seed = (seed * 1664525 + 1013904223) >>> 0;
    bar.style.height = `${20 + (seed % 80)}%`;
    bars.append(bar);
  }
  const sound = src ? new Audio(src) : null;
  const play = h('button', { class: 'round', type: 'button', 'aria-label': voice ? 'Play voice message' : 'Play audio',
    onclick: () => sound?.play().catch(() => {}) }, icon(voice ? 'mic' : 'audio'));
  return h('div', { class: `audio${voice ? ' voice' : ''}` }, play, bars,
    h('small', {}, media?.link ? outside(media.link, new URL(media.link).host) : voice ? 'Voice message' : 'Audio'));
}

function documentCard(media) {
  const name = media?.filename ?? 'Document';
  const kind = (/\.([a-z0-9]{1,5})$/i.exec(name)?.[1] ?? 'file').toUpperCase();
  const href = mediaUrl(media);
  const card = h('span', { class: 'file' }, h('span', { class: 'file-kind' }, kind),
    h('span', { class: 'file-name' }, h('b', {}, name), h('small', {}, media?.link ? new URL(media.link).host : size(media?.file_size))));
  if (media?.link) return outside(media.link, card);
  return href ? h('a', { href, download: name }, card) : card;
}

export function place(location) {
  const { latitude, longitude, name, address } = location;
  const map = `https://www.openstreetmap.org/?mlat=${encodeURIComponent(latitude)}&mlon=${encodeURIComponent(longitude)}#map=15/${encodeURIComponent(latitude)}/${encodeURIComponent(longitude)}`;
  return h('div', { class: 'place' }, h('div', { class: 'map' }, icon('pin')),
    h('div', { class: 'place-text' }, name && h('b', {}, name), address && h('span', {}, address),
      outside(map, `${Number(latitude).toFixed(5)}, ${Number(longitude).toFixed(5)}`)));
}

function contactCards(contacts) {
  return contacts.map((one) => {
    const name = one.name?.formatted_name ?? 'Contact';
    const phones = (one.phones ?? []).map((phone) => h('span', {}, outside(`tel:${phone.phone ?? phone.wa_id}`, phone.phone ?? phone.wa_id)));
    const more = [...(one.emails ?? []).map((email) => h('span', {}, email.email)), one.org?.company && h('span', {}, [one.org.title, one.org.company].filter(Boolean).join(', '))];
    return h('div', { class: 'contact' }, avatar(name.slice(0, 1).toUpperCase(), name), h('div', {}, h('b', {}, name), phones, more));
  });
}

function order(content) {
  const items = content.product_items ?? [];
  const total = items.reduce((sum, item) => sum + item.quantity * item.item_price, 0);
  return h('div', { class: 'card' }, h('div', { class: 'line' }, icon('bag'), h('b', {}, `${items.length} ${items.length === 1 ? 'item' : 'items'}`)),
    items.map((item) => h('div', { class: 'line' }, `${item.quantity} × ${item.product_retailer_id}`)),
    h('small', {}, `${total} ${items[0]?.currency ?? ''}`), content.text && h('p', { class: 'text' }, content.text));
}

export function header(content, message) {
  if (!content) return null;
  if (content.type === 'text') return h('p', { class: 'head' }, rich(content.text));
  if (content.type === 'document') return documentCard(content.document);
  if (content.type === 'location') return content.location ? place(content.location) : null;
  if (content.type === 'product') return h('div', { class: 'placeholder' }, icon('bag'), h('span', {}, content.product?.product_retailer_id ?? 'Product'));
  return picture(content.type, content[content.type]);
}

const text = (content) => content && h('p', { class: 'text' }, rich(content));

function withCaption(node, media) {
  return [node, text(media?.caption)];
}

// The parts of a bubble, by type.
export function content(one, context) {
  const message = one.message;
  const body = message[message.type];
  switch (message.type) {
    case 'text': return text(body.body);
    case 'image':
    case 'video': return withCaption(picture(message.type, body), body);
    case 'sticker': return picture('sticker', body);
    case 'audio': return audio(body, one);
    case 'document': return withCaption(documentCard(body), body);
    case 'location': return place(body);
    case 'contacts': return contactCards(body);
    case 'order': return order(body);
    case 'button': return text(body.text);
    case 'template': return templateCard(one, context);
    case 'interactive': return one.from === 'user' ? interactiveReply(body) : interactive(one, context);
    case 'pin': return h('p', { class: 'text muted' }, body.type === 'pin' ? 'Pinned a message' : 'Unpinned a message');
    default: return h('p', { class: 'text muted' }, `${message.type}`);
  }
}

const NAMES = { image: 'Photo', video: 'Video', audio: 'Audio', document: 'Document', sticker: 'Sticker', location: 'Location', contacts: 'Contact', order: 'Order', pin: 'Pin' };

const unmarked = (words) => words?.replace(/(^|[\s(])([*_~])(?=\S)(.*?\S)\2/g, '$1$3').replaceAll('```', '');

// One line about a message, without its marks: in the list and in quotes.
export function summary(one) {
  if (!one) return '';
  const message = one.message;
  const body = message[message.type];
  switch (message.type) {
    case 'text': return unmarked(body.body);
    case 'button': return body.text;
    case 'template': return `Template: ${body.name}`;
    case 'reaction': return body.emoji ? `Reacted ${body.emoji}` : 'Took a reaction back';
    case 'interactive': return unmarked(body.body?.text) ?? (body.button_reply ?? body.list_reply)?.title ?? body.nfm_reply?.body ?? 'Interactive message';
    case 'contacts': return body[0]?.name?.formatted_name ?? 'Contact';
    case 'audio': return body.voice ? 'Voice message' : 'Audio';
    default: return body?.caption || body?.filename || body?.name || NAMES[message.type] || message.type;
  }
}

function quote(message, mine) {
  const id = message.context?.message_id ?? message.context?.id;
  if (!id || message.type === 'template') return null;
  const target = state.messages.get(id);
  return h('button', { class: 'quote', type: 'button', onclick: () => document.getElementById(id)?.scrollIntoView({ block: 'center', behavior: 'smooth' }) },
    h('b', {}, target ? (target.from === 'user' ? 'You' : 'Business') : 'A message'), h('span', {}, target ? summary(target) : 'that is not shown here'));
}

function reactions(one) {
  const both = state.reactions.get(one.id);
  const all = both ? [both.business, both.user].filter(Boolean) : [];
  if (!all.length) return null;
  return h('span', { class: 'reactions', 'aria-label': `Reactions: ${all.join(' ')}` }, [...new Set(all)].join(' '), all.length > 1 && all[0] === all[1] ? ' 2' : '');
}

const RAISED = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

function actions(one, context) {
  const mine = state.reactions.get(one.id)?.user;
  const react = (emoji) => context.say('reaction', { message_id: one.id, ...(emoji ? { emoji } : {}) });
  const picker = h('div', { class: 'picker', role: 'menu', hidden: true },
    RAISED.map((emoji) => h('button', { type: 'button', role: 'menuitem', class: emoji === mine ? 'on' : '', 'aria-label': `React with ${emoji}`,
      onclick: () => react(emoji === mine ? '' : emoji) }, emoji)));
  return h('div', { class: 'actions' },
    one.from === 'business' && h('button', { class: 'icon small', type: 'button', 'aria-label': 'React', title: 'React', onclick: () => (picker.hidden = !picker.hidden) }, icon('smile')),
    h('button', { class: 'icon small', type: 'button', 'aria-label': 'Reply', title: 'Reply', onclick: () => context.quote(one) }, icon('reply')),
    h('button', { class: 'icon small', type: 'button', 'aria-label': 'Show JSON', title: 'Show JSON', onclick: () => inspect(one) }, icon('code')),
    picker);
}

function inspect(one) {
  sheet('Message', () => h('div', { class: 'inspect' },
    h('p', { class: 'muted' }, one.from === 'business' ? 'As the connector sent it to Graph.' : 'As it stands in the webhook.'),
    h('pre', {}, JSON.stringify(one.message, null, 2)), h('small', { class: 'muted' }, one.id)));
}

export function bubble(one, context) {
  const mine = one.from === 'user';
  const bare = one.message.type === 'sticker';
  return h('article', { class: `row ${mine ? 'mine' : 'theirs'}`, id: one.id, 'data-type': one.message.type, 'data-status': one.status },
    h('div', { class: `bubble${bare ? ' bare' : ''}` }, quote(one.message, mine), content(one, context),
      h('footer', {}, h('time', {}, clock(one.at)), ticks(one.status)),
      one.error && h('p', { class: 'error' }, icon('warn'), `${one.error.code} ${one.error.title}`), reactions(one)),
    actions(one, context));
}
