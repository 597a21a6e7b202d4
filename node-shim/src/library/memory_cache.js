// The capability `token-cache` in the memory of this process, which is as long as tokens last then.
import { Turns } from '../system/turns.js';

/** How often entries that nobody needs any more are looked for, in seconds. */
const SWEEP = 60;

/** A new, empty cache. */
export function memoryCache() {
  const entries = new Map();
  const turns = new Turns();
  let swept = 0;
  const read = (key) => entries.get(key)?.content;
  const write = (key, content, keepUntil) => {
    sweep();
    entries.set(key, { content, keepUntil });
  };

  function sweep() {
    const now = Date.now() / 1000;
    if (now - swept < SWEEP) return;
    swept = now;
    for (const [key, { keepUntil }] of entries) if (keepUntil < now) entries.delete(key);
  }

  return {
    read: async (name) => read(keyOf(name)),
    async hold(name, timeLimit, { signal }) {
      const key = keyOf(name);
      const release = await turns.take(key, timeLimit * 1000, signal);
      if (!release) throw busy(timeLimit);
      return { read: () => read(key), write: (content, keepUntil) => write(key, content, keepUntil), release };
    },
    async remove(client) {
      const keys = [...entries.keys()].filter((key) => key.startsWith(`${client}/`));
      keys.forEach((key) => entries.delete(key));
      return keys.length;
    },
  };
}

const keyOf = ({ client, entry }) => `${client}/${entry}`;

const busy = (timeLimit) => ({
  fault: 'timed-out',
  message: `another call has held the entry for more than ${timeLimit} seconds`,
  hint: 'allow more time',
});
