// A certified OpenID Connect server that nobody here wrote, with its endpoints where Entra has them.
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';
import { workspace } from './workspace.js';

const { Provider } = await import(
  pathToFileURL(workspace('target/tools/node/node_modules/oidc-provider/lib/index.js'))
);

export const TENANT = '11111111-2222-3333-4444-555555555555';
export const DAEMON = '99999999-8888-7777-6666-000000000001';
// A standard server knows no other characters than ASCII's (RFC 6749 appendix A.2).
export const SECRET = 'S3cr3t~+/=&% "\\';
export const CERTIFIED = '99999999-8888-7777-6666-000000000002';
export const COMMAND_LINE = '99999999-8888-7777-6666-000000000003';
const API = 'api://your-api-id';

const KEYS = workspace('host/emulator/key/client-credential');
const LISTENERS = ['http://localhost', 'http://localhost/', 'http://127.0.0.1/'];
const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';

const clients = [
  { client_id: DAEMON, client_secret: SECRET, token_endpoint_auth_method: 'client_secret_post', ...application() },
  {
    client_id: CERTIFIED,
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'PS256',
    jwks: { keys: [createPublicKey(readFileSync(`${KEYS}/client-certificate.pem`)).export({ format: 'jwk' })] },
    ...application(),
  },
  {
    client_id: COMMAND_LINE,
    token_endpoint_auth_method: 'none',
    application_type: 'native',
    grant_types: ['authorization_code', 'refresh_token', DEVICE_CODE],
    response_types: ['code'],
    redirect_uris: LISTENERS,
  },
];

function application() {
  return { grant_types: ['client_credentials'], response_types: [], redirect_uris: [] };
}

const at = (path) => `/${TENANT}/${path}`;

const configuration = {
  clients,
  clientAuthMethods: ['client_secret_post', 'private_key_jwt', 'none'],
  cookies: { keys: ['of this process'] },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: true },
    deviceFlow: { enabled: true },
    resourceIndicators: {
      enabled: true,
      // A scope names its API here, as it does for Entra.
      defaultResource: (context, client, one) => one ?? API,
      getResourceServerInfo: () => ({
        accessTokenFormat: 'jwt',
        accessTokenTTL: 3599,
        audience: API,
        scope: `${API}/.default ${API}/access_as_user`,
      }),
      useGrantedResource: () => true,
    },
  },
  findAccount: (context, id) => ({ accountId: id, claims: () => ({ sub: id, name: id }) }),
  rotateRefreshToken: true,
  routes: {
    authorization: at('oauth2/v2.0/authorize'),
    code_verification: at('oauth2/deviceauth'),
    device_authorization: at('oauth2/v2.0/devicecode'),
    jwks: at('discovery/v2.0/keys'),
    token: at('oauth2/v2.0/token'),
  },
  scopes: ['openid', 'profile', 'offline_access'],
};

/** Serves on a free port. `refusals` collects what the server found wrong. */
export async function startStandardServer() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const authority = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(`${authority}/${TENANT}/v2.0`, configuration);
  const grants = [];
  const refusals = [];
  provider.on('grant.success', (context) => grants.push(context.oidc.params.grant_type));
  provider.on('grant.error', (context, error) => refusals.push(`${error.error}: ${error.error_description}`));
  provider.on('authorization.error', (context, error) => refusals.push(`${error.error}: ${error.error_description}`));
  const answer = provider.callback();
  server.on('request', (request, response) => {
    // The library serves its metadata at the root alone.
    request.url = request.url.replace(`/${TENANT}/v2.0/.well-known/`, '/.well-known/');
    answer(request, response);
  });
  return { authority, grants, refusals, stop: () => server.closeAllConnections() ?? server.close() };
}
