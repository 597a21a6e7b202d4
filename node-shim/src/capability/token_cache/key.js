// The one key of the cache: what `ENTRA_AUTH_CLI_CACHE_KEY` says, else one that is kept in the secret store.
import { randomBytes } from 'node:crypto';
import { Lock } from '../../system/lock.js';
import { KEY_LENGTH } from '../../system/sealing.js';
import { word } from '../../system/word.js';

export const VARIABLE = 'ENTRA_AUTH_CLI_CACHE_KEY';

const NAME = 'token-cache:key';

/** Making the key takes as long as the secret store does; a keyring may be waiting for a person. In milliseconds. */
const WAIT = 60_000;

export class CacheKey {
  #given;
  #secrets;
  #known;

  constructor(secrets, given) {
    this.#given = word(given);
    this.#secrets = secrets;
  }

  /** The key, or nothing if none was made yet. Fails with `absent` where none can be kept. */
  async read() {
    if (this.#given) return decoded(this.#given) ?? refuse();
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
      await this.#secrets.write(NAME, key.toString('base64'));
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

/** Either alphabet, padded or not. What is no key in the store is replaced, as if it were not there. */
function decoded(text) {
  if (!/^[\w+/-]{43}=?$/.test(text ?? '')) return undefined;
  return Buffer.from(text, 'base64');
}

/** Nobody shall take a token that is not kept for one that is. */
function refuse() {
  throw {
    fault: 'damaged',
    message: `\`${VARIABLE}\` is not 32 bytes in base64`,
    hint: '`entra-auth-cli cache-key` prints a new one',
  };
}

const ofCache = ({ fault, message, hint }) => ({ fault, message: `the token cache has no key: ${message}`, hint });
