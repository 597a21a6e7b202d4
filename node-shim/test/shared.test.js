// One machine, one truth: profiles, secrets and cached tokens are the same for the native program and for every runtime, while
// all of them run.
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { RUNTIMES, missing, run, startEmulator } from './processes.js';
import { NATIVE, NODE, SECRET, User, inRuntime, inSandbox } from './user.js';
import { packaged, workspace } from './workspace.js';

let emulator;
let user;

before(async () => (emulator = await startEmulator()));
after(() => emulator.stop());
beforeEach(async () => {
  await emulator.reset();
  user = new User();
});
afterEach(() => user.leave());

const present = Object.keys(RUNTIMES).filter((name) => !missing(RUNTIMES[name][0]));
const posts = async () => (await emulator.requests()).filter(({ path }) => path.endsWith('/token')).length;

/** Where a sealed entry says which version it is. */
const VERSION_AT = 4;

/** Names of the cache's files that end so. */
function cached(ending) {
  const folder = join(user.home, 'config/tokens');
  return existsSync(folder) ? readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(ending)) : [];
}

test('what one program writes the other one reads, in both directions', async () => {
  for (const [writer, reader] of [[NATIVE, NODE], [NODE, NATIVE]]) {
    rmSync(join(user.home, 'config'), { recursive: true, force: true });
    await emulator.reset();
    await user.createProfile(writer, emulator.authority);
    const token = await user.succeed(writer, 'get-token -p api');
    assert.equal(await user.succeed(reader, 'get-token -p api'), token);
    assert.equal(await posts(), 1);
    assert.notEqual(await user.succeed(reader, 'get-token -p api --force'), token);
    assert.equal(await user.succeed(reader, 'config show -p api'), await user.succeed(writer, 'config show -p api'));
    await user.succeed(reader, 'clear-cache -p api');
    assert.deepEqual(cached('.token'), []);
    await user.succeed(reader, 'config delete -p api --force');
    assert.equal((await user.run(writer, 'get-token -p api')).code, 3);
  }
});

test('a key from the environment seals the same entries in the native program, in Node and under wasmtime', async (context) => {
  const sandbox = inSandbox(user);
  if (missing(sandbox[0])) return context.skip(missing(sandbox[0]));
  await user.createProfile(NATIVE, emulator.authority);
  const key = (await user.succeed(NATIVE, 'cache-key')).trim();
  Object.assign(user.environment, {
    AZURE_CLIENT_SECRET: SECRET,
    ENTRA_AUTH_CLI_CACHE_KEY: key,
    // What the engine compiles it keeps for all tests.
    XDG_CACHE_HOME: workspace('target/tools/cache'),
  });
  const hosts = [NATIVE, NODE, sandbox];
  for (const writer of hosts) {
    await user.succeed(writer, 'clear-cache -p api');
    await emulator.reset();
    const token = await user.succeed(writer, 'get-token -p api');
    for (const reader of hosts) {
      for (const written of [key, `"${key}"`, `${key}\n`, key.replaceAll('+', '-').replaceAll('/', '_').replace('=', '')]) {
        assert.equal(await user.succeed(reader, 'get-token -p api', { ENTRA_AUTH_CLI_CACHE_KEY: written }), token);
      }
    }
    assert.equal(await posts(), 1);
  }

  await user.succeed(NATIVE, 'clear-cache -p api');
  for (const host of hosts) {
    const { code, stderr } = await user.run(host, 'get-token -p api --verbose', { ENTRA_AUTH_CLI_CACHE_KEY: 'none' });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /tokens are not cached: `ENTRA_AUTH_CLI_CACHE_KEY` is not 32 bytes in base64/);
  }
  assert.deepEqual(cached('.token'), []);
});

test('of a mixed crowd that asks at once one asks the server', async () => {
  await user.createProfile(NATIVE, emulator.authority);
  const crowd = [...Array(4).fill(NATIVE), ...Array(3).fill(NODE), ...present.map(inRuntime)];
  for (let round = 0; round < 2; round += 1) {
    await emulator.reset();
    rmSync(join(user.home, 'config/tokens'), { recursive: true, force: true });
    await emulator.failOnce({ delay_ms: 300 });
    const tokens = await Promise.all(crowd.map((program) => user.succeed(program, 'get-token -p api')));
    assert.equal(new Set(tokens).size, 1);
    assert.equal(await posts(), 1);
    assert.deepEqual([cached('.token').length, cached('.new').length], [1, 0]);
  }
});

test('whoever is killed keeps nobody waiting, and nothing is damaged', async () => {
  await user.createProfile(NATIVE, emulator.authority);
  await user.succeed(NODE, 'get-token -p api');
  // Eight are killed in each round, at another moment of their lives: two hundred in all, or as many as take seconds.
  const rounds = process.env.FULL_LOOPS ? 25 : 3;
  const crowd = [...Array(4).fill(NATIVE), ...Array(4).fill(NODE)];
  for (let round = 0; round < rounds; round += 1) {
    const victims = crowd.map((program) => user.start(program, 'get-token -p api --force', { stdio: 'ignore' }));
    await sleep(((round * 7 + 3) * 100) % 1100);
    victims.forEach((victim) => victim.kill('SIGKILL'));
    const program = [NATIVE, NODE][round % 2];
    await user.succeed(program, 'get-token -p api --force --timeout 20s');
  }
  assert.equal(cached('.token').length, 1);
  const token = await user.succeed(NATIVE, 'get-token -p api');
  assert.equal(await user.succeed(NODE, 'get-token -p api'), token);
});

test('who holds an entry keeps the other program waiting, and who waits too long says so', async () => {
  await user.createProfile(NATIVE, emulator.authority);
  for (const [holder, waiting] of [[NATIVE, NODE], [NODE, NATIVE]]) {
    await user.succeed(holder, 'clear-cache -p api');
    await emulator.reset();
    await emulator.failOnce({ delay_ms: 30_000 });
    const child = user.start(holder, 'get-token -p api', { stdio: 'ignore' });
    while ((await posts()) === 0) await sleep(20);
    const { code, stderr } = await user.run(waiting, 'get-token -p api --timeout 2s');
    assert.equal(code, 6, stderr);
    child.kill('SIGKILL');
    await user.succeed(waiting, 'get-token -p api');
    assert.equal(await posts(), 2);
  }
});

test('where files cannot be locked the cache is left out, and that is said', async () => {
  await user.createProfile(NATIVE, emulator.authority);
  // Without leave to start flock(1).
  const node = [process.execPath, '--experimental-permission', '--allow-fs-read=*', '--allow-fs-write=*', '--allow-worker', '--no-warnings'];
  const program = [...node, packaged('command.js')];
  const { code, stderr } = await user.run(program, 'get-token -p api --verbose');
  assert.equal(code, 0, stderr);
  assert.match(stderr, /files cannot be locked here/);
  assert.deepEqual(cached('.token'), []);
});

test('a document of profiles that people have had in hand is read by both alike', async () => {
  await user.createProfile(NATIVE, emulator.authority);
  const path = join(user.home, 'config/profiles.json');
  const elsewhere = join(user.home, 'managed.json');
  const written = readFileSync(path);
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(written.toString(), 'utf16le')]);
  for (const [name, change] of Object.entries({
    'a mark in front': () => writeFileSync(path, Buffer.concat([Buffer.from('\ufeff'), written])),
    'UTF-16': () => writeFileSync(path, utf16),
    'Latin-1': () => writeFileSync(path, Buffer.from('[{"name": "Büro"}]', 'latin1')),
    'a link': () => (renameSync(path, elsewhere), symlinkSync(elsewhere, path)),
    'a link to nothing': () => symlinkSync(join(user.home, 'nowhere.json'), path),
    'a folder': () => mkdirSync(path),
    'everybody may write to it': () => chmodSync(path, 0o666),
    'everybody may write to its folder': () => chmodSync(dirname(path), 0o777),
  })) {
    const said = [];
    for (const program of [NATIVE, NODE]) {
      rmSync(path, { recursive: true, force: true });
      rmSync(elsewhere, { force: true });
      if (name !== 'a link to nothing' && name !== 'a folder') writeFileSync(path, written, { mode: 0o600 });
      change();
      const { code, stdout, stderr } = await user.run(program, 'config show -p api');
      const mode = statSync(path, { throwIfNoEntry: false })?.mode;
      said.push({ code, stdout, stderr, mode, folder: statSync(dirname(path)).mode });
    }
    assert.deepEqual(said[1], said[0], name);
  }
});

test('a cached token that does not open costs a request, in both programs', async () => {
  await user.createProfile(NATIVE, emulator.authority);
  const first = await user.succeed(NODE, 'get-token -p api');
  const path = join(user.home, 'config/tokens', cached('.token')[0]);
  const whole = readFileSync(path);
  for (const [name, content] of Object.entries({
    'of another version': whole.with(VERSION_AT, whole[VERSION_AT] + 1),
    cut: whole.subarray(0, whole.length - 1),
    'cut short': whole.subarray(0, 3),
    empty: Buffer.alloc(0),
    noise: Buffer.alloc(whole.length, 0xa5),
  })) {
    for (const program of [NATIVE, NODE]) {
      writeFileSync(path, content);
      const { code, stdout, stderr } = await user.run(program, 'get-token -p api');
      assert.deepEqual([code, stderr], [0, ''], name);
      assert.notEqual(stdout, first, name);
    }
  }
});

test('a store that is locked, damaged or left out is said alike', async () => {
  await user.createProfile(NATIVE, emulator.authority);
  const sealed = join(user.home, 'config/secrets.sealed');
  const whole = readFileSync(sealed);
  for (const [name, variables, content] of [
    ['locked', { ENTRA_AUTH_CLI_PASSPHRASE: 'wrong' }, whole],
    ['no passphrase', { ENTRA_AUTH_CLI_PASSPHRASE: '' }, whole],
    ['damaged', {}, whole.subarray(0, 20)],
    ['noise', {}, Buffer.alloc(200, 0xa5)],
    ['left out', { ENTRA_AUTH_CLI_SECRET_STORE: 'none' }, whole],
    ['of no known kind', { ENTRA_AUTH_CLI_SECRET_STORE: 'cloud' }, whole],
  ]) {
    const said = [];
    for (const program of [NATIVE, NODE]) {
      writeFileSync(sealed, content);
      const { code, stdout, stderr } = await user.run(program, 'get-token -p api --no-cache', variables);
      said.push({ code, stdout, stderr });
    }
    assert.deepEqual(said[1], said[0], name);
  }
});

test('a library takes secrets and tokens from where the command line keeps them', async () => {
  await user.createProfile(NODE, emulator.authority);
  const token = (await user.succeed(NATIVE, 'get-token -p api')).trim();
  const [{ credentialId }] = JSON.parse(readFileSync(join(user.home, 'config/profiles.json')));
  const source = `
    import { createClient } from ${JSON.stringify(pathToFileURL(packaged('index.js')))};
    const client = createClient({ tokenCache: 'shared', secretStore: 'shared' });
    const request = {
      authority: ${JSON.stringify(emulator.authority)}, tenant: 'contoso.onmicrosoft.com',
      clientId: '99999999-8888-7777-6666-555555555555', scopes: 'api://your-api-id/.default',
      credential: { secret: { stored: 'profile:api:client-secret', generation: ${JSON.stringify(credentialId)} } },
    };
    const cached = await client.acquire(request);
    const renewed = await client.renew(request);
    console.log(JSON.stringify([cached.accessToken, cached.origin, renewed.accessToken, renewed.notices]));`;
  const { stdout, stderr } = await run([process.execPath], ['--input-type=module', '--eval', source], { env: user.environment });
  assert.equal(stderr, '');
  const [accessToken, origin, renewed, notices] = JSON.parse(stdout);
  assert.deepEqual([accessToken, origin, notices], [token, 'cache', []]);
  assert.equal((await user.succeed(NATIVE, 'get-token -p api')).trim(), renewed);
});

test('a library takes a whole profile, and errors say where the fault lies', async () => {
  await user.createProfile(NATIVE, emulator.authority);
  const token = (await user.succeed(NATIVE, 'get-token -p api')).trim();
  const source = `
    import { EntraAuthError, fromProfile } from ${JSON.stringify(pathToFileURL(packaged('index.js')))};
    import { EntraCredential } from ${JSON.stringify(pathToFileURL(packaged('azure.js')))};
    const api = await fromProfile('api');
    const many = await Promise.all(Array.from({ length: 20 }, () => api.acquire()));
    const other = await api.renew();
    const { token } = await new EntraCredential({}, { client: api }).getToken('api://your-api-id/.default');
    await api.forget();
    const said = async (promise) => promise.then(() => 'nothing', (error) => [error instanceof EntraAuthError, error.code, error.exitCode, error.message]);
    console.log(JSON.stringify({
      cached: [...new Set(many.map(({ accessToken }) => accessToken))], other: other.accessToken, token, expiresIn: other.expiresIn,
      missing: await said((await fromProfile('nope')).acquire()),
      wrong: await said(api.acquire({ tenant: 'x' })),
      refused: await said(api.acquire({ scopes: 'api://nowhere/.default' })),
      aborted: await api.acquire({}, { cache: 'replace', signal: AbortSignal.abort() }).catch(({ name }) => name),
    }));`;
  const { stdout, stderr } = await run([process.execPath], ['--input-type=module', '--eval', source], { env: user.environment });
  assert.equal(stderr, '');
  const found = JSON.parse(stdout);
  assert.deepEqual(found.cached, [token]);
  assert.notEqual(found.other, token);
  assert.equal(found.token, found.other);
  assert.equal(found.expiresIn > 3000, true);
  assert.deepEqual(found.missing, [true, 'request-impossible', 3, "profile 'nope' not found"]);
  assert.deepEqual(found.wrong.slice(0, 3), [true, 'request-impossible', null]);
  assert.deepEqual(found.refused.slice(0, 3), [true, 'server-refused', 2]);
  assert.equal(found.aborted, 'AbortError');
});
