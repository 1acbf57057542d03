// The phone page in Chromium: what the connector sends is seen there, and what a person answers becomes the connector's events.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { startPrograms } from './programs.js';

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

let programs;
let browser;
let page;
let problems = [];

before(async () => {
  programs = await startPrograms();
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
  page = await browser.newPage();
  page.setDefaultTimeout(10_000);
  page.on('pageerror', (error) => problems.push(error.message));
  // A page that breaks its own policy says so here.
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(`${programs.sandboxUrl}/phone`);
});

after(async () => {
  await browser?.close();
  await programs?.stop();
});

afterEach(() => {
  const seen = problems;
  problems = [];
  assert.deepEqual(seen, [], 'the page reported errors');
});

const bubble = (wamid) => page.locator(`[id="${wamid}"]`);
const received = (kind) => programs.event((event) => event.type === `whatsapp.message.received.${kind}`);
// What Meta's webhook said about the message, wherever an event keeps it.
const message = (event) => event.data.message ?? event.data;

async function sendAndSee(payload, more) {
  const wamid = await programs.send(payload, more);
  await bubble(wamid).waitFor();
  return wamid;
}

test('an empty page explains itself', async () => {
  await page.getByText('The other end of the line').waitFor();
  await page.getByText('No conversation yet').waitFor();
  assert.equal(await page.locator('.composer').count(), 0);
});

test('a text arrives, gets its ticks, and the answer is an event', async () => {
  const wamid = await programs.send({ type: 'text', text: { body: 'Hello *Ada*, it is <b>here</b>: https://shop.example.com/a?b=1' } });
  const shown = bubble(wamid);
  await shown.waitFor();
  assert.equal(await shown.locator('strong').innerText(), 'Ada');
  assert.match(await shown.locator('.text').innerText(), /it is <b>here<\/b>/, 'markup in a message stays text');
  assert.equal(await shown.locator('.text a').getAttribute('rel'), 'noopener noreferrer');
  await page.locator(`[id="${wamid}"][data-status="read"]`).waitFor();

  await page.getByRole('textbox', { name: 'Message' }).fill('Thank you');
  await page.getByRole('textbox', { name: 'Message' }).press('Enter');
  const event = await received('text');
  assert.equal(message(event).text.body, 'Thank you');
  await page.locator('.mine', { hasText: 'Thank you' }).waitFor();
});

test('a quoted reply and a reaction name the message', async () => {
  const wamid = await sendAndSee({ type: 'text', text: { body: 'Which colour?' } });
  await bubble(wamid).hover();
  await bubble(wamid).getByRole('button', { name: 'Reply' }).click();
  await page.getByRole('textbox', { name: 'Message' }).fill('Green');
  await page.getByRole('button', { name: 'Send' }).click();
  const reply = message(await received('text'));
  assert.equal(reply.text.body, 'Green');
  assert.equal(reply.context.id, wamid);
  await page.locator('.mine', { hasText: 'Green' }).locator('.quote', { hasText: 'Which colour?' }).waitFor();

  await bubble(wamid).hover();
  await bubble(wamid).getByRole('button', { name: 'React', exact: true }).click();
  await bubble(wamid).getByRole('menuitem').first().click();
  const reaction = message(await received('reaction')).reaction;
  assert.deepEqual(reaction, { message_id: wamid, emoji: '👍' });
  await bubble(wamid).locator('.reactions', { hasText: '👍' }).waitFor();

  await bubble(wamid).hover();
  await bubble(wamid).getByRole('button', { name: 'React', exact: true }).click();
  await bubble(wamid).getByRole('menuitem').first().click();
  assert.deepEqual(message(await received('reaction')).reaction, { message_id: wamid }, 'taken back: no emoji');
  await bubble(wamid).locator('.reactions').waitFor({ state: 'detached' });
});

test('the business reacts to a message of the user', async () => {
  await page.getByRole('textbox', { name: 'Message' }).fill('I like it');
  await page.getByRole('button', { name: 'Send' }).click();
  const event = message(await received('text'));
  await programs.send({ type: 'reaction', reaction: { message_id: event.id, emoji: '🎉' } });
  await bubble(event.id).locator('.reactions', { hasText: '🎉' }).waitFor();
});

test('reading turns the user’s ticks', async () => {
  await page.getByRole('textbox', { name: 'Message' }).fill('Read me');
  await page.getByRole('button', { name: 'Send' }).click();
  const event = message(await received('text'));
  await page.locator(`[id="${event.id}"][data-status="delivered"]`).waitFor();
  await programs.send({ type: 'mark_read', mark_read: { message_id: event.id } }).catch(() => {});
  await page.locator(`[id="${event.id}"][data-status="read"]`).waitFor();
});

test('buttons and lists answer with what was chosen', async () => {
  const buttons = await sendAndSee({ type: 'interactive', interactive: { type: 'button', body: { text: 'Ring the bell?' },
    action: { buttons: [{ type: 'reply', reply: { id: 'yes', title: 'Yes, please' } }, { type: 'reply', reply: { id: 'no', title: 'No' } }] } } });
  await bubble(buttons).getByRole('button', { name: 'Yes, please' }).click();
  const button = message(await received('interactive'));
  assert.deepEqual(button.interactive, { type: 'button_reply', button_reply: { id: 'yes', title: 'Yes, please' } });
  assert.equal(button.context.id, buttons);

  const list = await sendAndSee({ type: 'interactive', interactive: { type: 'list', body: { text: 'When?' }, action: { button: 'Choose',
    sections: [{ title: 'Morning', rows: [{ id: 'm', title: '8 to 10', description: 'Early' }] }, { title: 'Evening', rows: [{ id: 'e', title: '18 to 20' }] }] } } });
  await bubble(list).getByRole('button', { name: 'Choose' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '8 to 10' }).click();
  assert.deepEqual(message(await received('interactive')).interactive, { type: 'list_reply', list_reply: { id: 'm', title: '8 to 10', description: 'Early' } });
});

test('a template is filled from its definition, and its quick reply comes back', async () => {
  const wamid = await sendAndSee({ type: 'template', template: { name: 'order_shipped', language: { code: 'en_US' }, components: [
    { type: 'header', parameters: [{ type: 'image', image: { link: 'https://images.example.com/a.jpg' } }] },
    { type: 'body', parameters: [{ type: 'text', parameter_name: 'first_name', text: 'Ada' }, { type: 'text', parameter_name: 'order_id', text: '4711' }] },
    { type: 'button', sub_type: 'quick_reply', index: '0', parameters: [{ type: 'payload', payload: 'help-4711' }] },
    { type: 'button', sub_type: 'url', index: '1', parameters: [{ type: 'text', text: '4711' }] }] } });
  await bubble(wamid).getByText('Ada, order 4711 is on its way.').waitFor();
  assert.equal(await bubble(wamid).getByRole('link', { name: 'Track' }).getAttribute('href'), 'https://shop.example.com/track/4711');
  await bubble(wamid).getByRole('button', { name: 'Help' }).click();
  const reply = message(await received('button'));
  assert.deepEqual(reply.button, { payload: 'help-4711', text: 'Help' });
  assert.equal(reply.context.id, wamid);
});

test('every other type is drawn', async () => {
  const link = (name) => ({ link: `https://files.example.com/${name}` });
  const sent = [
    [{ type: 'image', image: { ...link('a.jpg'), caption: 'The parcel' } }, 'The parcel'],
    [{ type: 'video', video: link('a.mp4') }, 'Video'],
    [{ type: 'audio', audio: { ...link('a.ogg'), voice: true } }, 'files.example.com'],
    [{ type: 'document', document: { ...link('a.pdf'), filename: 'Invoice.pdf' } }, 'Invoice.pdf'],
    [{ type: 'sticker', sticker: link('a.webp') }, 'Sticker'],
    [{ type: 'location', location: { latitude: 52.5, longitude: 13.4, name: 'Pick-up' } }, 'Pick-up'],
    [{ type: 'contacts', contacts: [{ name: { formatted_name: 'Linus C', first_name: 'Linus' }, phones: [{ phone: '+15550002222' }] }] }, 'Linus C'],
    [{ type: 'interactive', interactive: { type: 'cta_url', body: { text: 'See' }, action: { name: 'cta_url', parameters: { display_text: 'Track it', url: 'https://shop.example.com/t' } } } }, 'Track it'],
    [{ type: 'interactive', interactive: { type: 'flow', body: { text: 'Rate' }, action: { name: 'flow', parameters: { flow_message_version: '3', flow_id: '1', flow_cta: 'Rate us', flow_token: 't' } } } }, 'Rate us'],
    [{ type: 'interactive', interactive: { type: 'product', action: { catalog_id: '1', product_retailer_id: 'mug' } } }, 'View item'],
    [{ type: 'interactive', interactive: { type: 'carousel', body: { text: 'Pick' }, action: { cards: [0, 1].map((card_index) => ({ card_index, type: 'cta_url',
      header: { type: 'image', image: link('c.jpg') }, body: { text: `Card ${card_index}` }, action: { name: 'cta_url', parameters: { display_text: 'Look', url: 'https://shop.example.com/' } } })) } } }, 'Card 1'],
  ];
  for (const [payload, words] of sent) {
    const wamid = await sendAndSee(payload);
    await bubble(wamid).getByText(words).first().waitFor();
    assert.doesNotMatch(await bubble(wamid).innerText(), /\[object|undefined/);
  }
});

test('a requested place, a form and an order go back', async () => {
  const where = await sendAndSee({ type: 'interactive', interactive: { type: 'location_request_message', body: { text: 'Where are you?' }, action: { name: 'send_location' } } });
  await bubble(where).getByRole('button', { name: 'Send location' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Send' }).click();
  const place = message(await received('location'));
  assert.equal(place.location.latitude, 52.52437);
  assert.equal(place.context.id, where);

  const flow = await sendAndSee({ type: 'interactive', interactive: { type: 'flow', body: { text: 'Rate' }, action: { name: 'flow',
    parameters: { flow_message_version: '3', flow_id: '1', flow_cta: 'Rate us', flow_token: 'tok' } } } });
  await bubble(flow).getByRole('button', { name: 'Rate us' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Send' }).click();
  const form = message(await received('interactive')).interactive;
  assert.equal(form.type, 'nfm_reply');
  assert.equal(JSON.parse(form.nfm_reply.response_json).flow_token, 'tok');

  const product = await sendAndSee({ type: 'interactive', interactive: { type: 'product', action: { catalog_id: 'c1', product_retailer_id: 'mug' } } });
  await bubble(product).getByRole('button', { name: 'View item' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Send order' }).click();
  const order = message(await received('order')).order;
  assert.equal(order.catalog_id, 'c1');
  assert.equal(order.product_items[0].product_retailer_id, 'mug');
});

// The smallest PNG there is: one pixel.
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

test('a picture the connector’s owner uploaded is shown', async () => {
  const form = new FormData();
  form.set('messaging_product', 'whatsapp');
  form.set('type', 'image/png');
  form.set('file', new Blob([PIXEL], { type: 'image/png' }), 'pixel.png');
  const uploaded = await fetch(`${programs.sandboxUrl}/v25.0/106540352242922/media`, { method: 'POST', headers: { Authorization: 'Bearer sandbox-token' }, body: form });
  const { id } = await uploaded.json();
  const wamid = await sendAndSee({ type: 'image', image: { id, caption: 'One pixel' } });
  const image = bubble(wamid).locator('img.media');
  await image.waitFor();
  await page.waitForFunction((name) => document.getElementById(name).querySelector('img').naturalWidth === 1, wamid);
});

test('a file the person attaches reaches the connector as a media id it can fetch', async () => {
  const attach = async (choice, file) => {
    await page.getByRole('button', { name: 'Attach' }).click();
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('menuitem', { name: choice }).click();
    await (await chooser).setFiles(file);
  };
  await attach('Document', { name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('a note') });
  const { document } = message(await received('document'));
  assert.equal(document.filename, 'note.txt');
  assert.equal(document.mime_type, 'text/plain');
  const fetched = await programs.get(`/v1/media/${document.id}`);
  assert.equal(fetched.status, 200);
  assert.equal(await fetched.text(), 'a note');

  await page.getByRole('textbox', { name: 'Message' }).fill('Look at this');
  await attach('Photo or video', { name: 'pixel.png', mimeType: 'image/png', buffer: PIXEL });
  const { image } = message(await received('image'));
  assert.equal(image.caption, 'Look at this');
  await page.locator('.mine', { hasText: 'Look at this' }).locator('img.media').waitFor();
});

test('marketing is stopped and resumed', async () => {
  const preference = () => programs.event((event) => JSON.stringify(event).includes('user_preferences'));
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('menuitem', { name: 'Stop marketing messages' }).click();
  await page.getByText('Marketing messages are stopped.').waitFor();
  assert.match(JSON.stringify(await preference()), /"stop"/);
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('menuitem', { name: 'Resume marketing messages' }).click();
  await page.getByText('Marketing messages are stopped.').waitFor({ state: 'hidden' });
  assert.match(JSON.stringify(await preference()), /"resume"/);
});

test('a failed message says why', async () => {
  await programs.control('faults', [{ kind: 'failed_status', next: 1, code: 131026 }]);
  const wamid = await programs.send({ type: 'text', text: { body: 'Lost' } });
  await page.locator(`[id="${wamid}"][data-status="failed"]`).getByText('131026 Message undeliverable').waitFor();
});

test('a new conversation starts from the page', async () => {
  await page.getByRole('button', { name: 'New conversation' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Your phone number').fill('+1 (555) 000-7777');
  await dialog.getByLabel('Your name').fill('Grace');
  await dialog.getByLabel('First message').fill('Are you open?');
  await dialog.getByRole('button', { name: 'Send' }).click();
  const event = message(await received('text'));
  assert.equal(event.from, '15550007777');
  await page.getByText('You are Grace').waitFor();
  const answer = await programs.send({ type: 'text', text: { body: 'Yes' } }, { to: '+15550007777' });
  await bubble(answer).waitFor();
});

test('on a narrow screen one thing is shown at a time', async () => {
  const narrow = await browser.newPage({ viewport: { width: 390, height: 780 } });
  await narrow.goto(`${programs.sandboxUrl}/phone`);
  await narrow.locator('.conversation', { hasText: 'Grace' }).click();
  await narrow.getByText('Are you open?').last().waitFor();
  assert.equal(await narrow.locator('.side').isVisible(), false);
  const wide = await narrow.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  assert.equal(wide, false, 'nothing sticks out');
  await narrow.getByRole('button', { name: 'Back to conversations' }).click();
  await narrow.locator('.conversation').first().waitFor();
  await narrow.close();
});

test('nothing leaves the page but requests to the sandbox', async () => {
  const answer = await fetch(`${programs.sandboxUrl}/phone`);
  const policy = answer.headers.get('content-security-policy');
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self'/);
  assert.doesNotMatch(policy, /unsafe/);
});
