// One request and its answer, over node:http and node:https, through a proxy if the variables name one.
import { once } from 'node:events';
import { builtin } from '../../system/builtin.js';
import { TrustedAuthorities } from './authorities.js';
import { CONNECT_LIMIT, faultOf } from './fault.js';
import { Proxies } from './proxy.js';
import { named, tunnel } from './tunnel.js';

/** Far more than the largest answer that the token logic reads. */
const LARGEST_ANSWER = 64 << 20;

/** `send` and `way` of a network. */
export function exchange({ variables, authorities, userAgent }) {
  const proxies = new Proxies(variables);
  const trusted = new TrustedAuthorities(variables, authorities);
  const agents = {};
  const way = (host) => {
    const proxy = proxies.for(host);
    return proxy && named(proxy);
  };
  const send = async (request, { signal }) => {
    const url = new URL(request.url);
    let socket;
    try {
      agents[url.protocol] ??= new (moduleFor(url).Agent)({ keepAlive: true });
      const options = { method: request.method, signal, agent: agents[url.protocol] };
      if (url.protocol === 'https:') {
        options.ca = trusted.certificates();
        const proxy = proxies.for(url.hostname);
        if (proxy) socket = await tunnel(proxy, url, { signal, ca: options.ca, limit: CONNECT_LIMIT * 1000 });
      }
      // An agent would make a connection of its own.
      if (socket) Object.assign(options, { agent: undefined, defaultPort: 443, createConnection: () => socket });
      return await answer(start(url, options, request, userAgent), request.body);
    } catch (error) {
      throw signal.aborted ? error : faultOf(error, url);
    } finally {
      // Nobody else goes through this tunnel, and an open one keeps the process alive.
      socket?.destroy();
    }
  };
  return { send, way };
}

const moduleFor = ({ protocol }) => builtin(protocol === 'http:' ? 'node:http' : 'node:https');

function start(url, options, { headers }, userAgent) {
  const outgoing = moduleFor(url).request(url, options);
  // One by one: a list of headers would drop `Host`.
  for (const [name, value] of headers) outgoing.appendHeader(name, value);
  if (!outgoing.hasHeader('user-agent')) outgoing.setHeader('user-agent', userAgent);
  return outgoing;
}

async function answer(outgoing, content) {
  const limit = connectLimit(outgoing);
  outgoing.end(content);
  try {
    const [incoming] = await once(outgoing, 'response');
    return { status: incoming.statusCode, headers: headersOf(incoming), body: await bodyOf(incoming) };
  } finally {
    limit.end();
  }
}

/** Breaks the request off when its connection does not come up in time. */
function connectLimit(outgoing) {
  const timer = setTimeout(() => outgoing.destroy(new ConnectTimeout()), CONNECT_LIMIT * 1000);
  const end = () => clearTimeout(timer);
  outgoing.once('socket', (socket) => {
    if (!socket.connecting) return end();
    socket.once(outgoing.protocol === 'https:' ? 'secureConnect' : 'connect', end);
  });
  return { end };
}

class ConnectTimeout extends Error {
  code = 'ETIMEDOUT';
}

function headersOf({ rawHeaders }) {
  const headers = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    headers.push([rawHeaders[index], Buffer.from(rawHeaders[index + 1], 'latin1')]);
  }
  return headers;
}

async function bodyOf(incoming) {
  const parts = [];
  let length = 0;
  for await (const part of incoming) {
    parts.push(part);
    length += part.length;
    if (length > LARGEST_ANSWER) break;
  }
  return Buffer.concat(parts);
}
