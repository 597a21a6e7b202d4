// What the library promises, for every runtime alike. A runner hands in the package and a running emulator, and reports.
import assert from 'node:assert/strict';

const SECRET = 'S3cr3t~+/=&% é';
const NAME = 'profile:my-api:client-secret';

/** What a promise is rejected with. */
async function rejection(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail('it was not rejected');
}

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Sentences and what shows that they are true. `entra` is the package. */
export function suite(entra, emulator) {
  const { createClient, EntraAuthError } = entra;
  const request = (changes = {}) => ({
    authority: emulator.authority,
    tenant: 'contoso.onmicrosoft.com',
    clientId: '99999999-8888-7777-6666-555555555555',
    credential: { secret: SECRET },
    scopes: ['api://your-api-id/.default'],
    timeLimit: 30,
    ...changes,
  });
  const tokenRequests = async () => (await emulator.requests()).filter(({ path }) => path.endsWith('/token')).length;

  return {
    async 'a token is got, taken apart, cached and forgotten'() {
      const client = createClient();
      const token = await client.acquire(request());
      assert.equal(token.tokenType, 'Bearer');
      assert.equal(token.origin, 'server');
      assert.deepEqual(token.notices, []);
      assert.deepEqual(token.scopes, ['api://your-api-id/.default']);
      assert.equal(token.expiresAt - token.obtainedAt > 3000, true);

      const decoded = await client.inspect(`Bearer ${token.accessToken}\n`);
      assert.equal(decoded.kind, 'signed');
      assert.equal(decoded.validity, 'valid');
      assert.equal(decoded.claims.aud, 'api://your-api-id');
      assert.equal(decoded.claims.exp, decoded.expiresAt);

      const again = await client.acquire(request());
      assert.equal(again.accessToken, token.accessToken);
      assert.equal(again.origin, 'cache');
      assert.equal((await client.cached(request())).accessToken, token.accessToken);
      assert.equal(await tokenRequests(), 1);

      const other = await client.renew(request());
      assert.notEqual(other.accessToken, token.accessToken);
      assert.equal(await client.forget(request()), 1);
      assert.equal(await client.cached(request()), undefined);
    },

    async 'a wrong secret is a refusal with the number of Entra and with advice'() {
      const error = await rejection(createClient().acquire(request({ credential: { secret: 'wrong' } })));
      assert.equal(error instanceof EntraAuthError, true);
      assert.equal(error.name, 'EntraAuthError');
      assert.equal(error.code, 'server-refused');
      assert.equal(error.error, 'invalid_client');
      assert.equal(error.status, 401);
      assert.equal(error.codes[0], 7000215);
      assert.match(error.hint, /secret/);
      assert.equal(JSON.stringify(error).includes('wrong"'), false);
    },

    async 'a certificate proves who the client is'() {
      const credential = { certificate: { content: emulator.certificate, privateKey: emulator.privateKey } };
      assert.equal((await createClient().acquire(request({ credential }))).origin, 'server');
    },

    async 'equal calls at the same time are one request, and different ones run side by side'() {
      const client = createClient();
      const same = await Promise.all(Array.from({ length: 1000 }, () => client.acquire(request())));
      assert.equal(new Set(same.map(({ accessToken }) => accessToken)).size, 1);
      assert.equal(await tokenRequests(), 1);
      const separate = await Promise.all(Array.from({ length: 20 }, () => client.acquire(request(), { cache: 'bypass' })));
      assert.equal(new Set(separate.map(({ accessToken }) => accessToken)).size, 20);
    },

    async 'the event loop goes on while a request is slow'() {
      await emulator.failOnce({ delay_ms: 600 });
      let ticks = 0;
      const ticking = setInterval(() => (ticks += 1), 10);
      await createClient().acquire(request());
      clearInterval(ticking);
      assert.equal(ticks > 10, true, `${ticks} ticks`);
    },

    async 'an abort rejects with its reason, whoever else waits'() {
      await emulator.failOnce({ delay_ms: 700 });
      const client = createClient();
      const controller = new AbortController();
      const patient = client.acquire(request());
      const hasty = client.acquire(request(), { signal: controller.signal });
      const reason = new Error('enough');
      setTimeout(() => controller.abort(reason), 50);
      assert.equal(await rejection(hasty), reason);
      assert.equal((await patient).origin, 'server');
      assert.equal((await rejection(client.acquire(request(), { signal: AbortSignal.abort() }))).name, 'AbortError');
    },

    async 'an aborted call lets go of what it held'() {
      await emulator.failOnce({ delay_ms: 30_000 });
      const client = createClient();
      const held = client.acquire(request(), { signal: AbortSignal.timeout(200) });
      assert.equal((await rejection(held)).name, 'TimeoutError');
      assert.equal((await client.acquire(request({ timeLimit: 5 }))).origin, 'server');
    },

    async 'calls that were given up while they waited for their turn take nobody else\'s'() {
      const tokenCache = { read: () => undefined, hold: () => new Promise(() => {}), remove: () => 0 };
      const signal = AbortSignal.timeout(300);
      const stuck = Array.from({ length: 30 }, () => createClient({ tokenCache }).acquire(request(), { signal }));
      for (const outcome of await Promise.allSettled(stuck)) assert.equal(outcome.reason?.name, 'TimeoutError');
      const tokens = await Promise.all(Array.from({ length: 10 }, () => createClient().acquire(request())));
      assert.equal(tokens.every(({ origin }) => origin === 'server'), true);
    },

    async 'a time limit holds against a slow server and against a capability that never answers'() {
      await emulator.failOnce({ delay_ms: 30_000 });
      const slow = await rejection(createClient().acquire(request({ timeLimit: 1 })));
      assert.deepEqual([slow.code, slow.capability, slow.fault], ['capability-failed', 'network', 'timed-out']);
      const secretStore = { read: () => new Promise(() => {}) };
      const stored = request({ credential: { secret: { stored: NAME } }, timeLimit: 1 });
      const hangs = await rejection(createClient({ secretStore }).acquire(stored));
      assert.deepEqual([hangs.code, hangs.capability, hangs.fault], ['capability-failed', 'secret-store', 'timed-out']);
    },

    async 'a capability that fails is named, and what it threw is kept'() {
      const stored = request({ credential: { secret: { stored: NAME } } });
      // As it is stored: with whom it is for, and it goes to nobody else.
      const forWhom = ['entra-auth secret 1', stored.authority, stored.tenant, stored.clientId, ''].join('\n');
      const locked = { fault: 'locked', message: 'the vault is locked', hint: 'unlock it' };
      const cause = new Error('no connection');
      for (const [read, expected] of [
        [async () => forWhom + SECRET, undefined],
        [() => forWhom + SECRET, undefined],
        [() => Promise.reject(locked), { fault: 'locked', message: 'the vault is locked', hint: 'unlock it', cause: undefined }],
        [() => Promise.reject(cause), { fault: 'other', message: '`secretStore.read` failed', cause }],
        [() => Promise.reject(), { fault: 'other', message: '`secretStore.read` failed', cause: undefined }],
        [() => Promise.reject({ fault: 'tired', message: 'no word of the contract' }), { fault: 'other', message: '`secretStore.read` failed' }],
        [() => 7, { fault: 'other', message: '`secretStore.read` answered something else than a text or nothing', cause: undefined }],
      ]) {
        const call = createClient({ secretStore: { read } }).acquire(stored);
        if (!expected) {
          await call;
          continue;
        }
        const error = await rejection(call);
        assert.equal(error.code, 'capability-failed');
        assert.equal(error.capability, 'secret-store');
        for (const [name, value] of Object.entries(expected)) assert.equal(error[name], value, name);
      }
      const missing = await rejection(createClient().acquire(stored));
      assert.equal(missing.code, 'secret-missing');
    },

    async 'a cache that cannot be used is left out and said so'() {
      const broken = { fault: 'damaged', message: 'the disk is broken' };
      const fails = () => Promise.reject(broken);
      const token = await createClient({ tokenCache: { read: fails, hold: fails, remove: fails } }).acquire(request());
      assert.equal(token.origin, 'server');
      assert.match(token.notices.join(), /the disk is broken/);
      const none = createClient({ tokenCache: 'none' });
      await none.acquire(request());
      assert.equal((await none.acquire(request())).origin, 'server');
    },

    async 'a cache of one\'s own is held by one call at a time and always released'() {
      const entries = new Map();
      let held = 0;
      const tokenCache = {
        read: async ({ entry }) => entries.get(entry),
        async hold({ entry }) {
          held += 1;
          return {
            read: () => entries.get(entry),
            write: (content) => void entries.set(entry, content),
            release: () => (held -= 1),
          };
        },
        remove: async () => 0,
      };
      const client = createClient({ tokenCache });
      await client.acquire(request());
      assert.equal((await client.acquire(request())).origin, 'cache');
      await rejection(client.acquire(request({ credential: { secret: 'wrong' } }), { cache: 'replace' }));
      assert.equal(held, 0);
    },

    async 'a client ends with its signal, whatever is under way'() {
      await emulator.failOnce({ delay_ms: 30_000 });
      const controller = new AbortController();
      const client = createClient({ signal: controller.signal });
      const call = rejection(client.acquire(request()));
      while ((await tokenRequests()) === 0) await sleep(10);
      const reason = new Error('closed');
      controller.abort(reason);
      assert.equal(await call, reason);
      assert.equal(await rejection(client.acquire(request())), reason);
      assert.equal(await tokenRequests(), 1);
    },

    async 'what a capability gives after the end of a call is let go'() {
      let isReleased;
      const released = new Promise((resolve) => (isReleased = resolve));
      const controller = new AbortController();
      const late = async () => {
        controller.abort();
        await sleep(100);
        return { read: () => undefined, write: () => assert.fail('the call is over'), release: isReleased };
      };
      const client = createClient({ tokenCache: { read: () => undefined, hold: late, remove: () => 0 } });
      assert.equal((await rejection(client.acquire(request(), { signal: controller.signal }))).name, 'AbortError');
      await released;
      assert.equal(await tokenRequests(), 0);
    },

    async 'a cache that answers nonsense is named'() {
      for (const tokenCache of [
        { read: () => 'text', hold: () => 7, remove: () => 0 },
        { read: () => undefined, hold: () => ({}), remove: () => 0 },
        {},
      ]) {
        const token = await createClient({ tokenCache }).acquire(request());
        assert.equal(token.origin, 'server');
        assert.match(token.notices.join(), /`tokenCache\.[\w.]+` (failed|answered something else)/);
      }
    },

    async 'a thousand calls at once are answered'() {
      const client = createClient();
      const { accessToken } = await client.acquire(request());
      const patient = request({ timeLimit: undefined });
      const tokens = await Promise.all(Array.from({ length: 1000 }, () => client.cached(patient)));
      assert.equal(tokens.every((token) => token.accessToken === accessToken), true);
    },

    async 'nothing but the authority of the request is reached'() {
      let asked = [];
      const network = async ({ url }) => {
        asked.push(new URL(url).origin);
        const document = { token_endpoint: 'https://elsewhere.example/token', issuer: 'https://login.example' };
        const body = new TextEncoder().encode(JSON.stringify(document));
        return { status: 200, headers: [['content-type', new TextEncoder().encode('application/json')]], body };
      };
      const error = await rejection(createClient({ network }).acquire(request({ authority: 'https://login.example', tenant: '' })));
      assert.equal(['request-impossible', 'answer-unacceptable', 'capability-failed'].includes(error.code), true, error.code);
      assert.equal(asked.every((origin) => origin === 'https://login.example'), true, asked.join());
    },

    async 'what is wrong with a request is said before anything is sent'() {
      const client = createClient();
      for (const changes of [
        { scopes: 7 },
        { scope: 'api://your-api-id/.default' },
        { credential: { password: 'x' } },
        { grant: 'password' },
        { timeLimit: -1 },
        { tenant: 'not a tenant' },
        { authority: 'http://login.microsoftonline.com' },
      ]) {
        const error = await rejection(client.acquire(request(changes)));
        assert.equal(error.code, 'request-impossible', JSON.stringify(changes));
      }
      assert.equal((await rejection(client.inspect('eyJhbGciOiJub25lIn0.!!!.'))).code, 'request-impossible');
      assert.throws(() => createClient({ tokenCash: 'memory' }), EntraAuthError);
      assert.deepEqual(await emulator.requests(), []);
    },

    async 'nobody can be asked to sign in, and that is said at once'() {
      const person = request({ credential: undefined, grant: 'authorization-code', clientId: '88888888-7777-6666-5555-444444444444' });
      const error = await rejection(createClient().acquire(person));
      assert.deepEqual([error.code, error.capability, error.fault], ['capability-failed', 'sign-in', 'absent']);
    },

    async 'a person signs in with a code'() {
      await emulator.hasten();
      const shown = [];
      const signIn = { showDeviceCode: async (...given) => void shown.push(given) };
      const person = request({
        credential: undefined,
        grant: 'device-code',
        clientId: '88888888-7777-6666-5555-444444444444',
        scopes: 'api://your-api-id/access_as_user',
      });
      const call = createClient({ signIn }).acquire(person);
      while (shown.length === 0) await sleep(10);
      await emulator.approve();
      assert.equal((await call).origin, 'person');
    },

    async 'app registrations are found with their scopes'() {
      const [api, ...others] = await createClient().discover(request(), 'YourAPI*');
      assert.deepEqual(others, []);
      assert.deepEqual(api.identifierUris, ['api://your-api-id']);
      assert.deepEqual(api.scopes.map(({ value }) => value), ['access_as_user', 'read', 'write']);
    },

    async 'a page instead of an answer is not acceptable'() {
      await emulator.failOnce({ body: 'html' });
      assert.equal((await rejection(createClient().acquire(request()))).code, 'answer-unacceptable');
    },

    async 'an authority that nobody serves cannot be reached'() {
      const error = await rejection(createClient().acquire(request({ authority: 'http://127.0.0.1:1' })));
      assert.deepEqual([error.code, error.capability, error.fault], ['capability-failed', 'network', 'unreachable']);
    },
  };
}

/** Runs the suite and writes a line for each case, by `say`; true if all went well. */
export async function report(entra, emulator, say) {
  let isWell = true;
  for (const [sentence, shows] of Object.entries(suite(entra, emulator))) {
    await emulator.reset();
    try {
      await shows();
      say(`ok ${sentence}`);
    } catch (error) {
      isWell = false;
      say(`not ok ${sentence}: ${error?.stack ?? error}`);
    }
  }
  return isWell;
}
