// The real sandbox and the real connector on free ports, with data of their own; stopped and removed at the end.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const bin = resolve(process.env.WAC_BIN_DIR ?? '../../build/debug/bin');
const secret = 'browser-test-secret-0123456789';

const freePort = () => new Promise((done, failed) => {
  const server = createServer();
  server.once('error', failed);
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

// Starts a program and waits for a line of its output; its output is shown when that does not come.
function start(name, args, env, pattern) {
  const child = spawn(join(bin, name), args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const ready = new Promise((done, failed) => {
    const see = (bytes) => {
      output += bytes;
      const found = pattern.exec(output);
      if (found) done(found[1]);
    };
    child.stdout.on('data', see);
    child.stderr.on('data', see);
    child.once('exit', (code) => failed(new Error(`${name} ended with ${code}:\n${output}`)));
    child.once('error', failed);
  });
  const stop = () => new Promise((done) => {
    if (child.exitCode !== null) return done();
    child.once('exit', done);
    child.kill('SIGTERM');
    return setTimeout(() => child.kill('SIGKILL'), 8000).unref();
  });
  return { ready, stop };
}

export async function startPrograms() {
  const directory = await mkdtemp(join(tmpdir(), 'wac-browser-'));
  const [port, adminPort] = [await freePort(), await freePort()];
  const sandbox = start('graph-sandbox', ['--port', '0', '--app-secret', secret, '--reply', 'never', '--webhook-url', `http://127.0.0.1:${port}/webhook`],
    { PATH: process.env.PATH }, /"event":"listening","port":(\d+)/);
  const sandboxUrl = `http://127.0.0.1:${await sandbox.ready}`;
  const connector = start('whatsapp-connector', [], {
    PATH: process.env.PATH, ENVIRONMENT: 'development', LISTEN_ADDRESS: '127.0.0.1', PORT: String(port), ADMIN_PORT: String(adminPort),
    DATA_DIR: directory, STORE: 'embedded', GRAPH_API_URL: sandboxUrl, DRAIN_TIMEOUT_MS: '2000', WHATSAPP_WEBHOOK_SECRET: secret,
  }, /"message":"(ready)"/);
  await connector.ready;
  const connectorUrl = `http://127.0.0.1:${port}`;
  const key = (await readFile(join(directory, 'api_key'), 'utf8')).trim();
  const authorization = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' };

  // One intent, waited for; returns its wamid.
  const send = async (payload, more = {}) => {
    const answer = await fetch(`${connectorUrl}/v1/intents`, { method: 'POST', headers: authorization,
      body: JSON.stringify({ intents: [{ intentId: randomUUID(), to: '+15550001111', payload, ...more }] }) });
    const body = await answer.json();
    const [result] = body.result?.results ?? [];
    if (result?.status !== 'sent') throw new Error(`not sent: ${JSON.stringify(body)}`);
    return result.wamid;
  };

  let cursor = '';
  // The next event for which `wanted` holds; waits up to 20 s.
  const event = async (wanted) => {
    for (const end = Date.now() + 20_000; Date.now() < end;) {
      const answer = await fetch(`${connectorUrl}/v1/events?wait=2&cursor=${encodeURIComponent(cursor)}`, { headers: authorization });
      const page = await answer.json();
      cursor = page.cursor;
      const found = page.events.find(wanted);
      if (found) return found;
    }
    throw new Error('no such event came');
  };

  const get = (path) => fetch(connectorUrl + path, { headers: authorization });

  const control = async (name, body) => {
    const answer = await fetch(`${sandboxUrl}/_sandbox/${name}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  };

  const stop = async () => {
    await connector.stop();
    await sandbox.stop();
    await rm(directory, { recursive: true, force: true });
  };
  return { sandboxUrl, connectorUrl, send, event, get, control, stop };
}
