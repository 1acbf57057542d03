// Elements, icons and words: everything is built as nodes, so that nothing a message holds can become markup.

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'class') node.className = value;
    else if (name === 'value') node.value = value;
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const ICONS = {
  plus: 'M12 5v14M5 12h14',
  back: 'M15 5l-7 7 7 7',
  more: 'M12 5h.01M12 12h.01M12 19h.01',
  send: 'M4 12l16-8-5 16-3-7-8-1z',
  clip: 'M20 11l-8.5 8.5a5 5 0 01-7-7L13 4a3.4 3.4 0 015 5l-8.5 8.4a1.7 1.7 0 01-2.4-2.4L15 7.2',
  reply: 'M9 7l-5 5 5 5M4 12h9a7 7 0 017 7',
  smile: 'M12 21a9 9 0 100-18 9 9 0 000 18zM8.5 14.5a4.5 4.5 0 007 0M9 9.5h.01M15 9.5h.01',
  code: 'M8 7l-5 5 5 5M16 7l5 5-5 5',
  close: 'M6 6l12 12M18 6L6 18',
  pin: 'M12 21s7-6.2 7-11.5a7 7 0 10-14 0C5 14.8 12 21 12 21zM12 12a2.5 2.5 0 100-5 2.5 2.5 0 000 5z',
  person: 'M12 12a4 4 0 100-8 4 4 0 000 8zM4.5 20.5a7.5 7.5 0 0115 0',
  image: 'M4 5h16v14H4zM4 16l5-5 4 4 2.5-2.5L20 17M15.5 9.5h.01',
  video: 'M4 6h11v12H4zM15 10l5-3v10l-5-3',
  audio: 'M12 4v10a3.5 3.5 0 11-2-3.2M12 4l6 2',
  mic: 'M12 15a3 3 0 003-3V6a3 3 0 10-6 0v6a3 3 0 003 3zM6 11.5a6 6 0 0012 0M12 17.5V21',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  link: 'M10 14a4 4 0 005.6 0l3-3A4 4 0 0013 5.4l-1 1M14 10a4 4 0 00-5.6 0l-3 3A4 4 0 0011 18.6l1-1',
  phone: 'M5 4h4l1.5 5-2.5 1.5a11 11 0 005.5 5.5L15 13.5l5 1.5v4a1.5 1.5 0 01-1.7 1.5C10.5 19.5 4.5 13.5 3.5 5.7A1.5 1.5 0 015 4z',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  list: 'M9 6h11M9 12h11M9 18h11M4 6h.01M4 12h.01M4 18h.01',
  bag: 'M5 8h14l-1 12H6zM9 8V7a3 3 0 016 0v1',
  form: 'M5 4h14v16H5zM8.5 9h7M8.5 13h7M8.5 17h4',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  bell: 'M6 16V11a6 6 0 1112 0v5l1.5 2h-15zM10 20.5h4',
  warn: 'M12 4l9 16H3zM12 10v4M12 17h.01',
  chat: 'M4 5h16v11H9l-5 4z',
};

export function icon(name) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  const path = document.createElementNS(space, 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.classList.add('icon-svg');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

// One tick: sent. Two: delivered. Two in colour: read.
export function ticks(status) {
  const space = 'http://www.w3.org/2000/svg';
  const labels = { accepted: 'accepted', sent: 'sent', delivered: 'delivered', read: 'read', played: 'played', failed: 'failed' };
  if (status === 'failed') return h('span', { class: 'ticks failed', role: 'img', 'aria-label': 'failed' }, '!');
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 20 12');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', labels[status] ?? status);
  svg.classList.add('ticks', status);
  const draw = (d) => {
    const path = document.createElementNS(space, 'path');
    path.setAttribute('d', d);
    svg.append(path);
  };
  if (status === 'accepted') {
    draw('M10 2.5a4 4 0 100 7.5 4 4 0 000-7.5M10 4v2.5l1.7 1');
  } else {
    draw('M2 6.5l3.5 3.5L13 2');
    if (status !== 'sent') draw('M8.5 9l1 1L17.5 2');
  }
  return svg;
}

export const clock = (ms) => new Date(ms).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

export function day(ms) {
  const date = new Date(ms);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(ms).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return date.toLocaleDateString([], { day: 'numeric', month: 'long', year: 'numeric' });
}

// Stable and readable in both colour schemes: the hue comes from the name.
export function avatar(text, seed = text) {
  let hash = 0;
  for (const c of seed) hash = (hash * 31 + c.codePointAt(0)) % 360;
  const node = h('span', { class: 'avatar', 'aria-hidden': 'true' }, text);
  node.style.setProperty('--hue', hash);
  return node;
}

const MARKS = [
  [/^```([\s\S]+?)```/, 'code'],
  [/^\*(?=\S)([^*\n]*\S)\*/, 'strong'],
  [/^_(?=\S)([^_\n]*\S)_/, 'em'],
  [/^~(?=\S)([^~\n]*\S)~/, 's'],
];

// WhatsApp's own marks, and links.
export function rich(text) {
  const parts = [];
  let plain = '';
  const flush = () => {
    if (plain) parts.push(plain);
    plain = '';
  };
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    const link = /^https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)]/.exec(rest);
    const edge = at === 0 || /[\s(.,;:!?]/.test(text[at - 1]);
    const mark = edge ? MARKS.map(([pattern, tag]) => [pattern.exec(rest), tag]).find(([found]) => found) : null;
    if (link) {
      flush();
      parts.push(outside(link[0], link[0]));
      at += link[0].length;
    } else if (mark) {
      flush();
      parts.push(h(mark[1], {}, mark[1] === 'code' ? mark[0][1] : rich(mark[0][1])));
      at += mark[0][0].length;
    } else {
      plain += text[at++];
    }
  }
  flush();
  return parts;
}

// A link that leaves the page; anything but http(s) and tel stays text.
export function outside(href, ...label) {
  if (!/^(https?|tel):/i.test(href ?? '')) return h('span', {}, ...label);
  return h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, ...label);
}

// A modal sheet; `build(close)` gives its content.
export function sheet(title, build) {
  const dialog = h('dialog', { class: 'sheet', 'aria-label': title });
  const close = () => dialog.close();
  dialog.append(
    h('header', { class: 'sheet-head' }, h('h2', {}, title),
      h('button', { class: 'icon', type: 'button', 'aria-label': 'Close', onclick: close }, icon('close'))),
    build(close));
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => event.target === dialog && close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

export function toast(text) {
  const node = h('p', { class: 'toast', role: 'alert' }, text);
  document.body.append(node);
  setTimeout(() => node.remove(), 4000);
}
