// The way out where `fetch` is all there is. What it says about failures is little, so the words are few.

/** A redirect is an answer like any other: following it would carry the secret to a place that nobody permitted. */
const REDIRECT = 'manual';

/** A function that sends a request `{ method, url, headers, body }` and promises `{ status, headers, body }`. */
export function fetchNetwork({ userAgent } = {}) {
  const named = userAgent === undefined ? [] : [['user-agent', userAgent]];
  return async ({ method, url, headers, body }, { signal }) => {
    const content = body.length > 0 ? { body } : {};
    try {
      const response = await fetch(url, { method, headers: [...named, ...headers], redirect: REDIRECT, signal, ...content });
      return await answer(response);
    } catch (error) {
      throw signal.aborted ? error : unreachable(url);
    }
  };
}

async function answer(response) {
  const encoder = new TextEncoder();
  const headers = [...response.headers].map(([name, value]) => [name, encoder.encode(value)]);
  return { status: response.status, headers, body: new Uint8Array(await response.arrayBuffer()) };
}

function unreachable(url) {
  const { host } = new URL(url);
  const failure = { fault: 'unreachable', message: `cannot connect to \`${host}\``, hint: 'check the network, and what this runtime may reach' };
  return { tag: 'destination-unavailable', failure };
}
