// A tunnel through a proxy (RFC 9110 section 9.3.6), and TLS to the server through it.
import { builtin } from '../../system/builtin.js';
import { NameUnknown, SOCKS, SocksRefused, throughSocks } from './socks.js';

/** The proxy did not let the request through. */
export class ProxyRefused extends Error {
  constructor(failure) {
    super('the proxy refused');
    this.failure = failure;
  }

  static byHttp(proxy, status, target) {
    return new ProxyRefused(status === 407 ? unauthorized(proxy) : refused(proxy, status, target));
  }

  static bySocks(proxy, why, target) {
    const message = `${named(proxy)} made no connection to \`${target}\`: ${why}`;
    const hint = `check protocol, user name and password in ${proxy.variable}, and that the proxy may connect there`;
    return new ProxyRefused({ fault: 'unreachable', message, hint });
  }
}

/** The proxy itself was not reached. */
export class ThroughProxy extends Error {
  constructor(proxy, url, cause) {
    super('no connection to the proxy', { cause });
    this.whom = named(proxy);
    this.remedy = `check that ${proxy.variable} names the right proxy and that it runs, or add \`${bare(url.hostname)}\` to NO_PROXY if it can be reached directly`;
  }
}

/** The proxy as messages call it, without its password. */
export const named = ({ url, variable }) => `the proxy \`${url.protocol}//${url.host}\` (\`${variable}\`)`;

function unauthorized(proxy) {
  const [what, hint] = proxy.url.username
    ? ['refused the user name and password', `correct user name and password in ${proxy.variable}, with special characters percent-encoded`]
    : ['asks for a user name and password', `write them into ${proxy.variable}: \`http://user:password@host:port\``];
  return { fault: 'denied', message: `${named(proxy)} ${what}: HTTP 407`, hint };
}

function refused(proxy, status, target) {
  const hint = `have whoever runs the proxy permit \`${target}\`, or add the host to NO_PROXY if it can be reached directly`;
  return { fault: status >= 500 ? 'unreachable' : 'denied', message: `${named(proxy)} refused to connect to \`${target}\`: HTTP ${status}`, hint };
}

/** A socket that speaks TLS with the server at `url` through `proxy`. Breaks off after `limit` milliseconds. */
export async function tunnel(proxy, url, { signal, ca, limit }) {
  const timeout = AbortSignal.timeout(limit);
  const ends = AbortSignal.any([signal, timeout]);
  try {
    const socket = await connected(proxy, url, { signal: ends, ca }).catch((error) => {
      throw error instanceof ProxyRefused || error instanceof NameUnknown || signal.aborted ? error : new ThroughProxy(proxy, url, error);
    });
    return await secured(socket, url, { signal: ends, ca });
  } catch (error) {
    throw timeout.aborted && !signal.aborted ? Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' }) : error;
  }
}

function connected(proxy, url, { signal, ca }) {
  const target = `${url.hostname}:${url.port || 443}`;
  if (SOCKS.includes(proxy.url.protocol)) return bySocks(proxy, url, target, signal);
  const headers = { host: target, ...credentials(proxy.url) };
  const options = { method: 'CONNECT', path: target, headers, signal, agent: false, ca };
  return new Promise((resolve, reject) => {
    builtin(proxy.url.protocol === 'https:' ? 'node:https' : 'node:http')
      .request({ ...options, hostname: bare(proxy.url.hostname), port: proxy.port })
      .on('connect', ({ statusCode }, socket) => {
        if (statusCode >= 200 && statusCode < 300) return resolve(socket);
        socket.destroy();
        reject(ProxyRefused.byHttp(proxy, statusCode, target));
      })
      .on('response', ({ statusCode }) => reject(ProxyRefused.byHttp(proxy, statusCode, target)))
      .on('error', reject)
      .end();
  });
}

async function bySocks(proxy, url, target, signal) {
  try {
    return await throughSocks(proxy, { host: bare(url.hostname), port: Number(url.port || 443) }, signal);
  } catch (error) {
    throw error instanceof SocksRefused ? ProxyRefused.bySocks(proxy, error.message, target) : error;
  }
}

function secured(socket, url, { signal, ca }) {
  const host = bare(url.hostname);
  return new Promise((resolve, reject) => {
    const secure = builtin('node:tls').connect({ socket, ca, host, servername: tlsName(host) });
    const abort = () => secure.destroy(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    secure.once('secureConnect', () => {
      signal.removeEventListener('abort', abort);
      secure.removeListener('error', reject);
      resolve(secure);
    });
    secure.once('error', reject);
  });
}

/** RFC 7617. */
function credentials({ username, password }) {
  if (!username) return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

const bare = (hostname) => hostname.replace(/^\[|\]$/g, '');

/** Addresses are no names to ask for (RFC 6066 section 3). */
const tlsName = (host) => (/^[\d.]+$|:/.test(host) ? '' : host);
