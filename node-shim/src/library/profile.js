// Tokens of a profile that the command line has saved. What a profile means is the command line's to say, so this is the
// command line itself, with what it prints in hand: its `get-token`, `refresh` and `clear-cache`, in this process.
import { run } from 'engine/engine';
import { machine } from '../capability/machine.js';
import { noProgress } from '../capability/nobody.js';
import { PASSED_ON } from '../system/known_variables.js';
import { EntraAuthError, impossible } from './error.js';
import { Flights } from './flights.js';

const MEMBERS = ['scopes', 'claims', 'loginHint', 'onBehalfOf', 'timeLimit'];
const CACHE_OPTIONS = { prefer: [], replace: ['--force'], bypass: ['--no-cache'] };

/** What the codes of the documented table say about the fault (`entra-auth-cli --help`). */
const FAULTS = {
  1: { tag: 'capability-failed', val: { fault: 'other' } },
  2: { tag: 'server-refused', val: {} },
  3: { tag: 'request-impossible', val: {} },
  4: { tag: 'request-impossible', val: {} },
  5: { tag: 'capability-failed', val: { capability: 'network', fault: 'unreachable' } },
  6: { tag: 'capability-failed', val: { fault: 'timed-out' } },
};

export class Profile {
  // What the command line tells a person, nobody reads here; and the process is not its own to end.
  #capabilities = { ...machine(), progress: noProgress, 'progress-display': noProgress };
  #flights = new Flights();
  #name;
  #network;

  constructor(name, network) {
    this.#name = name;
    this.#network = network;
  }

  /** A token: from the cache if it is fresh, else from the server. */
  async acquire(request = {}, { cache = 'prefer', signal } = {}) {
    if (!Object.hasOwn(CACHE_OPTIONS, cache)) throw impossible('`cache` is of no known kind', 'give prefer, replace or bypass');
    return this.#token(['get-token', ...options(request), ...CACHE_OPTIONS[cache]], request.onBehalfOf, signal);
  }

  /** A new token without a person. */
  async renew(request = {}, { signal } = {}) {
    return this.#token(['refresh', ...options(request)], request.onBehalfOf, signal);
  }

  /** Forgets the cached tokens of the profile's tenant and client. */
  async forget({ signal } = {}) {
    await this.#run(['clear-cache'], undefined, signal);
  }

  async #token(words, stdin, signal) {
    const key = JSON.stringify([words, stdin]);
    const json = JSON.parse(await this.#flights.join(key, signal, (shared) => this.#run([...words, '--json'], stdin, shared)));
    const expiresAt = Date.parse(json.expiresOn) / 1000;
    const { accessToken, tokenType, scopes } = json;
    return { accessToken, tokenType, scopes, expiresAt, expiresIn: Math.max(0, Math.floor(expiresAt - Date.now() / 1000)) };
  }

  /** Stdout of a command line that goes well. */
  async #run([command, ...words], stdin, signal) {
    const shown = ['', '', ''];
    const decoder = new TextDecoder();
    const order = { component: 'command', interface: 'run', function: 'run', arguments: [], isLookup: true };
    const outcome = await run(order, {
      capabilities: this.#capabilities,
      network: this.#network,
      signal,
      command: {
        arguments: ['entra-auth-cli', command, `--profile=${this.#name}`, ...words],
        variables: PASSED_ON.filter((name) => process.env[name] !== undefined).map((name) => [name, process.env[name]]),
        terminals: {},
        stdin: once(stdin),
        write: (descriptor, bytes) => void (shown[descriptor] += decoder.decode(bytes)),
      },
    });
    const code = outcome.code ?? (outcome.error ? 1 : 0);
    if (code !== 0) throw failure(code, shown[2]);
    return shown[1];
  }
}

function options(request) {
  const other = Object.keys(request).find((member) => request[member] !== undefined && !MEMBERS.includes(member));
  if (other) throw impossible(`a profile has its own \`${other}\``, `what may be said for one call is: ${MEMBERS.join(', ')}`);
  const { scopes, claims, loginHint, onBehalfOf, timeLimit } = request;
  return [
    scopes !== undefined && `--scope=${[scopes].flat().join(' ')}`,
    claims !== undefined && `--claims=${claims}`,
    loginHint !== undefined && `--login-hint=${loginHint}`,
    onBehalfOf !== undefined && '--assertion=-',
    timeLimit !== undefined && `--timeout=${timeLimit}s`,
  ].filter(Boolean);
}

/** All of the text, then the end. */
function once(text = '') {
  let rest = new TextEncoder().encode(text);
  return async (most) => {
    const part = rest.subarray(0, most);
    rest = rest.subarray(part.length);
    return part;
  };
}

/** The two lines that the command line writes. */
function failure(code, stderr) {
  const message = /^error: (.*)$/m.exec(stderr)?.[1] ?? 'the command failed without a word';
  const hint = /^hint: (.*)$/m.exec(stderr)?.[1];
  const { tag, val } = FAULTS[code] ?? FAULTS[1];
  const codes = [...message.matchAll(/AADSTS(\d+)/g)].map(([, number]) => Number(number));
  const error = new EntraAuthError({ tag, val: { ...val, message, error: message, hint, codes } });
  if (tag !== 'server-refused') delete error.error;
  return Object.assign(error, { exitCode: code });
}
