// The contract is one that JavaScript can live with: the component's `directory`, `jwt` and `tokens` called from Node.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { instantiateClient, transpile } from './client.js';
import { startEmulator } from './emulator.js';

const SECRET = 'S3cr3t~+/=&% é';
const SECRET_NAME = 'profile:my-api:client-secret';

let emulator;
let request;

before(async () => {
  transpile();
  emulator = await startEmulator();
  request = {
    authority: emulator.authority,
    tenant: 'contoso.onmicrosoft.com',
    clientId: '99999999-8888-7777-6666-555555555555',
    credential: { tag: 'secret', val: { stored: SECRET_NAME, given: undefined } },
    grant: { tag: 'client-credentials' },
    scopes: ['api://your-api-id/.default'],
    claims: undefined,
    timeLimit: 30,
  };
});
after(() => emulator.stop());
beforeEach(() => emulator.reset());

/** Secrets in an object. */
const secrets = (stored) => ({ read: (name) => stored[name] });

/** Tokens in memory. One process asks at a time here, so holding an entry needs no lock. */
function memory() {
  const entries = new Map();
  const key = ({ client, entry }) => `${client}/${entry}`;
  class HeldEntry {
    constructor(name) {
      this.name = key(name);
    }
    read() {
      return entries.get(this.name);
    }
    write(content) {
      entries.set(this.name, content);
    }
  }
  return {
    HeldEntry,
    read: (name) => entries.get(key(name)),
    hold: (name) => new HeldEntry(name),
    remove(client) {
      const names = [...entries.keys()].filter((name) => name.startsWith(`${client}/`));
      names.forEach((name) => entries.delete(name));
      return names.length;
    },
  };
}

const clientWith = (secretStore) => instantiateClient({ secretStore, tokenCache: memory() });

/** What a call failed with. */
function failureOf(call) {
  try {
    call();
  } catch (error) {
    return error.payload ?? assert.fail(error);
  }
  return assert.fail('it did not fail');
}

test('a token is got, decoded, cached and forgotten', async () => {
  const { tokens, jwt } = await clientWith(secrets({ [SECRET_NAME]: SECRET }));

  const token = tokens.acquire(request, 'prefer');
  assert.equal(token.tokenType, 'Bearer');
  assert.equal(token.origin, 'server');
  assert.deepEqual(token.notices, []);
  assert.deepEqual(token.scopes, request.scopes);

  const decoded = jwt.decode(`Bearer ${token.accessToken}\n`);
  assert.equal(decoded.kind, 'signed');
  assert.equal(decoded.validity, 'valid');
  assert.equal(JSON.parse(decoded.claims).aud, 'api://your-api-id');
  assert.equal(BigInt(JSON.parse(decoded.claims).exp), decoded.expiresAt);

  const again = tokens.acquire(request, 'prefer');
  assert.equal(again.accessToken, token.accessToken);
  assert.equal(again.origin, 'cache');
  assert.equal((await emulator.requests()).length, 1, 'a cache hit makes no request');

  assert.equal(tokens.forget(request), 1);
  assert.equal(tokens.cached(request), undefined);
});

test('a wrong secret is a refusal with advice', async () => {
  const { tokens } = await clientWith(secrets({ [SECRET_NAME]: 'wrong' }));
  const { tag, val } = failureOf(() => tokens.acquire(request, 'prefer'));
  assert.equal(tag, 'server-refused');
  assert.equal(val.status, 401);
  assert.equal(val.error, 'invalid_client');
  assert.equal(val.codes[0], 7000215n);
  assert.match(val.hint, /secret/);
});

test('app registrations are found with their scopes', async () => {
  const { directory } = await clientWith(secrets({ [SECRET_NAME]: SECRET }));
  const [api, ...others] = directory.applications(request, 'YourAPI*', false);
  assert.deepEqual(others, []);
  assert.deepEqual(api.identifierUris, ['api://your-api-id']);
  assert.deepEqual(
    api.scopes.map(({ value }) => value),
    ['access_as_user', 'read', 'write'],
  );
  const person = { ...request, credential: { tag: 'none' }, grant: { tag: 'device-code' } };
  assert.equal(failureOf(() => directory.applications(person, '*', false)).tag, 'interaction-required');
});

test('a secret store that fails is told apart from the server', async () => {
  const failure = { capability: 'secret-store', fault: 'locked', message: 'the vault is locked', hint: 'unlock it' };
  const { tokens } = await clientWith({
    read() {
      throw failure;
    },
  });
  const { tag, val } = failureOf(() => tokens.acquire(request, 'prefer'));
  assert.equal(tag, 'capability-failed');
  assert.deepEqual({ ...val }, failure);
  assert.deepEqual(await emulator.requests(), [], 'nothing was sent');
});

test('a page instead of an answer is not acceptable', async () => {
  const { tokens } = await clientWith(secrets({ [SECRET_NAME]: SECRET }));
  await emulator.failOnce({ body: 'html' });
  assert.equal(failureOf(() => tokens.acquire(request, 'bypass')).tag, 'answer-unacceptable');
});

test('an authority that nobody serves is a network failure', async () => {
  const { tokens } = await clientWith(secrets({ [SECRET_NAME]: SECRET }));
  const { tag, val } = failureOf(() => tokens.acquire({ ...request, authority: 'http://127.0.0.1:1' }, 'bypass'));
  assert.equal(tag, 'capability-failed');
  assert.equal(val.capability, 'network');
});

test('what is no JWT is opaque or impossible, never an exception of another kind', async () => {
  const { jwt } = await clientWith(secrets({}));
  assert.equal(jwt.decode('hello').kind, 'opaque');
  assert.equal(failureOf(() => jwt.decode('eyJhbGciOiJub25lIn0.!!!.')).tag, 'request-impossible');
});
