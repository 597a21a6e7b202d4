// Every flow of Microsoft's own client for Node. Argument: the authority of a running emulator. `msal_node.test.js` starts both.
import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeEach, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { emulatorAt } from './emulator.js';
import { Person } from './person.js';
import { workspace } from './workspace.js';

const library = workspace('target/tools/node/node_modules/@azure/msal-node/dist');
const { ConfidentialClientApplication, CryptoProvider, ManagedIdentityApplication, PublicClientApplication } = await import(
  pathToFileURL(`${library}/index.mjs`)
);
const { ManagedIdentityClient } = await import(pathToFileURL(`${library}/client/ManagedIdentityClient.mjs`));

const TENANT = '11111111-2222-3333-4444-555555555555';
const DAEMON = '99999999-8888-7777-6666-555555555555';
const SECRET = 'S3cr3t~+/=&% é';
const COMMAND_LINE = '88888888-7777-6666-5555-444444444444';
const YOUR_API = '77777777-6666-5555-4444-333333333333';
const ALICE = 'alice@contoso.onmicrosoft.com';
const APPLICATION = { scopes: ['api://your-api-id/.default'], skipCache: true };
const PERSONAL = ['api://your-api-id/access_as_user'];
const LISTENER = 'http://localhost:53111';

const emulator = emulatorAt(process.argv[2].replace('127.0.0.1', 'localhost'));
beforeEach(() => emulator.reset());

const key = (name) => readFileSync(workspace(`host/emulator/key/client-credential/${name}`), 'utf8');
const certificate = new X509Certificate(key('client-certificate.pem'));
const thumbprint = (algorithm) => createHash(algorithm).update(certificate.raw).digest('hex').toUpperCase();

const configuration = (clientId, auth) => ({
  auth: {
    clientId,
    authority: `${emulator.authority}/${TENANT}`,
    knownAuthorities: [new URL(emulator.authority).host],
    ...auth,
  },
});
const application = (auth, clientId = DAEMON) => new ConfidentialClientApplication(configuration(clientId, auth));
const program = (auth) => new PublicClientApplication(configuration(COMMAND_LINE, auth));
const claims = ({ accessToken }) => JSON.parse(Buffer.from(accessToken.split('.')[1], 'base64url'));

/** Signs alice in by a browser. */
async function signIn(client, request = {}) {
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
  const common = { scopes: PERSONAL, redirectUri: LISTENER, ...request };
  // What an application wants to remember goes along in this form.
  const state = new CryptoProvider().base64Encode(JSON.stringify({ returnTo: '/' }));
  const url = await client.getAuthCodeUrl({ ...common, codeChallenge: challenge, codeChallengeMethod: 'S256', state });
  const { address, answer } = await new Person().signIn(url);
  assert.equal(new URL(address).origin, LISTENER);
  assert.equal(answer.state, state);
  return client.acquireTokenByCode({ ...common, code: answer.code, codeVerifier: verifier }, answer);
}

const privateKey = key('client-private-key.pem');
for (const [name, method, auth] of [
  ['a secret', '1', { clientSecret: SECRET }],
  ['a certificate by SHA-256', '2', { clientCertificate: { privateKey, thumbprintSha256: thumbprint('sha256') } }],
  ['a certificate by SHA-1', '2', { clientCertificate: { privateKey, thumbprint: thumbprint('sha1') } }],
  [
    'a certificate with its chain',
    '2',
    { clientCertificate: { privateKey, thumbprintSha256: thumbprint('sha256'), x5c: key('client-certificate.pem') } },
  ],
  ['a federated token', '2', { clientAssertion: () => emulator.externalToken() }],
]) {
  test(`${name} proves who the client is`, async () => {
    const token = claims(await application(auth).acquireTokenByClientCredential(APPLICATION));
    assert.deepEqual([token.appid, token.appidacr, token.aud], [DAEMON, method, 'api://your-api-id']);
    assert.deepEqual(token.roles, ['Data.Read']);
  });
}

test('a second token comes from the cache', async () => {
  const client = application({ clientSecret: SECRET });
  const request = { scopes: APPLICATION.scopes };
  const first = await client.acquireTokenByClientCredential(request);
  const second = await client.acquireTokenByClientCredential(request);
  assert.equal(second.fromCache, true);
  assert.equal(second.accessToken, first.accessToken);
  assert.equal((await emulator.forms()).length, 1);
});

test('a refusal is understood', async () => {
  await assert.rejects(application({ clientSecret: 'wrong' }).acquireTokenByClientCredential(APPLICATION), (error) => {
    assert.equal(error.errorCode, 'invalid_client');
    assert.match(error.errorMessage, /AADSTS7000215/);
    assert.ok(error.correlationId);
    return true;
  });
});

test('a claims challenge reaches the tenant', async () => {
  const client = application({ clientSecret: SECRET, clientCapabilities: ['CP1'] });
  const challenge = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}';
  const token = claims(await client.acquireTokenByClientCredential({ ...APPLICATION, claims: challenge }));
  assert.deepEqual(token.xms_cc, ['cp1']);
  const [form] = await emulator.forms();
  assert.deepEqual(JSON.parse(form.claims).access_token.nbf, { essential: true, value: '1' });
});

for (const responseMode of ['query', 'form_post']) {
  test(`a browser signs in with PKCE, answered by ${responseMode}`, async () => {
    for (const client of [program(), application({ clientSecret: SECRET })]) {
      const result = await signIn(client, { responseMode });
      assert.equal(claims(result).upn, ALICE);
      assert.equal(result.account.username, ALICE);
    }
  });
}

test('a loopback listener of its own gets the answer', async () => {
  let page;
  const openBrowser = async (url) => {
    const { address, answer } = await new Person().signIn(url);
    page = await fetch(address, { method: 'POST', body: new URLSearchParams(answer) });
  };
  const result = await program().acquireTokenInteractive({ scopes: PERSONAL, openBrowser, loginHint: ALICE });
  assert.equal(claims(result).upn, ALICE);
  assert.equal(page.ok, true);
});

test('a device code signs in', async () => {
  await emulator.control('POST', '/options', { device_interval: 1 });
  const deviceCodeCallback = ({ verificationUri, userCode }) => new Person().enterCode(verificationUri, userCode);
  const result = await program().acquireTokenByDeviceCode({ scopes: PERSONAL, deviceCodeCallback });
  assert.equal(claims(result).upn, ALICE);
});

test('tokens renew themselves, until they are revoked', async () => {
  const client = program();
  const { account } = await signIn(client);
  for (const scope of [...PERSONAL, 'https://graph.microsoft.com/User.Read']) {
    const result = await client.acquireTokenSilent({ account, scopes: [scope], forceRefresh: true });
    assert.equal(claims(result).upn, ALICE);
    assert.equal((await emulator.forms()).at(-1).grant_type, 'refresh_token');
  }
  await emulator.control('POST', '/revoke', { user: ALICE });
  await assert.rejects(client.acquireTokenSilent({ account, scopes: PERSONAL, forceRefresh: true }), {
    errorCode: 'invalid_grant',
    errorNo: 50173,
  });
});

test("another library's refresh token is taken over", async () => {
  for (const client of [program(), application({ clientSecret: SECRET })]) {
    await signIn(client);
    const { RefreshToken } = JSON.parse(client.getTokenCache().serialize());
    const [{ secret }] = Object.values(RefreshToken);
    const result = await client.acquireTokenByRefreshToken({ refreshToken: secret, scopes: PERSONAL });
    assert.equal(claims(result).upn, ALICE);
  }
});

test('an API acts on behalf of its caller', async () => {
  const { accessToken } = await signIn(program());
  for (const auth of [
    { clientSecret: 'your-api-secret' },
    { clientCertificate: { privateKey, thumbprintSha256: thumbprint('sha256') } },
  ]) {
    const api = application(auth, YOUR_API);
    const request = { oboAssertion: accessToken, scopes: ['api://downstream-api/.default'] };
    const token = claims(await api.acquireTokenOnBehalfOf(request));
    assert.deepEqual([token.preferred_username, token.azp], [ALICE, YOUR_API]);
  }
});

test('a challenge of conditional access goes to the person and back', async () => {
  await emulator.control('POST', '/policies', { resource: 'api://downstream-api' });
  const client = program();
  const api = application({ clientSecret: 'your-api-secret' }, YOUR_API);
  const ask = ({ accessToken }) =>
    api.acquireTokenOnBehalfOf({ oboAssertion: accessToken, scopes: ['api://downstream-api/.default'], skipCache: true });
  const refusal = await ask(await signIn(client)).then(assert.fail, (error) => error);
  assert.equal(refusal.name, 'InteractionRequiredAuthError');
  const result = await ask(await signIn(client, { claims: refusal.claims }));
  assert.equal(claims(result).preferred_username, ALICE);
});

for (const [where, environment] of [
  ['a virtual machine', { AZURE_POD_IDENTITY_AUTHORITY_HOST: emulator.authority }],
  [
    'App Service',
    { IDENTITY_ENDPOINT: `${emulator.authority}/app-service/token`, IDENTITY_HEADER: 'app-service-identity-header' },
  ],
  ['Cloud Shell', { MSI_ENDPOINT: `${emulator.authority}/cloud-shell/oauth2/token` }],
]) {
  test(`a managed identity on ${where}`, async () => {
    Object.assign(process.env, environment);
    // The library looks once where it runs.
    ManagedIdentityClient.identitySource = undefined;
    const request = { resource: 'api://your-api-id', forceRefresh: true };
    try {
      const system = claims(await new ManagedIdentityApplication().acquireToken(request));
      if (where === 'Cloud Shell') {
        assert.equal(system.upn, ALICE);
        return;
      }
      assert.equal(system.appid, '44444444-3333-2222-1111-000000000001');
      const userAssignedClientId = '44444444-3333-2222-1111-000000000002';
      const chosen = new ManagedIdentityApplication({ managedIdentityIdParams: { userAssignedClientId } });
      assert.equal(claims(await chosen.acquireToken(request)).appid, userAssignedClientId);
    } finally {
      for (const name of Object.keys(environment)) delete process.env[name];
    }
  });
}
