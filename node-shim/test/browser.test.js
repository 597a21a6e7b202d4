// The page that takes tokens apart, in a real browser: what it shows, and that nothing leaves it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { missing } from './processes.js';
import { packaged, workspace } from './workspace.js';

const playwright = workspace('target/tools/node/node_modules/playwright-core/index.mjs');
const program = '/usr/bin/chromium';
const skip = missing(playwright) || missing(program);
/** Where the pictures go, for somebody to look at. */
const PICTURES = workspace('target/browser');
const TYPES = { '.css': 'text/css', '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const TOKEN = [part({ typ: 'JWT', alg: 'RS256', kid: 'x' }), part({ aud: 'api://your-api-id', exp: 4102444800, name: 'Alice' }), 'c2ln'].join('.');

let browser;
let damage;
let elsewhere;
let server;

before(async () => {
  if (skip) return;
  mkdirSync(PICTURES, { recursive: true });
  server = await listening((request, response) => {
    const path = new URL(request.url, 'http://localhost').pathname;
    server.asked.push(request.url);
    const content = readFileSync(packaged(path.slice(1)));
    if (damage === extname(path)) content[content.length - 1] ^= 1;
    response.writeHead(200, { 'content-type': TYPES[extname(path)] }).end(content);
  });
  elsewhere = await listening((request, response) => response.end(elsewhere.asked.push(request.url) && ''));
  const { chromium } = await import(pathToFileURL(playwright));
  // Without these it asks its maker for updates.
  const args = ['--disable-background-networking', '--disable-component-update', '--disable-quic', '--disable-sync'];
  browser = await chromium.launch({ executablePath: program, args });
});
after(async () => {
  await browser?.close();
  for (const each of [server, elsewhere]) each?.close();
});
beforeEach(() => {
  damage = undefined;
  for (const each of [server, elsewhere]) if (each) each.asked = [];
});

async function listening(answer) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(server, { asked: [] });
}

const at = (server, path = '') => `http://127.0.0.1:${server.address().port}/${path}`;

/** The page, with a token typed into it, once it says something. `prepare` runs in it before all else. */
async function inspected(token, { colorScheme = 'light', prepare } = {}) {
  const context = await browser.newContext({ viewport: { width: 900, height: 780 }, colorScheme });
  const page = await context.newPage();
  if (prepare) await page.addInitScript(prepare);
  await page.goto(at(server, 'inspect.html'));
  await page.getByLabel('Token').fill(token);
  await page.waitForFunction(() => document.getElementById('verdict').textContent !== '');
  return page;
}

const verdict = (page) => page.locator('#verdict').textContent();

test('a token is taken apart in the page, and nothing of it leaves', { skip }, async () => {
  for (const [colorScheme, prepare] of [
    ['light', undefined],
    // As in browsers where WebAssembly cannot wait for promises.
    ['dark', () => delete WebAssembly.Suspending],
  ]) {
    const page = await inspected(`Bearer ${TOKEN}`, { colorScheme, prepare });
    assert.match(await verdict(page), /^not expired, until /);
    assert.equal(JSON.parse(await page.locator('#claims').textContent()).name, 'Alice');
    assert.equal(JSON.parse(await page.locator('#header').textContent()).alg, 'RS256');
    await page.screenshot({ path: `${PICTURES}/inspect-${colorScheme}.png` });
    const sent = (address) => fetch(address, { method: 'POST', body: 'x' }).then(() => 'sent', () => 'held back');
    assert.equal(await page.evaluate(sent, at(elsewhere)), 'held back');
    await page.context().close();
  }
  assert.deepEqual(elsewhere.asked, []);
  assert.deepEqual(server.asked.filter((url) => !/^\/[\w.-]+\.(css|html|js|wasm)$/.test(url)), []);
});

test('what is no token, and a core module that was changed, are said', { skip }, async () => {
  const opaque = await inspected('hello');
  assert.equal(await verdict(opaque), 'a token of kind opaque');
  const broken = await inspected('eyJhbGciOiJub25lIn0.!!!.');
  assert.equal(await verdict(broken), 'invalid token format: part 2 is not base64url');
  damage = '.wasm';
  const changed = await inspected(TOKEN);
  assert.match(await verdict(changed), /^`core-[0-9a-f]{8}\.wasm` cannot be loaded, or is not the file that this package was built with/);
  assert.equal(await changed.locator('#parts').isVisible(), false);
});
