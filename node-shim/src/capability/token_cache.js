// The capability `token-cache`: sealed files, shared with the native program while both run.
import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FileError } from '../system/file_error.js';
import { Lock } from '../system/lock.js';
import { read, remove, replace } from '../system/private_file.js';
import { openEntry, sealEntry } from '../system/sealing.js';
import { CacheKey, VARIABLE } from './token_cache/key.js';
import { sweepNowAndThen } from './token_cache/sweep.js';

/** Tokens with hundreds of groups or roles have some tens of KiB. */
const LIMIT = 256 << 10;

/** What sealing adds to an entry: header, nonce and tag. */
const OVERHEAD = 13 + 24 + 16;

/** For all entries of a client together, in milliseconds. */
const REMOVE_WAIT = 5000;

export class TokenCache {
  #folders;
  #key;

  /** In the cache folder, with its key in `secrets`, or in a variable. */
  constructor(folders, secrets, variables) {
    this.#folders = folders;
    this.#key = new CacheKey(secrets, variables[VARIABLE]);
  }

  async read(name) {
    const file = await undamaged(this.#path(name));
    const key = file && (await this.#key.read());
    return key ? openEntry(key, name, file) : undefined;
  }

  async hold(name, timeLimit, { signal }) {
    // Without a key nothing can be kept, and waiting for others' tokens would be in vain.
    await this.#key.read();
    const lock = await Lock.acquire(lockOf(this.#path(name)), timeLimit * 1000, signal);
    return {
      read: () => this.read(name),
      write: (content, keepUntil) => this.#write(name, content, keepUntil, signal),
      release: () => lock.release(),
    };
  }

  /** An entry that another process holds is removed all the same, after a while. */
  async remove(client, { signal }) {
    const folder = join(this.#folders.cache, checked(client));
    const end = performance.now() + REMOVE_WAIT;
    let count = 0;
    for (const path of await entriesIn(folder)) {
      const lock = await Lock.acquire(lockOf(path), Math.max(0, end - performance.now()), signal).catch(() => undefined);
      count += Number(await remove(path));
      lock?.remove();
    }
    // Fails, as it should, while something is left in it.
    await rmdir(folder).catch(() => {});
    return count;
  }

  async #write(name, content, keepUntil, signal) {
    if (content.length > LIMIT) {
      throw new FileError('denied', `the entry is larger than ${LIMIT} bytes`, 'go on without the cache');
    }
    const key = await this.#key.readOrMake(join(this.#folders.cache, '.key.lock'), signal);
    await replace(this.#path(name), await sealEntry(key, name, content, keepUntil));
    await sweepNowAndThen(this.#folders.cache, entriesIn);
  }

  #path({ client, entry }) {
    return join(this.#folders.cache, checked(client), `${checked(entry)}.token`);
  }
}

const lockOf = (path) => path.replace(/\.token$/, '.lock');

/** Names become paths. */
function checked(name) {
  if (/^[0-9a-f]{1,64}$/.test(name)) return name;
  throw new FileError('other', `${JSON.stringify(name)} cannot be the name of an entry`, 'report this as a fault of entra-auth-cli');
}

/** What is damaged is as good as not there: the next token replaces it. */
async function undamaged(path) {
  try {
    return await read(path, LIMIT + OVERHEAD);
  } catch (error) {
    if (error.fault === 'damaged') return undefined;
    throw error;
  }
}

/** The paths of a client's entries. One that was held but never written has a lock file alone. */
export async function entriesIn(folder) {
  const names = await readdir(folder).catch((error) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw FileError.fromSystem('read the folder', folder, error);
  });
  const entries = names.filter((name) => /\.(token|lock)$/.test(name)).map((name) => name.replace(/\.lock$/, '.token'));
  return [...new Set(entries)].sort().map((name) => join(folder, name));
}
