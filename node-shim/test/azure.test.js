// The credential in the Azure SDK's own pipeline and chain, against the emulator over TLS.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { missing, startEmulator } from './processes.js';
import { installed, keys, packaged } from './workspace.js';

const pipelineFile = installed('@azure/core-rest-pipeline/dist/esm/index.js');
const skip = missing(pipelineFile);
const { bearerTokenAuthenticationPolicy, createDefaultHttpClient, createEmptyPipeline, createPipelineRequest } = skip
  ? {}
  : await import(pathToFileURL(pipelineFile));
const { ChainedTokenCredential } = skip ? {} : await import(pathToFileURL(installed('@azure/identity/dist/esm/index.js')));
const { EntraCredential } = await import(pathToFileURL(packaged('azure.js')));

const SCOPE = 'api://your-api-id/.default';
const CHALLENGE = '{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}';

let api;
let emulator;
let folder;
let network;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'azure-'));
  const certificateAuthority = join(folder, 'ca.pem');
  emulator = await startEmulator({ certificateAuthority });
  // Neither the test's own requests nor the client's have other authorities to trust.
  network = { authorities: readFileSync(certificateAuthority, 'utf8') };
  api = await startApi();
});
after(() => {
  emulator?.stop();
  api?.close();
  rmSync(folder, { recursive: true });
});

/** An API that refuses the first token by a challenge. */
async function startApi() {
  const { certificate, privateKey } = keys();
  const server = createServer({ cert: certificate, key: privateKey }, (request, response) => {
    server.tokens.push(request.headers.authorization);
    const isRefused = server.challenges-- > 0;
    const claims = Buffer.from(CHALLENGE).toString('base64');
    const header = `Bearer realm="", authorization_uri="https://login.example/authorize", error="insufficient_claims", claims="${claims}"`;
    response.writeHead(isRefused ? 401 : 200, isRefused ? { 'www-authenticate': header } : {}).end();
  });
  Object.assign(server, { tokens: [], challenges: 0 }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
beforeEach(() => Object.assign(api, { tokens: [], challenges: 0 }));

const credential = (changes = {}, options = {}) =>
  new EntraCredential(
    {
      authority: emulator.authority,
      tenant: 'contoso.onmicrosoft.com',
      clientId: '99999999-8888-7777-6666-555555555555',
      credential: { secret: 'S3cr3t~+/=&% é' },
      ...changes,
    },
    { network, ...options },
  );

/** Sends a request to the API as an SDK client does. */
async function call(credential) {
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes: SCOPE }));
  const request = createPipelineRequest({ url: `https://127.0.0.1:${api.address().port}/` });
  // What is tried here is the way to the token.
  request.agent = new Agent({ rejectUnauthorized: false });
  return pipeline.sendRequest(createDefaultHttpClient(), request);
}

const claimsOf = (authorization) => JSON.parse(Buffer.from(authorization.split('.')[1], 'base64url'));

test('the pipeline of the Azure SDK gets through', { skip }, async () => {
  const { status } = await call(credential());
  assert.equal(status, 200);
  assert.equal(claimsOf(api.tokens[0]).aud, 'api://your-api-id');
});

test('a challenge of continuous access evaluation is answered with a new token', { skip }, async () => {
  api.challenges = 1;
  const { status } = await call(credential());
  assert.equal(status, 200);
  assert.equal(api.tokens.length, 2);
  assert.notEqual(api.tokens[0], api.tokens[1]);
});

test('parallel calls are one request', { skip }, async () => {
  const one = credential();
  const tokens = await Promise.all(Array.from({ length: 50 }, () => one.getToken(SCOPE)));
  assert.equal(new Set(tokens.map(({ token }) => token)).size, 1);
  const [{ token, tokenType, expiresOnTimestamp }] = tokens;
  assert.equal(tokenType, 'Bearer');
  assert.equal(Math.abs(expiresOnTimestamp / 1000 - claimsOf(token).exp) <= 1, true);
});

test('a chain goes on after a credential that is not available, and stops at one that is refused', { skip }, async () => {
  const unavailable = credential({ credential: { secret: { stored: 'nothing' } } });
  const refused = credential({ credential: { secret: 'wrong' } });
  const person = credential({ credential: undefined, grant: 'authorization-code', clientId: '88888888-7777-6666-5555-444444444444' });
  const { token } = await new ChainedTokenCredential(unavailable, person, credential(), refused).getToken(SCOPE);
  assert.equal(claimsOf(token).aud, 'api://your-api-id');
  await assert.rejects(new ChainedTokenCredential(refused, credential()).getToken(SCOPE), ({ message }) => /invalid_client/.test(message));
});

test('errors have the names of the Azure SDK, and the facts of the contract', { skip }, async () => {
  const rows = [
    [credential({ credential: { secret: { stored: 'nothing' } } }), {}, { name: 'CredentialUnavailableError', code: 'secret-missing' }],
    [credential({ credential: { secret: 'wrong' } }), {}, { name: 'AuthenticationError', code: 'server-refused', error: 'invalid_client' }],
    [credential(), { tenantId: 'fabrikam.onmicrosoft.com' }, { name: 'CredentialUnavailableError', code: 'request-impossible' }],
    [credential(), { proofOfPossessionOptions: {} }, { name: 'CredentialUnavailableError' }],
    [credential(), { abortSignal: AbortSignal.abort() }, { name: 'AbortError' }],
  ];
  for (const [one, options, expected] of rows) {
    await assert.rejects(one.getToken(SCOPE, options), (error) => {
      for (const [name, value] of Object.entries(expected)) assert.equal(error[name], value);
      return true;
    });
  }
});

test('another tenant is asked only where that is allowed', { skip }, async () => {
  const tenantId = '11111111-2222-3333-4444-555555555555';
  for (const allowed of [tenantId, '*']) {
    const { token } = await credential({}, { additionallyAllowedTenants: [allowed] }).getToken(SCOPE, { tenantId });
    assert.equal(claimsOf(token).tid, tenantId);
  }
});
