// Tokens, the reading of tokens and app registrations: the exports of the library component as functions.
import { run } from 'engine/engine';
import { EntraAuthError, impossible } from './error.js';
import { Flights } from './flights.js';
import { toContract } from './request.js';

const CACHE_USES = ['prefer', 'replace', 'bypass'];

/** The client that `capabilities` and `network` make. */
export class Client {
  #capabilities;
  #network;
  #signal;
  #flights = new Flights();

  constructor(capabilities, network, signal) {
    this.#capabilities = capabilities;
    this.#network = network;
    this.#signal = signal;
  }

  /** A token: from the cache if it is fresh, else from the server. */
  async acquire(request, { cache = 'prefer', signal } = {}) {
    if (!CACHE_USES.includes(cache)) throw impossible(`\`cache\` is not ${quoted(cache)}`, `give one of: ${CACHE_USES.join(', ')}`);
    const order = await this.#about(request, 'acquire', cache);
    // Each of those who pass by the cache wants a token of their own.
    const value = cache === 'bypass' ? await this.#run(order, signal) : await this.#once(order, signal);
    return tokenOf(value);
  }

  /** A new token without a person. */
  async renew(request, { signal } = {}) {
    return tokenOf(await this.#once(await this.#about(request, 'renew'), signal));
  }

  /** The cached token, fresh or not; nothing is sent. */
  async cached(request, { signal } = {}) {
    const value = await this.#run(await this.#about(request, 'cached'), signal);
    return value && tokenOf(value);
  }

  /** Forgets every cached token of the request's authority, tenant and client; says how many there were. */
  async forget(request, { signal } = {}) {
    return this.#run(await this.#about(request, 'forget'), signal);
  }

  /** Takes a token apart. Nothing here checks its signature. */
  async inspect(token, { signal } = {}) {
    if (typeof token !== 'string') throw impossible('the token is no text', 'give the token itself');
    return decodedOf(await this.#run({ ...ORDER, interface: 'jwt', function: 'decode', arguments: [token], isLookup: true }, signal));
  }

  /** App registrations of the tenant that `pattern` means. */
  async discover(request, pattern = '*', { attended = false, signal } = {}) {
    const order = await this.#about(request, 'applications', String(pattern), Boolean(attended));
    const found = await this.#run({ ...order, interface: 'directory' }, signal);
    return found.applications;
  }

  async #about(given, name, ...others) {
    const request = await toContract(given);
    const { grant, authority } = request;
    const permit = grant.tag === 'managed-identity' ? ['permitPlatform', grant.val.environment] : ['permit', authority];
    return { ...ORDER, permit, interface: 'tokens', function: name, arguments: [request, ...others], isLookup: isLookup(name, ...others) };
  }

  #once(order, signal) {
    const key = JSON.stringify([order.function, order.arguments], (_, value) =>
      value instanceof Uint8Array ? Array.from(value) : value,
    );
    return this.#flights.join(key, signal, (shared) => this.#run(order, shared));
  }

  async #run(order, signal) {
    const { timeLimit } = order.arguments[0] ?? {};
    const [capabilities, network] = [this.#capabilities, this.#network];
    const outcome = await run(order, { capabilities, network, signal: either(this.#signal, signal), timeLimit });
    if (outcome.error) throw new EntraAuthError(outcome.error, outcome.cause);
    return outcome.value;
  }
}

const ORDER = { component: 'library' };

/** Whether the token is probably in the cache. */
const isLookup = (name, cache) => name === 'cached' || (name === 'acquire' && cache === 'prefer');

/** A signal of this call's own: Node warns of many that listen to one. */
function either(...signals) {
  const given = signals.filter(Boolean);
  return given.length > 0 ? AbortSignal.any(given) : undefined;
}

function tokenOf({ obtainedAt, expiresAt, expiresIn, ...token }) {
  return {
    ...token,
    obtainedAt: Number(obtainedAt),
    expiresAt: Number(expiresAt),
    expiresIn: Number(expiresIn),
  };
}

function decodedOf({ header, claims, issuedAt, notBefore, expiresAt, expiresIn, ...decoded }) {
  const number = (time) => (time === undefined ? undefined : Number(time));
  const json = (text) => (text === undefined ? undefined : JSON.parse(text));
  return {
    ...decoded,
    header: json(header),
    claims: json(claims),
    issuedAt: number(issuedAt),
    notBefore: number(notBefore),
    expiresAt: number(expiresAt),
    expiresIn: number(expiresIn),
  };
}

const quoted = (value) => (typeof value === 'string' ? `\`${value}\`` : `a ${typeof value}`);
