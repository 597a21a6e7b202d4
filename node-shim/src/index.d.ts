/**
 * Microsoft Entra ID access tokens for your own APIs, for Microsoft Graph and for Azure.
 *
 * Everything that decides what is sent and what is accepted is one sandboxed WebAssembly component, the same bytes as in the
 * native program. What it cannot have, storage, people and the network, it is lent, and you can lend your own.
 */

/**
 * A client with the given capabilities. Without any it keeps tokens in memory, knows no stored secrets and can ask nobody to
 * sign in. Make one and keep it.
 *
 * @throws {EntraAuthError} `request-impossible` for an option that does not exist.
 */
export function createClient(options?: ClientOptions): Client;

/**
 * Tokens of a profile that `entra-auth-cli config create` has saved, natively or on Node, with its secret from the keyring or
 * encrypted file and the cache that all programs of this user share. What the profile means is the command line's own word:
 * it runs in this process. Its errors are coarser: `code` and `exitCode` say where the fault lies, `message` and `hint` why.
 */
export function fromProfile(name: string, options?: { network?: NetworkOptions | Network }): Promise<Profile>;

export interface Profile {
  acquire(request?: ProfileRequest, options?: AcquireOptions): Promise<ProfileToken>;
  /** A new token without a person. */
  renew(request?: ProfileRequest, options?: CallOptions): Promise<ProfileToken>;
  /** Forgets the cached tokens of the profile's tenant and client. */
  forget(options?: CallOptions): Promise<void>;
}

/** What may be said for one call; all else is the profile's. */
export interface ProfileRequest {
  scopes?: string | readonly string[];
  claims?: string;
  loginHint?: string;
  /** The incoming token, for a profile whose flow is on behalf of its caller. */
  onBehalfOf?: string;
  timeLimit?: number;
}

export type ProfileToken = Pick<Token, 'accessToken' | 'tokenType' | 'scopes' | 'expiresAt' | 'expiresIn'>;

/** What a client is lent. */
export interface ClientOptions {
  /**
   * Where tokens are kept: `'memory'` (the default) for the life of this client, `'shared'` in the sealed files that the
   * native program and other processes of this user share, `'none'`, or a cache of your own.
   */
  tokenCache?: 'memory' | 'shared' | 'none' | TokenCache;
  /**
   * Where secrets are that a request names by `stored`: `'none'` (the default), `'shared'` for the keyring or encrypted
   * file of this user, which the native program fills, or a store of your own.
   */
  secretStore?: 'none' | 'shared' | SecretStore;
  /**
   * How people are brought in: `'nobody'` (the default) fails at once, `'terminal'` uses this machine's browser and writes
   * instructions to stderr, or your own.
   */
  signIn?: 'nobody' | 'terminal' | SignIn;
  /** What the network is to know, or a function of your own in place of it. */
  network?: NetworkOptions | Network;
  /** Ends every call of this client when it aborts. */
  signal?: AbortSignal;
}

/** Every call has an instance of the component to itself; nothing of a call is left in memory for the next one. */
export interface Client {
  /**
   * A token: from the cache if it is fresh, else from the server. Equal calls at the same time are one request, in this
   * process and, with a shared cache, among all.
   *
   * @throws {EntraAuthError} in the words of the contract; or the signal's reason.
   */
  acquire(request: TokenRequest, options?: AcquireOptions): Promise<Token>;
  /** A new token without a person. Fails with `interaction-required` when only a person can go on. */
  renew(request: TokenRequest, options?: CallOptions): Promise<Token>;
  /** The cached token, fresh or not; nothing is sent. */
  cached(request: TokenRequest, options?: CallOptions): Promise<Token | undefined>;
  /** Forgets every cached token of the request's authority, tenant and client; says how many there were. */
  forget(request: TokenRequest, options?: CallOptions): Promise<number>;
  /** Takes a token apart. Nothing here checks its signature: whoever shows the result must say so. */
  inspect(token: string, options?: CallOptions): Promise<DecodedToken>;
  /**
   * App registrations of the tenant, read through Microsoft Graph, sorted by name. `pattern` is a display name, an App ID
   * URI if it has `://`, with `*` for any text and `?` for one character, or a whole client id.
   */
  discover(request: TokenRequest, pattern?: string, options?: DiscoverOptions): Promise<Application[]>;
}

export interface CallOptions {
  signal?: AbortSignal;
}

export interface AcquireOptions extends CallOptions {
  /**
   * `'prefer'` (the default) takes a fresh token from the cache, `'replace'` gets a new one and stores it, `'bypass'`
   * neither reads nor stores.
   */
  cache?: 'prefer' | 'replace' | 'bypass';
}

export interface DiscoverOptions extends CallOptions {
  /** Somebody is there to sign in. */
  attended?: boolean;
}

/** Everything that decides which token is meant. */
export interface TokenRequest {
  /** `https://login.microsoftonline.com` by default; another cloud by its name, or any authority by its URL. */
  authority?: string;
  /** GUID, verified domain, `common`, `organizations` or `consumers`. Empty for a custom authority. */
  tenant?: string;
  clientId?: string;
  /** How the client proves who it is; a public client proves nothing. */
  credential?: Credential;
  /** `'client-credentials'` by default. */
  grant?: Grant;
  /** All of one resource, such as `api://your-api-id/.default`; a text holds several between blanks. */
  scopes?: string | readonly string[];
  /** Claims challenge to answer: JSON, or base64 of it. */
  claims?: string;
  /** Whose account is meant, for grants by a person. */
  loginHint?: string;
  /** Seconds that all of it may take; absent means as long as it takes. */
  timeLimit?: number;
}

export type Credential = { secret: Secret } | { certificate: Certificate } | { assertion: Assertion };

/**
 * The value itself, or a name in the secret store, with a value for when there is none under that name. `generation` is another
 * one whenever another secret is stored under the name, such as the `credentialId` of a profile; a cached token is handed
 * out to the one that got it.
 */
export type Secret = string | { stored?: string; generation?: string; given?: string };

export interface Certificate {
  /** PFX/PKCS#12, or PEM. */
  content: Uint8Array | string;
  /** PEM private key, when `content` has none. */
  privateKey?: Uint8Array | string;
  password?: Secret;
  /** Send the chain as `x5c` (subject name and issuer authentication). */
  sendChain?: boolean;
  /** What errors call it, such as the path of its file. */
  name?: string;
}

/** A federated client assertion: itself, a function that is asked for each call, or a build system that gives one. */
export type Assertion =
  | string
  | (() => string | Promise<string>)
  | { githubActions: { url: string; bearer: string; audience?: string } }
  | { azurePipelines: { url: string; bearer: string; serviceConnectionId?: string } };

export type Grant =
  | 'client-credentials'
  | 'device-code'
  | 'authorization-code'
  | { authorizationCode: Browser }
  | { onBehalfOf: string }
  | { managedIdentity: 'system-assigned' | { clientId: string } | { objectId: string } | { resourceId: string } };

/** How a browser sign-in is carried out (RFC 8252). */
export interface Browser {
  /** Fixed redirect URI; absent means `http://localhost` at a free port. */
  redirectUri?: string;
  /** First and last port that may be used; absent means any free one. */
  ports?: readonly [number, number];
  /** OpenID Connect `prompt`. */
  prompt?: string;
  domainHint?: string;
  /** Show the address besides opening a browser. */
  showUrl?: boolean;
}

export interface Token {
  /** Opaque to everybody but the API it is meant for. */
  accessToken: string;
  /** `Bearer`. */
  tokenType: string;
  /** Scopes that were granted; those asked for when the server did not say. */
  scopes: string[];
  /** Seconds since the Unix epoch. */
  obtainedAt: number;
  /** Seconds since the Unix epoch, by the local clock. */
  expiresAt: number;
  /** Seconds left when the call was over. */
  expiresIn: number;
  origin: 'cache' | 'person' | 'server';
  /** Whose token it is, as the server names the person; for showing. */
  account?: string;
  /** Who signed in, as the server signs it for the client itself; no API takes it. */
  idToken?: string;
  /** Things worth telling that did not stop the call, such as a cache that could not be written. No secrets. */
  notices: string[];
}

export interface DecodedToken {
  /** `signed`: readable. `encrypted`: only the header is. `opaque`: no JWT. */
  kind: 'signed' | 'encrypted' | 'opaque';
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  /** base64url without padding. */
  signature?: string;
  /** `iat`, seconds since the Unix epoch. */
  issuedAt?: number;
  /** `nbf`, seconds since the Unix epoch. */
  notBefore?: number;
  /** `exp`, seconds since the Unix epoch. */
  expiresAt?: number;
  /** Seconds until `exp`; negative once it has passed. */
  expiresIn?: number;
  /** `unknown`: it has no `exp`. `unreadable`: its `exp` or `nbf` is no time, so that nobody may take it for valid. */
  validity: 'valid' | 'expired' | 'not-yet-valid' | 'unknown' | 'unreadable';
  /** What would make a careful reader refuse it or wonder: claims that stand twice, padding, times that are no numbers. */
  remarks: string[];
}

export interface Application {
  /** Object id. */
  id: string;
  /** Client id. */
  appId: string;
  displayName: string;
  publisherDomain?: string;
  createdDateTime?: string;
  signInAudience?: string;
  identifierUris: string[];
  /** Version of the access tokens that the API takes: 1 or 2. */
  tokenVersion: number;
  scopes: { value: string; description: string; adminOnly: boolean; enabled: boolean }[];
  appRoles: { value: string; description: string; enabled: boolean }[];
}

/** Where the fault lies, because that is what a caller acts on. */
export type ErrorCode =
  /** An answer came, but it is not one that may be used. */
  | 'answer-unacceptable'
  /** A capability failed: `capability` and `fault` say which and why. */
  | 'capability-failed'
  /** Only a person can go on: sign in, consent, answer a challenge. */
  | 'interaction-required'
  /** The request makes no sense as it stands; nothing was sent. */
  | 'request-impossible'
  /** There is no secret where the request says that one is; nothing was sent. */
  | 'secret-missing'
  /** The server refused: `error` and `codes` say why. */
  | 'server-refused';

export type Capability =
  | 'arc-agent'
  | 'clipboard'
  | 'files'
  | 'local-time'
  | 'network'
  | 'profile-store'
  | 'progress'
  | 'prompt'
  | 'secret-store'
  | 'sign-in'
  | 'token-cache';

/** Why a capability could not do what was asked. */
export type Fault =
  | 'absent'
  | 'cancelled'
  | 'conflict'
  | 'damaged'
  | 'denied'
  | 'locked'
  | 'timed-out'
  | 'unreachable'
  | 'untrusted'
  | 'other';

/** A call that failed. Its message is one line and never holds a secret or a token. */
export class EntraAuthError extends Error {
  private constructor();
  readonly code: ErrorCode;
  /** What to do about it. */
  readonly hint?: string;
  /** With a profile: the code with which the command line would have ended. */
  readonly exitCode?: number;
  /** With `capability-failed`. */
  readonly capability?: Capability;
  /** With `capability-failed`. */
  readonly fault?: Fault;
  /** Entra's numbers (`AADSTS…`), the main one first. Good for looking up help, not for decisions: they change. */
  readonly codes: number[];
  /** HTTP status of a refusal or of an answer that is none. */
  readonly status?: number;
  /** The OAuth error code of a refusal, such as `invalid_client`. */
  readonly error?: string;
  /** Entra's sentence, for people; its wording changes. */
  readonly description?: string;
  readonly suberror?: string;
  readonly timestamp?: string;
  readonly traceId?: string;
  readonly correlationId?: string;
  /** A claims challenge (JSON) to send along with the next request. */
  readonly claims?: string;
  /** Seconds to wait before the next attempt, when the server named them. */
  readonly retryAfter?: number;
  /** True when the same request may succeed later (429, 5xx). */
  readonly transient?: boolean;
}

/**
 * What a capability of your own throws, as an object or as an error with these members. Anything else that it throws is
 * `other`, and becomes the `cause` of the error.
 */
export interface Failure {
  fault: Fault;
  /** One line, lower case, no secret. */
  message: string;
  hint?: string;
}

/** The last argument of each function that is lent: the signal aborts when the call is over, however it ended. */
export interface Lent {
  signal: AbortSignal;
}

type Promised<T> = T | Promise<T>;

/** Cached tokens. Names have two parts of 1 to 64 characters of lower-case hexadecimal. The bytes hold tokens: seal them. */
export interface TokenCache {
  /** The bytes of an entry, or nothing if there is none. Takes no lock. */
  read(name: EntryName, lent: Lent): Promised<Uint8Array | undefined>;
  /** Takes the entry's lock, waiting while another has it, at most `timeLimit` seconds; then fails with `timed-out`. */
  hold(name: EntryName, timeLimit: number, lent: Lent): Promised<HeldEntry>;
  /** Removes all entries of a client; answers how many there were. */
  remove(client: string, lent: Lent): Promised<number>;
}

export interface EntryName {
  client: string;
  entry: string;
}

/** An entry whose lock is held. */
export interface HeldEntry {
  /** As it is now that the lock is held. */
  read(lent: Lent): Promised<Uint8Array | undefined>;
  /** Replaces the bytes. After `keepUntil`, in seconds since the Unix epoch, nobody needs them any more. */
  write(content: Uint8Array, keepUntil: number, lent: Lent): Promised<void>;
  /** Releases the lock. Called once, however the call ended. */
  release(): void;
}

export interface SecretStore {
  /**
   * The secret under this name, or nothing if there is none. A store that is locked or absent fails. The text begins with whom
   * the secret is for, four lines: `entra-auth secret 1`, authority, tenant and client id; the rest is the secret itself. It
   * goes to nobody else.
   */
  read(name: string, lent: Lent): Promised<string | undefined>;
}

/** Bringing a person in. What is not there fails with `absent`. */
export interface SignIn {
  listen?(at: { redirectUri?: string; ports?: [number, number] }, lent: Lent): Promised<Redirect>;
  openBrowser?(url: string, lent: Lent): Promised<void>;
  showUrl?(url: string, lent: Lent): Promised<void>;
  /** `expiresIn` is in seconds. */
  showDeviceCode?(verificationUri: string, userCode: string, expiresIn: number, lent: Lent): Promised<void>;
}

/** A listener for the browser's answer. */
export interface Redirect {
  /** The redirect URI to send. */
  uri(lent: Lent): Promised<string>;
  /** The next request to the redirect path; fails with `timed-out` after `timeLimit` seconds. */
  wait(timeLimit: number, lent: Lent): Promised<RedirectAnswer>;
  release?(): void;
}

export interface RedirectAnswer {
  parameters(lent: Lent): Promised<[name: string, value: string][]>;
  responseMode(lent: Lent): Promised<'query' | 'form-post'>;
  finish(page: { tag: 'done' } | { tag: 'ignored' } | { tag: 'refused'; val: [title: string, sentence: string] }, lent: Lent): Promised<void>;
  release?(): void;
}

export interface NetworkOptions {
  /** Further certificate authorities to trust, in PEM. Those of the operating system and of Node are trusted anyway. */
  authorities?: string | readonly string[];
  /** `User-Agent` of the requests. */
  userAgent?: string;
  /** In place of the process's variables: `HTTPS_PROXY`, `NO_PROXY`, `ENTRA_AUTH_CLI_CA_FILE`, `SSL_CERT_FILE`. */
  variables?: Record<string, string | undefined>;
}

/** A way out of your own. It must not follow redirects: that would carry secrets to a place that nobody permitted. */
export type Network = (request: NetworkRequest, lent: Lent) => Promise<NetworkResponse>;

export interface NetworkRequest {
  method: string;
  url: string;
  headers: [name: string, value: string][];
  body: Uint8Array;
}

export interface NetworkResponse {
  status: number;
  headers: [name: string, value: Uint8Array][];
  body: Uint8Array;
}
