// The port on loopback that the browser returns to.
import { once } from 'node:events';

/** A port that is free for one address can be taken for the other. */
const ATTEMPTS = 20;

/**
 * Has servers listen, one for each address, all at the same port: the first free one of `range`, or any. `serverOf()` makes
 * a server.
 */
export async function take(addresses, range, serverOf) {
  if (!range) return takeAny(addresses, serverOf);
  let last;
  for (let port = range.first; port <= range.last; port += 1) {
    try {
      return await bind(addresses, port, serverOf);
    } catch (error) {
      last = error;
    }
  }
  throw range.first === range.last ? notFree(range.first, last) : noneFree(range);
}

async function takeAny(addresses, serverOf) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await bind(addresses, 0, serverOf);
    } catch (error) {
      if (error.code !== 'EADDRINUSE' || attempt === ATTEMPTS) throw noPort(error);
    }
  }
}

/** Listens on every address that this machine has: there may be no IPv6. */
async function bind(addresses, port, serverOf) {
  const bound = { port, servers: [] };
  let missing;
  for (const address of addresses) {
    try {
      bound.servers.push(await listening(serverOf(), address, bound.port));
      bound.port = bound.servers.at(-1).address().port;
    } catch (error) {
      missing = error;
      // Whoever has the other half of the port would get the browser's answer.
      if (['EADDRINUSE', 'EACCES'].includes(error.code)) {
        bound.servers.forEach((server) => server.close());
        throw error;
      }
    }
  }
  if (bound.servers.length === 0) throw missing;
  return bound;
}

async function listening(server, host, port) {
  server.listen({ host, port, exclusive: true });
  await once(server, 'listening');
  return server;
}

function notFree(port, error) {
  if (error.code === 'EADDRINUSE') {
    return denied(
      `port ${port} is already in use`,
      'stop the program that listens there or name another port; without `--port` any free one is taken',
    );
  }
  if (error.code === 'EACCES') {
    return denied(`port ${port} may not be listened to`, 'name a port above 1023; without `--port` any free one is taken');
  }
  return noPort(error);
}

const noneFree = ({ first, last }) =>
  denied(`no port from ${first} to ${last} is free`, 'name another range; without `--port-range` any free port is taken');

const denied = (message, hint) => ({ fault: 'denied', message, hint });

const noPort = (error) => ({
  fault: 'other',
  message: `cannot listen on loopback: ${error.code}`,
  hint: 'check the network of this machine, or sign in on another device with `-f DeviceCode`',
});
