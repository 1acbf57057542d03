// Where the person writes: text, files, places, contacts.

import { h, icon, sheet, toast } from './dom.js';
import { upload } from './store.js';
import { summary } from './render.js';

const attempt = (promise) => promise.catch((error) => toast(error.message));

function kindOf(file) {
  if (file.type === 'image/webp') return 'sticker';
  const kind = file.type.split('/')[0];
  return ['image', 'video', 'audio'].includes(kind) ? kind : 'document';
}

async function sendFile(context, file, caption) {
  const media = await upload(file, context.conversation.phone_number_id);
  const kind = kindOf(file);
  const content = { id: media.id, mime_type: media.mime_type, sha256: media.sha256 };
  if (caption && (kind === 'image' || kind === 'video' || kind === 'document')) content.caption = caption;
  if (kind === 'document') content.filename = file.name;
  if (kind === 'audio') content.voice = /ogg/.test(file.type);
  if (kind === 'sticker') content.animated = false;
  return context.say(kind, content);
}

function pickFile(context, accept, input) {
  const picker = h('input', { type: 'file', accept, hidden: true, 'data-test': 'file' });
  picker.addEventListener('change', () => {
    const [file] = picker.files;
    picker.remove();
    if (!file) return;
    attempt(sendFile(context, file, input.value.trim()).then(() => (input.value = '')));
  });
  document.body.append(picker);
  picker.click();
}

export function openLocation(context, quoted) {
  sheet('Send location', (close) => {
    const field = (label, name, value, required) => h('label', {}, label, h('input', { name, value, required, autocomplete: 'off' }));
    return h('form', { class: 'fields', onsubmit: (event) => {
      event.preventDefault();
      const data = Object.fromEntries(new FormData(event.target));
      const latitude = Number(data.latitude);
      const longitude = Number(data.longitude);
      if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return toast('Degrees: latitude to 90, longitude to 180');
      const content = { latitude, longitude };
      if (data.name) content.name = data.name;
      if (data.address) content.address = data.address;
      attempt(context.say('location', content, quoted));
      return close();
    } }, h('div', { class: 'two' }, field('Latitude', 'latitude', '52.52437', true), field('Longitude', 'longitude', '13.41053', true)),
    field('Name', 'name', 'Alexanderplatz'), field('Address', 'address', 'Berlin, Germany'),
    h('button', { class: 'primary', type: 'submit' }, 'Send'));
  });
}

function openContact(context) {
  sheet('Send contact', (close) => h('form', { class: 'fields', onsubmit: (event) => {
    event.preventDefault();
    const { name, phone } = Object.fromEntries(new FormData(event.target));
    attempt(context.say('contacts', [{ name: { formatted_name: name, first_name: name.split(' ')[0] }, phones: [{ phone, type: 'MOBILE' }] }]));
    close();
  } }, h('label', {}, 'Name', h('input', { name: 'name', value: 'Ada Lovelace', required: true, autocomplete: 'off' })),
  h('label', {}, 'Phone', h('input', { name: 'phone', value: '+15550002222', required: true, autocomplete: 'off' })),
  h('button', { class: 'primary', type: 'submit' }, 'Send')));
}

function attachMenu(context, input) {
  const menu = h('div', { class: 'menu up', role: 'menu', hidden: true });
  const item = (name, label, onclick) => h('button', { type: 'button', role: 'menuitem', onclick: () => {
    menu.hidden = true;
    onclick();
  } }, icon(name), label);
  menu.append(
    item('image', 'Photo or video', () => pickFile(context, 'image/*,video/*', input)),
    item('audio', 'Audio', () => pickFile(context, 'audio/*', input)),
    item('file', 'Document', () => pickFile(context, '*/*', input)),
    item('pin', 'Location', () => openLocation(context)),
    item('person', 'Contact', () => openContact(context)));
  return menu;
}

// The bar under a chat. `context.quoted()` is the message being answered.
export function composer(context) {
  const input = h('textarea', { class: 'write', rows: 1, placeholder: 'Message', 'aria-label': 'Message', maxlength: 4096 });
  const grow = () => {
    input.style.height = 'auto';
    input.style.height = `${Math.min(input.scrollHeight, 140)}px`;
  };
  const submit = () => {
    const body = input.value.trim();
    if (!body) return;
    attempt(context.say('text', { body }));
    input.value = '';
    grow();
  };
  const menu = attachMenu(context, input);
  const quoted = h('div', { class: 'answering', hidden: true });
  input.addEventListener('input', grow);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') context.quote(null);
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  const bar = h('form', { class: 'composer', onsubmit: (event) => {
    event.preventDefault();
    submit();
  } }, quoted, h('div', { class: 'composer-row' }, menu,
    h('button', { class: 'icon', type: 'button', 'aria-label': 'Attach', 'aria-haspopup': 'menu', onclick: () => (menu.hidden = !menu.hidden) }, icon('clip')),
    input, h('button', { class: 'send', type: 'submit', 'aria-label': 'Send' }, icon('send'))));
  bar.answering = (one) => {
    quoted.hidden = !one;
    quoted.replaceChildren(...(one ? [h('div', { class: 'quote' }, h('b', {}, one.from === 'user' ? 'You' : 'Business'), h('span', {}, summary(one))),
      h('button', { class: 'icon small', type: 'button', 'aria-label': 'Do not quote', onclick: () => context.quote(null) }, icon('close'))] : []));
    if (one) input.focus();
  };
  document.addEventListener('click', (event) => {
    if (!event.target.closest('.menu, [aria-haspopup]')) menu.hidden = true;
  });
  return bar;
}
