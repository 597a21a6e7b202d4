// The redirect URI: which address, port and path lead back to this process.
import { isIP } from 'node:net';
import { printable } from '../../system/printable.js';

/** What Entra accepts for every public client without a port being registered. */
const DEFAULT = 'http://localhost';

/** http on loopback, nothing but what a URL holds, and neither a user name nor a fragment. */
const SHAPE = /^http:\/\/(localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::(\d{1,5}))?((?:[/?](?:(?![#\\"<>])[\x21-\x7e])*)?)$/i;

export class RedirectUri {
  #text;

  /** Checks that it leads to this machine and nowhere else. */
  constructor(text = DEFAULT) {
    const [, host, port, rest] = SHAPE.exec(text) ?? refuse(text);
    this.#text = text;
    this.host = host;
    this.port = port === undefined ? undefined : Number(port);
    this.path = rest.replace(/\?.*/, '') || '/';
    const isPort = this.port === undefined || (this.port > 0 && this.port < 65536);
    if (!isPort || (!/^localhost$/i.test(host) && !isIP(this.#address))) refuse(text);
  }

  /** Where to listen. RFC 8252 section 7.3: what `localhost` means is the browser's choice, so both. */
  get addresses() {
    return /^localhost$/i.test(this.host) ? ['127.0.0.1', '::1'] : [this.#address];
  }

  /** The same with `port`, byte for byte what it was when that is its port already. */
  withPort(port) {
    if (this.port === port) return this.#text;
    return this.#text.replace(/^(http:\/\/)(\[[^\]]*\]|[^/:?]*)(:\d+)?/i, `$1$2:${port}`);
  }

  get #address() {
    return this.host.replace(/^\[|\]$/g, '');
  }
}

function refuse(text) {
  throw {
    fault: 'denied',
    message: `cannot listen at redirect URI \`${printable(text)}\`: it is not http on loopback`,
    hint: 'use `http://localhost`, registered under Mobile and desktop applications',
  };
}
