// The shipped program against a standard server: what it sends is OAuth 2.0, not a habit of our own emulator.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { Person } from './person.js';
import { User } from './program.js';
import { CERTIFIED, COMMAND_LINE, DAEMON, SECRET, TENANT, startStandardServer } from './standard_server.js';
import { workspace } from './workspace.js';

const KEYS = workspace('host/emulator/key/client-credential');

let server;
let user;

before(async () => {
  server = await startStandardServer();
});
after(() => server.stop());
beforeEach(() => {
  server.grants.length = 0;
  server.refusals.length = 0;
  user = new User();
});
afterEach(() => user.leave());

const createProfile = (client, options, stdin) =>
  user.run(
    `config create --name standard --tenant-id ${TENANT} --client-id ${client} --authority ${server.authority} ` +
      `--non-interactive ${options}`,
    stdin,
  );

const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

function checkPersonal(token) {
  const { aud, client_id, scope, sub } = claims(token);
  assert.deepEqual({ aud, client_id, scope, sub }, {
    aud: 'api://your-api-id',
    client_id: COMMAND_LINE,
    scope: 'api://your-api-id/access_as_user',
    sub: 'alice',
  });
}

test('client credentials with a secret', async () => {
  await createProfile(DAEMON, '--client-secret - --scope api://your-api-id/.default', SECRET);
  assert.equal(claims(await user.run('get-token -p standard')).client_id, DAEMON);
  assert.deepEqual(server.grants, ['client_credentials']);
});

test('a wrong secret', async () => {
  await createProfile(DAEMON, '--client-secret - --scope api://your-api-id/.default', 'wrong');
  const { code, stdout, stderr } = await user.start('get-token -p standard').ended;
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /^error: .*invalid_client.*\nhint: .*\n$/);
});

test('client credentials with a certificate', async () => {
  const options = `--certificate-path ${KEYS}/client.pfx --certificate-password - --scope api://your-api-id/.default`;
  await createProfile(CERTIFIED, options, 'emulator');
  assert.equal(claims(await user.run('get-token -p standard')).client_id, CERTIFIED);
  // The server refuses an assertion that it saw before.
  assert.equal(claims(await user.run('get-token -p standard --force')).client_id, CERTIFIED);
  assert.deepEqual(server.refusals, []);
});

test('a certificate that has expired is the server\'s to judge', async () => {
  const options = `--certificate-path ${KEYS}/expired-certificate.pem --private-key-path ${KEYS}/client-private-key.pem`;
  await createProfile(CERTIFIED, `${options} --scope api://your-api-id/.default`);
  assert.deepEqual(await notices('get-token -p standard'), '', 'a script hears of it from the server alone');
  assert.match(await notices('get-token -p standard --force --verbose'), /expired-certificate\.pem.*has expired/);
});

/** What a run that goes well says besides its result. */
async function notices(line) {
  const { code, stderr } = await user.start(line).ended;
  assert.equal(code, 0, stderr);
  return stderr;
}

test('a code with PKCE, and its refresh token', async () => {
  await createProfile(COMMAND_LINE, '--auth-method Public --scope api://your-api-id/access_as_user');
  user.useBrowser(`
    import { Person } from ${JSON.stringify(workspace('tests/node/person.js'))};
    // The address that a browser is started with serves once, and leads on.
    const { headers } = await fetch(url, { redirect: 'manual' });
    const { address, answer } = await new Person().signIn(headers.get('location'));
    const page = await fetch(address, { method: 'POST', body: new URLSearchParams(answer) });
    if (!page.ok) throw new Error(await page.text());
  `);
  // Without this question a standard server keeps a later renewal to itself (OpenID Connect Core 1.0 section 11).
  checkPersonal(await user.run('get-token -p standard -f InteractiveBrowser --prompt consent'));
  checkPersonal(await user.run('get-token -p standard'));
  assert.deepEqual(server.grants, ['authorization_code'], 'the second came from the cache');

  for (let round = 0; round < 2; round += 1) checkPersonal(await user.run('refresh -p standard'));
  assert.deepEqual(server.grants.slice(1), ['refresh_token', 'refresh_token'], 'the rotated one was kept');
  assert.deepEqual(server.refusals, []);
});

test('a device code', async () => {
  await createProfile(COMMAND_LINE, '--auth-method Public --scope api://your-api-id/access_as_user');
  const { shown, ended } = user.start('get-token -p standard -f DeviceCode');
  const [, address, userCode] = await shown(/(http:\S+)[^]*\b([A-Z]{4}-[A-Z]{4})\b/);
  await new Person().enterCode(address, userCode);
  const { code, stdout, stderr } = await ended;
  assert.equal(code, 0, stderr);
  checkPersonal(stdout);
});
