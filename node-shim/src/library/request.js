// A request as people write it in JavaScript, as a `request` of the contract (`wit/tokens.wit`).
import { impossible } from './error.js';

const PUBLIC_CLOUD = 'https://login.microsoftonline.com';

/** What platforms of managed identities set (https://learn.microsoft.com/entra/identity/managed-identities-azure-resources). */
const PLATFORM_VARIABLES = [
  'AZURE_POD_IDENTITY_AUTHORITY_HOST',
  'DEFAULT_IDENTITY_CLIENT_ID',
  'IDENTITY_ENDPOINT',
  'IDENTITY_HEADER',
  'IDENTITY_SERVER_THUMBPRINT',
  'IMDS_ENDPOINT',
  'MSI_ENDPOINT',
  'MSI_SECRET',
];

/** Checks and completes a request. What is wrong is said before anything is sent. */
export async function toContract(given) {
  if (typeof given !== 'object' || given === null) throw impossible('a request is an object', 'see the README for its members');
  noOthers('a request', given, MEMBERS);
  return {
    authority: text('authority', given.authority ?? PUBLIC_CLOUD),
    tenant: text('tenant', given.tenant ?? ''),
    clientId: text('clientId', given.clientId ?? ''),
    credential: await credential(given.credential),
    grant: grant(given.grant ?? 'client-credentials'),
    scopes: scopes(given.scopes ?? []),
    claims: optional('claims', given.claims),
    loginHint: optional('loginHint', given.loginHint),
    timeLimit: seconds(given.timeLimit),
  };
}

const MEMBERS = ['authority', 'tenant', 'clientId', 'credential', 'grant', 'scopes', 'claims', 'loginHint', 'timeLimit'];

async function credential(given) {
  if (given === undefined) return { tag: 'none' };
  const [kind, value] = only('credential', given, ['secret', 'certificate', 'assertion']);
  if (kind === 'secret') return { tag: 'secret', val: secret('credential.secret', value) };
  if (kind === 'certificate') return { tag: 'certificate', val: certificate(value) };
  return { tag: 'assertion', val: await assertion(value) };
}

function secret(name, given) {
  if (typeof given === 'string') return { stored: undefined, given };
  noOthers(name, given, SECRET_MEMBERS);
  return Object.fromEntries(SECRET_MEMBERS.map((member) => [member, optional(`${name}.${member}`, given[member])]));
}

const SECRET_MEMBERS = ['stored', 'generation', 'given'];

function certificate(given) {
  const name = 'credential.certificate';
  noOthers(name, given, ['name', 'content', 'privateKey', 'password', 'sendChain']);
  return {
    name: text(`${name}.name`, given.name ?? 'the certificate'),
    content: bytes(`${name}.content`, given.content),
    privateKey: given.privateKey === undefined ? undefined : bytes(`${name}.privateKey`, given.privateKey),
    password: given.password === undefined ? undefined : secret(`${name}.password`, given.password),
    sendChain: Boolean(given.sendChain),
  };
}

/** A function is asked anew for each call, because assertions are short-lived. */
async function assertion(given) {
  if (typeof given === 'string') return { tag: 'given', val: given };
  if (typeof given === 'function') return { tag: 'given', val: text('credential.assertion()', await given()) };
  const [kind, value] = only('credential.assertion', given, ['githubActions', 'azurePipelines']);
  if (kind === 'azurePipelines') return { tag: 'azure-pipelines', val: { ...value } };
  return { tag: 'github-actions', val: { ...value } };
}

function grant(given) {
  if (SIMPLE_GRANTS.includes(given)) return { tag: given, val: given === 'authorization-code' ? browser({}) : undefined };
  const [kind, value] = only('grant', given, ['authorizationCode', 'onBehalfOf', 'managedIdentity']);
  if (kind === 'authorizationCode') return { tag: 'authorization-code', val: browser(value) };
  if (kind === 'onBehalfOf') return { tag: 'on-behalf-of', val: text('grant.onBehalfOf', value) };
  return { tag: 'managed-identity', val: { identity: identity(value), environment: environment() } };
}

const SIMPLE_GRANTS = ['client-credentials', 'device-code', 'authorization-code'];

function browser(given) {
  noOthers('grant.authorizationCode', given, ['redirectUri', 'ports', 'prompt', 'domainHint', 'showUrl']);
  const { redirectUri, ports, prompt, domainHint, showUrl = false } = given;
  return { redirectUri, ports, prompt, domainHint, showUrl };
}

function identity(given) {
  if (given === 'system-assigned') return { tag: 'system-assigned' };
  const [kind, value] = only('grant.managedIdentity', given, ['clientId', 'objectId', 'resourceId']);
  const tag = { clientId: 'client-id', objectId: 'object-id', resourceId: 'resource-id' }[kind];
  return { tag, val: text(`grant.managedIdentity.${kind}`, value) };
}

function environment() {
  const { env = {} } = globalThis.process ?? {};
  const variables = PLATFORM_VARIABLES.filter((name) => env[name] !== undefined).map((name) => [name, env[name]]);
  return { variables, arcAgent: false };
}

function scopes(given) {
  const list = typeof given === 'string' ? given.split(' ').filter(Boolean) : given;
  if (Array.isArray(list) && list.every((scope) => typeof scope === 'string')) return [...list];
  throw impossible('`scopes` are no texts', 'give a list such as `["api://your-api-id/.default"]`');
}

function seconds(given) {
  if (given === undefined || (Number.isInteger(given) && given > 0 && given < 2 ** 31)) return given;
  throw impossible('`timeLimit` is no number of seconds', 'give a whole number above 0');
}

function text(name, given) {
  if (typeof given === 'string') return given;
  throw impossible(`\`${name}\` is no text`, 'see the README for the members of a request');
}

const optional = (name, given) => (given === undefined ? undefined : text(name, given));

function bytes(name, given) {
  if (given instanceof Uint8Array) return given;
  return new TextEncoder().encode(text(name, given));
}

/** Name and value of the one member that is there. */
function only(name, given, names) {
  const entries = typeof given === 'object' && given !== null ? Object.entries(given) : [];
  if (entries.length === 1 && names.includes(entries[0][0])) return entries[0];
  throw impossible(`\`${name}\` is not of a known kind`, `give an object with one of: ${names.join(', ')}`);
}

/** A misspelt member would go unnoticed, and the request would mean something else. */
function noOthers(name, given, names) {
  const other = Object.keys(given).find((member) => !names.includes(member));
  if (other) throw impossible(`${name} has no \`${other}\``, `its members are: ${names.join(', ')}`);
}
