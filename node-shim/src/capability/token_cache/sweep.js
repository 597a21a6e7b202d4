// Removing entries that nobody needs any more.
//
// Once an hour whoever has written an entry looks at all of them. Those whose time is over go, and if more than `MOST` are
// left, those that end soonest, as long as they end within a day: access tokens, which cost one request to get again. A
// sign-in, whose refresh token lives for months, is never given up to make room. An entry that is held stays.
import { readdir, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Lock } from '../../system/lock.js';
import { read, remove } from '../../system/private_file.js';
import { keepUntil } from '../../system/sealing.js';

/** Some megabytes. People have tens of entries; thousands come of on-behalf-of, one for each incoming token. */
const MOST = 1000;

/** In milliseconds. */
const PERIOD = 60 * 60 * 1000;

/** In seconds. */
const DAY = 24 * 60 * 60;

/** An entry file is no larger. */
const LARGEST = 1 << 20;

/** Sweeps the cache, unless that was done not long ago or is being done. Whatever fails is left to the next one. */
export async function sweepNowAndThen(folder, entriesIn) {
  const lock = await Lock.acquire(join(folder, '.sweep.lock'), 0).catch(() => undefined);
  if (!lock) return;
  try {
    const age = Date.now() - lock.marked;
    if (age >= 0 && age < PERIOD) return;
    lock.mark();
    await sweep(folder, entriesIn, Math.floor(Date.now() / 1000));
  } catch {
    // Nobody waits for it.
  } finally {
    lock.release();
  }
}

async function sweep(folder, entriesIn, now) {
  const left = [];
  for (const path of await all(folder, entriesIn)) {
    const end = await endOf(path);
    if (end > now || !(await removed(path, now))) left.push({ end, path });
  }
  left.sort((one, other) => one.end - other.end);
  for (const { end, path } of left.slice(0, Math.max(0, left.length - MOST))) {
    if (end <= now + DAY) await removed(path, now + DAY);
  }
}

/** The paths of all clients' entries. */
async function all(folder, entriesIn) {
  const clients = await readdir(folder, { withFileTypes: true });
  const folders = clients.filter((client) => client.isDirectory()).map(({ name }) => join(folder, name));
  return (await Promise.all(folders.map(entriesIn))).flat();
}

/** When the entry ends: never, if it cannot be read now; long ago, if it was not written or cannot be understood. */
async function endOf(path) {
  try {
    const file = await read(path, LARGEST);
    return (file && (await keepUntil(file))) ?? 0;
  } catch {
    return Infinity;
  }
}

/** Removes an entry that still ends by `time` when nobody holds it. */
async function removed(path, time) {
  const lock = await Lock.acquire(path.replace(/\.token$/, '.lock'), 0).catch(() => undefined);
  if (!lock) return false;
  try {
    if ((await endOf(path)) > time) return false;
    await remove(path);
    lock.remove();
    await rmdir(dirname(path)).catch(() => {});
    return true;
  } finally {
    lock.release();
  }
}
