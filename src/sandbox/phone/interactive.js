// Messages with something to tap, and what a tap answers.

import { h, icon, outside, rich, sheet, toast } from './dom.js';
import { header } from './render.js';
import { definition, filled } from './templates.js';

const text = (content, kind = 'text') => content && h('p', { class: kind }, rich(content));

function tap(name, label, onclick) {
  return h('button', { class: 'tap', type: 'button', onclick }, name && icon(name), h('span', {}, label));
}

const tapLink = (name, href, label) => {
  const link = outside(href, icon(name), h('span', {}, label));
  link.classList.add('tap');
  return link;
};

function reply(context, one, content) {
  return context.say('interactive', content, one.id);
}

function openList(one, context, action) {
  sheet(action.button, (close) => h('div', { class: 'choices' }, action.sections.map((section) => [
    section.title && h('h3', {}, section.title),
    section.rows.map((row) => h('button', { class: 'choice', type: 'button', onclick: () => {
      const list_reply = { id: row.id, title: row.title, ...(row.description ? { description: row.description } : {}) };
      reply(context, one, { type: 'list_reply', list_reply });
      close();
    } }, h('b', {}, row.title), row.description && h('span', {}, row.description))),
  ])));
}

// A flow's or an address form's answer: any fields, as the form would send them.
function openForm(title, one, context, name, start) {
  sheet(title, (close) => {
    const field = h('textarea', { class: 'code', rows: 7, 'aria-label': 'What the form sends, as JSON', value: JSON.stringify(start, null, 2) });
    return h('form', { class: 'fields', onsubmit: (event) => {
      event.preventDefault();
      try {
        JSON.parse(field.value);
      } catch {
        return toast('That is not JSON');
      }
      reply(context, one, { type: 'nfm_reply', nfm_reply: { name, body: 'Sent', response_json: field.value } });
      return close();
    } }, h('label', {}, 'The form’s answer', field), h('button', { class: 'primary', type: 'submit' }, 'Send'));
  });
}

function openProducts(title, one, context, catalog, products) {
  const amounts = new Map(products.map((id, index) => [id, index === 0 ? 1 : 0]));
  sheet(title, (close) => h('form', { class: 'fields', onsubmit: (event) => {
    event.preventDefault();
    const product_items = [...amounts].filter(([, quantity]) => quantity > 0)
      .map(([product_retailer_id, quantity]) => ({ product_retailer_id, quantity, item_price: 10, currency: 'USD' }));
    if (!product_items.length) return toast('Choose something');
    context.say('order', { catalog_id: catalog, product_items }, one.id);
    return close();
  } }, products.map((id) => h('label', { class: 'product' }, icon('bag'), h('span', {}, id),
    h('input', { type: 'number', min: 0, max: 99, value: amounts.get(id), 'aria-label': `How many ${id}`,
      oninput: (event) => amounts.set(id, Number(event.target.value)) }))),
  h('button', { class: 'primary', type: 'submit' }, 'Send order')));
}

function shareContact(one, context) {
  const who = context.conversation;
  context.say('contacts', [{ name: { formatted_name: who.name || who.phone, first_name: who.name || who.phone },
    phones: [{ phone: who.phone, wa_id: who.phone.replace('+', ''), type: 'MOBILE' }], origin: 'contact_request' }], one.id);
}

function askCalls(one, context) {
  const answer = (response) => reply(context, one, { type: 'call_permission_reply', call_permission_reply: {
    response, ...(response === 'accept' ? { expiration_timestamp: Math.floor(Date.now() / 1000) + 7 * 86400 } : {}), response_source: 'user_action' } });
  return [tap('check', 'Allow calls', () => answer('accept')), tap('close', 'Not now', () => answer('reject'))];
}

function taps(one, context, kind, action) {
  const parameters = action?.parameters ?? {};
  switch (kind) {
    case 'button': return action.buttons.map(({ reply: { id, title } }) =>
      tap('reply', title, () => reply(context, one, { type: 'button_reply', button_reply: { id, title } })));
    case 'list': return [tap('list', action.button, () => openList(one, context, action))];
    case 'cta_url': return [tapLink('link', parameters.url, parameters.display_text)];
    case 'flow': return [tap('form', parameters.flow_cta, () => openForm(parameters.flow_cta, one, context, 'flow',
      { flow_token: parameters.flow_token ?? 'unused', ...(parameters.flow_action_payload?.data ?? {}) }))];
    case 'address_message': return [tap('pin', 'Provide address', () => openForm('Address', one, context, 'address_message',
      { values: { name: '', phone_number: context.conversation.phone, in_pin_code: '', address: '', city: '', state: '', ...parameters.values } }))];
    case 'location_request_message': return [tap('pin', 'Send location', () => context.location(one.id))];
    case 'request_contact_info': return [tap('person', 'Share contact', () => shareContact(one, context))];
    case 'call_permission_request': return askCalls(one, context);
    case 'voice_call': return [tap('phone', parameters.display_text ?? 'Call now', () => toast('Calls are not played by the sandbox'))];
    case 'product': return [tap('bag', 'View item', () => openProducts('Item', one, context, action.catalog_id, [action.product_retailer_id]))];
    case 'product_list': return [tap('bag', 'View items', () => openProducts('Items', one, context, action.catalog_id,
      action.sections.flatMap((section) => section.product_items.map((item) => item.product_retailer_id))))];
    case 'catalog_message': return [tap('bag', 'View catalog', () => openProducts('Catalog', one, context, 'catalog',
      [parameters.thumbnail_product_retailer_id ?? 'item-1']))];
    default: return [];
  }
}

function card(one, context, item) {
  const action = item.action ?? {};
  const buttons = action.buttons
    ? action.buttons.map(({ quick_reply: { id, title } }) => tap('reply', title, () => reply(context, one, { type: 'button_reply', button_reply: { id, title } })))
    : action.catalog_id
      ? taps(one, context, 'product', action)
      : taps(one, context, 'cta_url', action);
  return h('div', { class: 'slide' }, action.catalog_id ? h('div', { class: 'placeholder' }, icon('bag'), h('span', {}, action.product_retailer_id)) : header(item.header),
    text(item.body?.text), h('div', { class: 'taps' }, buttons));
}

export function interactive(one, context) {
  const content = one.message.interactive;
  if (content.type === 'carousel') {
    return [text(content.body?.text), h('div', { class: 'slides', tabindex: 0, 'aria-label': 'Cards' }, content.action.cards.map((item) => card(one, context, item)))];
  }
  const product = content.type === 'product' && h('div', { class: 'placeholder' }, icon('bag'), h('span', {}, content.action.product_retailer_id));
  return [product, header(content.header), text(content.body?.text), text(content.footer?.text, 'foot'),
    h('div', { class: 'taps' }, taps(one, context, content.type, content.action))];
}

export function interactiveReply(content) {
  const chosen = content.button_reply ?? content.list_reply;
  if (chosen) return [text(chosen.title), text(chosen.description, 'foot')];
  if (content.nfm_reply) {
    return h('div', { class: 'card' }, h('div', { class: 'line' }, icon('form'), h('b', {}, 'Form sent')), h('pre', {}, content.nfm_reply.response_json));
  }
  if (content.call_permission_reply) {
    return text(content.call_permission_reply.response === 'accept' ? 'Calls allowed' : 'Calls not allowed');
  }
  return text(content.type);
}

function templateTap(one, context, button) {
  const payload = button.parameter?.payload ?? button.text;
  const copied = (code) => navigator.clipboard?.writeText(code).then(() => toast(`${code} copied`), () => toast(code));
  switch (button.type?.toUpperCase()) {
    case 'QUICK_REPLY': return tap('reply', button.text, () => context.say('button', { payload, text: button.text }, one.id));
    case 'URL': return tapLink('link', button.address, button.text);
    case 'PHONE_NUMBER': return tapLink('phone', `tel:${button.phone_number}`, button.text);
    case 'COPY_CODE': return tap('copy', button.text ?? 'Copy code', () => copied(button.parameter?.coupon_code ?? ''));
    case 'OTP': return tap('copy', button.text ?? 'Copy code', () => copied(button.parameter?.text ?? ''));
    case 'FLOW': return tap('form', button.text, () => openForm(button.text, one, context, 'flow', { flow_token: button.parameter?.action?.flow_token ?? 'unused' }));
    case 'REQUEST_CONTACT_INFO': return tap('person', button.text ?? 'Share contact', () => shareContact(one, context));
    case 'CATALOG':
    case 'MPM': {
      const action = button.parameter?.action ?? {};
      const products = (action.sections ?? []).flatMap((section) => section.product_items.map((item) => item.product_retailer_id));
      return tap('bag', button.text, () => openProducts(button.text, one, context, 'catalog', products.length ? products : [action.thumbnail_product_retailer_id ?? 'item-1']));
    }
    default: return tap(null, button.text ?? button.type, () => toast('Nothing happens here'));
  }
}

function parts(one, context, content) {
  return [header(content.header),
    content.offer && h('div', { class: 'card' }, h('div', { class: 'line' }, icon('bell'), h('b', {}, content.offer.text)),
      content.offer.until && h('small', {}, `until ${new Date(content.offer.until).toLocaleString()}`)),
    text(content.body), text(content.footer, 'foot'),
    h('div', { class: 'taps' }, content.buttons.map((button) => templateTap(one, context, button)))];
}

export function templateCard(one, context) {
  const template = one.message.template;
  const found = definition(template, context.redraw);
  if (!found) return text(`Template ${template.name}`);
  const content = filled(found.components, template.components);
  return [parts(one, context, content),
    content.cards.length > 0 && h('div', { class: 'slides', tabindex: 0, 'aria-label': 'Cards' },
      content.cards.map((item) => h('div', { class: 'slide' }, parts(one, context, item))))];
}
