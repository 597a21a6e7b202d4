// A connection through a SOCKS proxy: versions 4 and 4a, and 5 (RFC 1928) with user name and password (RFC 1929).
import { once } from 'node:events';
import { lookup } from 'node:dns/promises';
import { connect, isIPv4, isIPv6 } from 'node:net';

export const SOCKS = ['socks4:', 'socks4a:', 'socks5:', 'socks5h:'];

/** What the proxy said instead of making a connection. */
export class SocksRefused extends Error {}

/** A socket to `host` through the proxy. */
export async function throughSocks(proxy, { host, port }, signal) {
  const { protocol, hostname } = proxy.url;
  const target = { port, host: ['socks4:', 'socks5:'].includes(protocol) ? await lookedUp(host) : host };
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: proxy.port });
  try {
    await once(socket, 'connect', { signal });
    await (protocol.startsWith('socks4') ? four : five)(new Talk(socket, signal), target, proxy.url);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** A name that this machine does not know. */
export class NameUnknown extends Error {}

/** An IPv4 address if the host has one: older proxies know no others. */
async function lookedUp(host) {
  const found = await lookup(host, { all: true }).catch((error) => {
    throw new NameUnknown(host, { cause: error });
  });
  return found.find(({ family }) => family === 4)?.address ?? host;
}

async function four(talk, { host, port }) {
  const isAddress = isIPv4(host);
  // An address that cannot be one says that a name follows.
  const address = isAddress ? host.split('.').map(Number) : [0, 0, 0, 1];
  const name = isAddress ? [] : [...Buffer.from(host), 0];
  talk.say([4, CONNECT, port >> 8, port & 0xff, ...address, 0, ...name]);
  const [, status] = await talk.hear(8);
  if (status !== GRANTED) throw new SocksRefused(`status ${status}`);
}

async function five(talk, { host, port }, { username, password }) {
  talk.say([5, 1, username ? PASSWORD : NO_PASSWORD]);
  const [, method] = await talk.hear(2);
  if (method === PASSWORD) await identify(talk, [username, password].map((text) => Buffer.from(decodeURIComponent(text))));
  else if (method !== NO_PASSWORD) throw new SocksRefused('it wants another way to say who is asking');
  talk.say([5, CONNECT, 0, ...addressOf(host), port >> 8, port & 0xff]);
  const [, status, , kind] = await talk.hear(4);
  if (status !== 0) throw new SocksRefused(REPLIES[status] ?? `status ${status}`);
  // Its own address and port, which are of no use here.
  const length = kind === DOMAIN ? (await talk.hear(1))[0] : kind === IPV6 ? 16 : 4;
  await talk.hear(length + 2);
}

async function identify(talk, [user, password]) {
  talk.say([1, user.length, ...user, password.length, ...password]);
  const [, status] = await talk.hear(2);
  if (status !== 0) throw new SocksRefused('it refused the user name and password');
}

function addressOf(host) {
  if (isIPv4(host)) return [IPV4, ...host.split('.').map(Number)];
  if (isIPv6(host)) return [IPV6, ...bytesOf(host)];
  const name = Buffer.from(host);
  return [DOMAIN, name.length, ...name];
}

/** The sixteen bytes of an address (RFC 4291 section 2.2). */
function bytesOf(address) {
  const [before, after] = address.split('::').map((half) => half.split(':').filter(Boolean));
  const zeros = after ? Array(8 - before.length - after.length).fill('0') : [];
  return [...before, ...zeros, ...(after ?? [])].flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff]);
}

/** One side of a conversation in bytes. */
class Talk {
  #signal;
  #socket;

  constructor(socket, signal) {
    this.#socket = socket;
    this.#signal = signal;
  }

  say(bytes) {
    this.#socket.write(Buffer.from(bytes));
  }

  /** Exactly so many bytes; what follows them stays for whoever uses the socket next. */
  async hear(count) {
    for (;;) {
      const bytes = this.#socket.read(count);
      if (bytes?.length === count) return bytes;
      if (bytes || this.#socket.readableEnded) throw new SocksRefused('it closed the connection');
      const signal = this.#signal;
      await Promise.race([once(this.#socket, 'readable', { signal }), once(this.#socket, 'end', { signal })]);
    }
  }
}

const CONNECT = 1;
const GRANTED = 0x5a;
const NO_PASSWORD = 0;
const PASSWORD = 2;
const IPV4 = 1;
const DOMAIN = 3;
const IPV6 = 4;

/** RFC 1928 section 6. */
const REPLIES = {
  1: 'general failure',
  2: 'not allowed by its rules',
  3: 'the network is unreachable',
  4: 'the host is unreachable',
  5: 'the connection was refused',
  6: 'the time to live has run out',
  7: 'it knows no such command',
  8: 'it knows no such kind of address',
};
