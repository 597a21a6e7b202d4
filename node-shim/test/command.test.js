// The command line on Node where the command files cannot look: at a terminal, in a browser, and how it ends.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { PASSED_ON, SECRETS } from '../src/system/known_variables.js';
import { startEmulator } from './processes.js';
import { AtTerminal, NATIVE, NODE, User, inRuntime } from './user.js';
import { workspace } from './workspace.js';

let emulator;
let user;

before(async () => (emulator = await startEmulator()));
after(() => emulator.stop());
beforeEach(async () => {
  await emulator.reset();
  user = new User();
});
afterEach(() => user.leave());

test('a secret is typed hidden and ends up in the store of both programs', async () => {
  const terminal = new AtTerminal(
    user,
    NODE,
    'config create --name api --tenant-id contoso.onmicrosoft.com --client-id 99999999-8888-7777-6666-555555555555 ' +
      `--auth-method ClientSecret --scope api://your-api-id/.default --authority ${emulator.authority}`,
  );
  await terminal.answer('ecret', 'S3cr3t~+/=&% é\n');
  terminal.child.stdin.write('\n\n\n');
  assert.equal(await terminal.ended, 0, terminal.shown);
  assert.equal(terminal.shown.includes('S3cr3t'), false, terminal.shown);
  const token = await user.succeed(NATIVE, 'get-token -p api');
  assert.equal(await user.succeed(NODE, 'get-token -p api'), token);
});

test('a passphrase is asked for, and Ctrl-C at the question cancels', async () => {
  await user.createProfile(NATIVE, emulator.authority);
  delete user.environment.ENTRA_AUTH_CLI_PASSPHRASE;
  const good = new AtTerminal(user, NODE, 'get-token -p api');
  await good.answer('Passphrase for ', 'wrong\n');
  await good.answer('That does not open it. ', 'correct horse battery staple\n');
  assert.equal(await good.ended, 0, good.shown);
  assert.equal(good.shown.includes('horse'), false);
  const cancelled = new AtTerminal(user, NODE, 'config show -p api --show-secrets');
  await cancelled.answer('Passphrase for ', '\x03');
  assert.equal(await cancelled.ended, 6, cancelled.shown);
});

test('without a terminal nobody is asked', async () => {
  const created = await user.run(['setsid', '--wait', ...NODE], 'config create --name api');
  assert.equal(created.code, 4);
  assert.match(created.stderr, /^error: /);
});

for (const name of ['Node 20', 'Node 26']) {
  test(`a person signs in with a browser, and the page says so (${name})`, async () => {
    await user.createPerson(NODE, emulator.authority);
    user.useBrowser(`
      const { writeFileSync } = await import('node:fs');
      const { Person } = await import(${JSON.stringify(workspace('tests/node/person.js'))});
      if (url.includes('state')) throw new Error('every user of the machine can read this');
      const onward = await fetch(url, { redirect: 'manual' });
      const again = await fetch(url, { redirect: 'manual' });
      if (again.status !== 404) throw new Error('an entrance is good for one visit');
      const { address, answer } = await new Person().signIn(onward.headers.get('location'));
      const page = await fetch(address, { method: 'POST', body: new URLSearchParams(answer) });
      writeFileSync('page.html', await page.text());
    `);
    const token = await user.succeed(inRuntime(name), 'get-token -p person');
    assert.equal(await user.succeed(NATIVE, 'get-token -p person'), token);
    assert.match(readFileSync(join(user.home, 'page.html'), 'utf8'), /<h1>You are signed in<\/h1>/);
  });
}

test('Ctrl-C ends it with 6 and one line', async () => {
  await user.createProfile(NATIVE, emulator.authority);
  await emulator.failOnce({ delay_ms: 30_000 });
  const child = user.start(NODE, 'get-token -p api');
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (part) => (stderr += part));
  while ((await emulator.requests()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  assert.deepEqual([code, stderr], [6, 'error: cancelled\n']);
});

test('without a display a sign-in fails at once and says what to do', async () => {
  await user.createPerson(NODE, emulator.authority);
  const { code, stderr } = await user.run(NODE, 'get-token -p person');
  assert.equal(code, (await user.run(NATIVE, 'get-token -p person')).code);
  assert.match(stderr, /a person would have to sign in, and nobody is there.*\nhint: /);
});

test('a folder that a file is to be written into, and is not there, is named as by the native program', async () => {
  await user.createProfile(NATIVE, emulator.authority);
  const [native, node] = [await user.run(NATIVE, 'get-token -p api -o no/such/t'), await user.run(NODE, 'get-token -p api -o no/such/t')];
  assert.deepEqual([node.code, node.stderr], [native.code, native.stderr]);
  const folder = join(user.home, 'no/such');
  assert.equal(node.stderr, `error: cannot write \`${folder}/t\`: there is no folder \`${folder}\`\nhint: make it, or correct the path\n`);
});

test('a closed pipe ends it without a word', async () => {
  await user.createProfile(NATIVE, emulator.authority);
  const { stderr } = await user.run(['bash', '-c', '"$@" | head -c 3', '-', ...NODE], 'get-token -p api');
  assert.equal(stderr, '');
});

test('the component sees, and programs inherit, the variables that they do from the native program', () => {
  const table = readFileSync(workspace('host/native/src/system/known_variables.rs'), 'utf8');
  const rows = [...table.matchAll(/^ +(plain|secret|secret_elsewhere)\("([^"]+)"\)/gm)];
  const named = (isMeant) => rows.filter(([, kind]) => isMeant(kind)).map(([, , name]) => name);
  assert.deepEqual(PASSED_ON, named((kind) => kind !== 'secret_elsewhere'));
  assert.deepEqual(SECRETS, named((kind) => kind !== 'plain'));
});
