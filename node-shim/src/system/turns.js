/** Turns inside this process: who takes a key has it alone, the others wait in the order in which they came. */
export class Turns {
  #last = new Map();

  /** A function that gives the turn up; nothing if it did not come within `limit` milliseconds. */
  async take(key, limit, signal) {
    const before = this.#last.get(key);
    let release;
    const mine = new Promise((resolve) => (release = resolve));
    const all = Promise.all([before, mine]).then(() => {
      if (this.#last.get(key) === all) this.#last.delete(key);
    });
    this.#last.set(key, all);
    if (await comes(before, limit, signal)) return release;
    release();
    return undefined;
  }
}

function comes(before, limit, signal) {
  if (!before) return true;
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), Math.min(limit, 2 ** 31 - 1));
    const end = (isThere) => {
      clearTimeout(timer);
      resolve(isThere);
    };
    before.then(() => end(true));
    signal?.addEventListener('abort', () => end(false), { once: true });
  });
}
