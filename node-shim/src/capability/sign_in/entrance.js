// The address that a browser is started with. It is good for one visit, and leads on to the sign-in page: what a program is
// started with can be read by every user of most systems, and the address of the sign-in page has the `state` by which an
// answer is known to belong to this sign-in.
import { randomBytes } from 'node:crypto';

/** Where entrances are, on the port of the answer. */
const FOLDER = '/start/';

/** The entrances of one port. */
export class Entrances {
  #leadTo = new Map();

  /** The path of a new one that leads to `url`. */
  open(url) {
    const path = `${FOLDER}${randomBytes(16).toString('hex')}`;
    this.#leadTo.set(path, url);
    return path;
  }

  /** True for an entrance that nobody has visited. */
  has(path) {
    return this.#leadTo.has(path);
  }

  /** Where it leads, once. */
  visit(path) {
    const url = this.#leadTo.get(path);
    this.#leadTo.delete(path);
    return url;
  }
}
