// A tunnel through a proxy (RFC 9110 section 9.3.6), and TLS to the server through it.
import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';

/** The proxy did not let the request through. */
export class ProxyRefused extends Error {
  constructor(proxy, status) {
    super(
      status === 407
        ? `the proxy \`${proxy.host}\` wants a user name and a password (407)`
        : `the proxy \`${proxy.host}\` refused the connection (${status})`,
    );
  }
}

/** A socket that speaks TLS with the server at `url` through `proxy`. Breaks off after `limit` milliseconds. */
export async function tunnel(proxy, url, { signal, ca, limit }) {
  const timeout = AbortSignal.timeout(limit);
  const ends = AbortSignal.any([signal, timeout]);
  try {
    const socket = await connected(proxy, url, { signal: ends, ca });
    return await secured(socket, url, { signal: ends, ca });
  } catch (error) {
    throw timeout.aborted && !signal.aborted ? Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' }) : error;
  }
}

function connected(proxy, url, { signal, ca }) {
  const target = `${url.hostname}:${url.port || 443}`;
  const headers = { host: target, ...credentials(proxy) };
  const options = { method: 'CONNECT', path: target, headers, signal, agent: false, ca };
  return new Promise((resolve, reject) => {
    (proxy.protocol === 'https:' ? https : http)
      .request({ ...options, hostname: bare(proxy.hostname), port: proxy.port || undefined })
      .on('connect', ({ statusCode }, socket) => {
        if (statusCode >= 200 && statusCode < 300) return resolve(socket);
        socket.destroy();
        reject(new ProxyRefused(proxy, statusCode));
      })
      .on('response', ({ statusCode }) => reject(new ProxyRefused(proxy, statusCode)))
      .on('error', reject)
      .end();
  });
}

function secured(socket, url, { signal, ca }) {
  const host = bare(url.hostname);
  return new Promise((resolve, reject) => {
    const secure = tls.connect({ socket, ca, host, servername: tlsName(host) });
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
