// The one key of the cache, kept in the secret store.
import { randomBytes } from 'node:crypto';
import { Lock } from '../../system/lock.js';
import { KEY_LENGTH } from '../../system/sealing.js';

const NAME = 'token-cache:key';

/** Making the key takes as long as the secret store does; a keyring may be waiting for a person. In milliseconds. */
const WAIT = 60_000;

export class CacheKey {
  #secrets;
  #known;

  constructor(secrets) {
    this.#secrets = secrets;
  }

  /** The key, or nothing if none was made yet. Fails with `absent` where none can be kept. */
  async read() {
    const reading = (this.#known ??= this.#stored());
    try {
      const key = await reading;
      // That no key was made yet may change while this process waits for another one.
      if (!key) this.#forget(reading);
      return key;
    } catch (error) {
      // A store that is locked now may be opened later in a long-lived process.
      this.#forget(reading);
      throw error;
    }
  }

  /** The key. Of many processes that find none, one makes it, while it holds the lock at `path`. */
  async readOrMake(path, signal) {
    const key = await this.read();
    if (key) return key;
    const lock = await Lock.acquire(path, WAIT, signal);
    try {
      return (await this.read()) ?? (await this.#make());
    } finally {
      lock.release();
    }
  }

  async #stored() {
    try {
      await this.#secrets.requireStorage();
      return decoded(await this.#secrets.read(NAME));
    } catch (error) {
      throw ofCache(error);
    }
  }

  async #make() {
    const key = randomBytes(KEY_LENGTH);
    try {
      await this.#secrets.write(NAME, key.toString('base64url'));
    } catch (error) {
      throw ofCache(error);
    }
    this.#known = Promise.resolve(key);
    return key;
  }

  #forget(reading) {
    if (this.#known === reading) this.#known = undefined;
  }
}

/** What is no key is replaced, as if it were not there. */
function decoded(text) {
  if (!/^[\w-]{43}$/.test(text ?? '')) return undefined;
  return Buffer.from(text, 'base64url');
}

const ofCache = ({ fault, message, hint }) => ({ fault, message: `the token cache has no key: ${message}`, hint });
