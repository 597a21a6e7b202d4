// A listener on loopback, and what comes to it: the resources `redirect` and `answer` of the contract.
import { setTimeout as sleep } from 'node:timers/promises';
import { Entrances } from './entrance.js';
import { take } from './port.js';
import { RedirectUri } from './redirect_uri.js';
import { serverFor } from './server.js';

/** How long a browser may take to fetch its page, in milliseconds: it is on this machine. */
const FETCH_LIMIT = 3000;

export class Redirect {
  #uri;
  #entrances = new Entrances();
  #servers;
  #arrivals = [];
  #arrived = () => {};
  #isClosed = false;

  /** Starts to listen where `at` of the contract says. */
  static async listen({ redirectUri, ports }) {
    const uri = new RedirectUri(redirectUri);
    const redirect = new Redirect();
    const bound = await take(uri.addresses, rangeOf(uri, ports), () =>
      serverFor(uri, redirect.#entrances, (arrival) => redirect.#arrive(arrival)),
    );
    redirect.#servers = bound.servers;
    redirect.#uri = uri.withPort(bound.port);
    return redirect;
  }

  async uri() {
    return this.#uri;
  }

  /** A one-time address that leads on to `url`: by number, because browsers may ask `localhost` by https alone (HSTS). */
  entrance(url) {
    const { address, family, port } = this.#servers[0].address();
    const host = family === 'IPv6' ? `[${address}]` : address;
    return `http://${host}:${port}${this.#entrances.open(url)}`;
  }

  /** The next request that can be an answer. */
  async wait(timeLimit, { signal }) {
    if (this.#isClosed) throw closed();
    const arrival = await this.#next(timeLimit, signal);
    if (arrival) return new Answer(arrival, this);
    this.release();
    throw timedOut();
  }

  /** Closes the port at once. Connections that are open go on to their end. */
  release() {
    this.#isClosed = true;
    this.#servers.forEach((server) => server.close());
    this.#arrivals.splice(0).forEach((arrival) => arrival.show({ tag: 'ignored' }));
  }

  #arrive(arrival) {
    if (this.#isClosed) return arrival.show({ tag: 'ignored' });
    this.#arrivals.push(arrival);
    this.#arrived();
  }

  async #next(seconds, signal) {
    if (this.#arrivals.length === 0) await this.#arrival(seconds, signal);
    return this.#arrivals.shift();
  }

  #arrival(seconds, signal) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(seconds * 1000, 2 ** 31 - 1));
      this.#arrived = () => {
        clearTimeout(timer);
        resolve();
      };
      signal.addEventListener('abort', this.#arrived, { once: true });
    });
  }
}

/** A request that can be an answer; the browser waits for its page. */
class Answer {
  #arrival;
  #redirect;
  #isShown = false;

  constructor(arrival, redirect) {
    this.#arrival = arrival;
    this.#redirect = redirect;
  }

  async parameters() {
    return this.#arrival.parameters;
  }

  async responseMode() {
    return this.#arrival.responseMode;
  }

  /** Shows the page, and waits until the browser has it. */
  async finish(page) {
    if (this.#isShown) throw { fault: 'other', message: 'the page was shown before', hint: 'report this as a fault of entra-auth-cli' };
    this.#isShown = true;
    if (page.tag !== 'ignored') this.#redirect.release();
    const waiting = new AbortController();
    await Promise.race([this.#arrival.show(page), sleep(FETCH_LIMIT, undefined, { signal: waiting.signal }).catch(() => {})]);
    waiting.abort();
  }

  /** Dropped unfinished, it was ignored. */
  release() {
    if (!this.#isShown) this.#arrival.show({ tag: 'ignored' });
    this.#isShown = true;
  }
}

/** The ports to try; nothing for any. */
function rangeOf(uri, ports) {
  if (!ports) return uri.port === undefined ? undefined : { first: uri.port, last: uri.port };
  const [first, last] = ports;
  if (first === 0 && last === 0) return undefined;
  if (first <= last) return { first: Math.max(1, first), last };
  throw {
    fault: 'denied',
    message: `there is no port from ${first} to ${last}`,
    hint: 'name the lower port first, such as `8000-8100`',
  };
}

const timedOut = () => ({
  fault: 'timed-out',
  message: 'timeout waiting for authentication callback: the browser brought no answer in time',
  hint: 'look at the browser: what is wrong with the application or its redirect URI is shown only there',
});

const closed = () => ({ fault: 'other', message: 'the port of this sign-in is closed', hint: 'start the sign-in again' });
