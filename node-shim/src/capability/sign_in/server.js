// HTTP/1.1 on the loopback port: tells what can be an answer from what cannot.
//
// Anybody on this machine, and any web page through its browser, can send something here. Strays are answered alike whatever
// they know, and never end the sign-in.
import { builtin } from '../../system/builtin.js';
import { HEADERS, pageOf } from './page.js';

/** Request line and headers. Cookies of other local servers come along; codes have some 1,500 characters. */
const LARGEST_HEAD = 16 << 10;

/** A code, a state and perhaps an id_token with hundreds of groups. */
const LARGEST_BODY = 64 << 10;

/** What is read of a larger one and thrown away, so that its sender gets to the answer. */
const MOST_READ = 4 << 20;

/** How long a request may take to arrive, in milliseconds: the browser is on this machine. */
const ARRIVAL_LIMIT = 5000;

/** Far more than a browser opens; each costs its buffers. */
const MOST_CONNECTIONS = 32;

const FORM = 'application/x-www-form-urlencoded';

/** A server for the path of `uri` and for `entrances`; `arrive(answer)` gets what can be an answer. It does not listen yet. */
export function serverFor(uri, entrances, arrive) {
  const server = builtin('node:http').createServer(
    { maxHeaderSize: LARGEST_HEAD, headersTimeout: ARRIVAL_LIMIT, requestTimeout: ARRIVAL_LIMIT, connectionsCheckingInterval: 1000 },
    (request, response) => respond(request, response, { uri, entrances, port: server.address()?.port, arrive }),
  );
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

async function respond(request, response, site) {
  const judgement = judge(request, site);
  if (typeof judgement === 'number') return stray(response, judgement);
  if (judgement === 'entrance') return onward(request, response, site.entrances);
  if (judgement === 'preflight') return preflight(request, response);
  let text = request.url.split('?')[1] ?? '';
  if (judgement === 'form-post') {
    try {
      text = await bodyOf(request);
    } catch (status) {
      return stray(response, typeof status === 'number' ? status : 400);
    }
  }
  site.arrive({
    parameters: [...new URLSearchParams(text)],
    responseMode: judgement,
    show: (page) => send(response, pageOf(page)),
  });
}

/** What to do about a request, by its head. */
function judge({ method, url, headers, rawHeaders }, { uri, entrances, port }) {
  const names = ['localhost', '127.0.0.1', '[::1]', uri.host.toLowerCase()];
  const hosts = names.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]));
  const count = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
  // Another name means a page that had its own name resolved to loopback (DNS rebinding).
  if (count !== 1 || !hosts.includes(headers.host.toLowerCase()) || !url.startsWith('/')) return 400;
  if (method === 'GET' && entrances.has(url)) return 'entrance';
  if (url.replace(/\?.*/, '') !== uri.path) return 404;
  if (method === 'GET') return 'query';
  if (method === 'POST') return isForm(headers) ? 'form-post' : 415;
  return method === 'OPTIONS' ? 'preflight' : 405;
}

function isForm(headers) {
  const [type] = (headers['content-type'] ?? '').split(';');
  return type.trim().toLowerCase() === FORM && headers['content-encoding'] === undefined;
}

async function bodyOf(request) {
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > MOST_READ) break;
    if (length <= LARGEST_BODY) parts.push(part);
  }
  if (length > LARGEST_BODY) throw 413;
  return Buffer.concat(parts).toString();
}

/** Answers once; promises to be done when the browser has it, or has gone. */
function send(response, { status, html }) {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...HEADERS });
  return new Promise((resolve) => response.once('close', resolve).end(html));
}

function onward({ url }, response, entrances) {
  response.writeHead(303, { location: entrances.visit(url), ...HEADERS }).end();
}

function stray(response, status) {
  const methods = status === 405 ? { allow: 'GET, POST' } : {};
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...methods, ...HEADERS });
  response.end(`${status}\n`);
}

/**
 * A page on the internet may post its form to this machine. That says nothing yet about what is posted, so every origin is
 * permitted; none may read the response, which permits nobody. https://wicg.github.io/private-network-access/#cors-preflight
 */
function preflight({ headers }, response) {
  if (headers['access-control-request-private-network'] === undefined || headers.origin === undefined) return stray(response, 405);
  response.writeHead(204, {
    ...HEADERS,
    'access-control-allow-origin': headers.origin,
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-private-network': 'true',
  });
  response.end();
}
