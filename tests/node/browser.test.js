// The shipped program's sign-in through a real browser: the emulator's pages, and the program's own at the end.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { startEmulator } from './emulator.js';
import { User } from './program.js';
import { workspace } from './workspace.js';

const { chromium } = await import(
  pathToFileURL(workspace('target/tools/node/node_modules/playwright-core/index.mjs'))
);

const COMMAND_LINE = '88888888-7777-6666-5555-444444444444';
const ALICE = 'alice@contoso.onmicrosoft.com';
/** Where the pictures go, for somebody to look at. */
const PICTURES = workspace('target/browser');

let browser;
let emulator;
let user;
let page;

before(async () => {
  mkdirSync(PICTURES, { recursive: true });
  emulator = await startEmulator();
  // Without these it asks its maker for updates.
  const args = ['--disable-background-networking', '--disable-component-update', '--disable-quic', '--disable-sync'];
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args });
});
after(async () => {
  await browser.close();
  emulator.stop();
});
beforeEach(async () => {
  await emulator.reset();
  user = new User();
  await user.run(
    `config create --name person --tenant-id contoso.onmicrosoft.com --client-id ${COMMAND_LINE} --auth-method Public ` +
      `--authority ${emulator.authority} --scope api://your-api-id/access_as_user --non-interactive`,
  );
  const context = await browser.newContext({ viewport: { width: 900, height: 620 } });
  page = await context.newPage();
});
afterEach(async () => {
  await page.context().close();
  user.leave();
});

/** The address that the program opens in the browser. */
async function opened() {
  const file = user.file('address');
  while (!existsSync(file)) await sleep(20);
  return readFile(file, 'utf8');
}

/** Where the one-time address sends the browser. */
async function leadsTo(address) {
  const { status, headers } = await fetch(address, { redirect: 'manual' });
  assert.equal(status, 302);
  return headers.get('location');
}

/** Starts the program and brings the browser where the program sends it, or to where that leads, changed. */
async function start(changePage) {
  user.useBrowser(`
    import { renameSync, writeFileSync } from 'node:fs';
    writeFileSync(${JSON.stringify(user.file('new'))}, url);
    renameSync(${JSON.stringify(user.file('new'))}, ${JSON.stringify(user.file('address'))});
  `);
  const program = user.start('get-token -p person -f InteractiveBrowser');
  const address = await Promise.race([opened(), program.ended.then(({ stderr }) => assert.fail(stderr))]);
  assert.doesNotMatch(address, /state|nonce/, 'other users can read it');
  await page.goto(changePage ? changePage(await leadsTo(address)) : address);
  return program;
}

const picture = (name) => page.screenshot({ path: `${PICTURES}/${name}.png` });

async function enterPassword(password = 'alice') {
  await page.getByLabel('Account').fill(ALICE);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test('a person signs in', async () => {
  const program = await start();
  await picture('sign-in');
  await enterPassword('wrong');
  await page.getByRole('alert').waitFor();
  await picture('wrong-password');
  assert.equal(await page.getByLabel('Account').inputValue(), ALICE, 'it need not be typed again');
  await enterPassword();
  await page.getByRole('heading', { name: 'Permissions requested' }).waitFor();
  await picture('consent');
  await page.getByRole('button', { name: 'Accept' }).click();
  await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
  await picture('signed-in');
  assert.ok(!page.url().includes('code='));
  const { code, stdout, stderr } = await program.ended;
  assert.equal(code, 0, stderr);
  assert.equal(stderr, `Signed in as ${ALICE}\n`);
  const { scp, upn } = JSON.parse(Buffer.from(stdout.split('.')[1], 'base64url'));
  assert.deepEqual([scp, upn], ['access_as_user', ALICE]);
});

test('a code in the address, where histories keep it, is not used', async () => {
  const program = await start((url) => url.replace('response_mode=form_post', 'response_mode=query'));
  await enterPassword();
  await page.getByRole('button', { name: 'Accept' }).click();
  await page.getByRole('heading', { name: 'Sign-in failed' }).waitFor();
  assert.ok(page.url().includes('code='));
  const { code, stdout, stderr } = await program.ended;
  assert.deepEqual([code, stdout], [5, '']);
  assert.match(stderr, /^error: .*another way.*\nhint: .*\n$/);
});

test('a person who cancels is told so in the browser and in the terminal', async () => {
  const program = await start();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('heading', { name: 'Sign-in failed' }).waitFor();
  await picture('cancelled');
  const { code, stdout, stderr } = await program.ended;
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /^error: .*access_denied.*\nhint: .*\n$/);
});

test('the pages are fit for the dark and for a telephone', async () => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 360, height: 640 });
  const program = await start();
  await picture('sign-in-dark');
  await enterPassword();
  await page.getByRole('button', { name: 'Accept' }).click();
  await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
  await picture('signed-in-dark');
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 360, `${width} pixels wide`);
  assert.equal((await program.ended).code, 0);
});

test('a device is approved', async () => {
  const { shown, ended } = user.start('get-token -p person -f DeviceCode');
  const [, address, userCode] = await shown(/(http:\S+)[^]*\b([A-Z0-9]{9})\b/);
  await page.goto(address);
  await page.getByLabel('Code').fill(userCode);
  await picture('device-code');
  await page.getByRole('button', { name: 'Next' }).click();
  await enterPassword();
  for (const name of ['Continue', 'Accept']) {
    await page.getByRole('button', { name }).click();
  }
  await page.getByRole('heading').waitFor();
  await picture('device-approved');
  const { code, stderr } = await ended;
  assert.equal(code, 0, stderr);
});
