// `wasi:io`: streams of bytes, and what is waited for.

/** How long a single timer may run (the limit of `setTimeout`). */
const LONGEST_WAIT = 2 ** 31 - 1;

/** Something to wait for: until it is ready, or until a time by `performance.now()`. */
export class Pollable {
  #waits;

  constructor(waits, isReady, at = Infinity) {
    this.#waits = waits;
    this.isReady = isReady;
    this.at = at;
  }
  ready() {
    return this.isReady();
  }
  block() {
    return this.#waits.block(this);
  }
}

/** The numbers of those that are ready. */
export const readyAmong = (pollables) =>
  Uint32Array.from(pollables.flatMap((pollable, index) => (pollable.isReady() ? [index] : [])));

/** Milliseconds until the first of them is ready by itself. */
export function waitFor(pollables) {
  const first = Math.min(...pollables.map(({ at }) => at));
  return Math.min(Math.max(0, first - performance.now()), LONGEST_WAIT);
}

export class IoError {
  toDebugString() {
    return 'the stream failed';
  }
}

/** Bytes to read, from `source(most)`: bytes, none at the end, or a promise where the engine waits for one. */
export class InputStream {
  #source;
  #waits;
  #isReady;

  constructor(waits, source, isReady = () => true) {
    this.#waits = waits;
    this.#source = source;
    this.#isReady = isReady;
  }
  read(most) {
    return atEndClosed(this.#source(Number(most)));
  }
  blockingRead(most) {
    const part = this.#source(Number(most));
    return part instanceof Promise ? part.then(atEndClosed) : atEndClosed(part);
  }
  subscribe() {
    return new Pollable(this.#waits, this.#isReady);
  }
}

function atEndClosed(part) {
  if (part.length === 0) throw { tag: 'closed' };
  return part;
}

/** Takes bytes, for `sink(bytes)`. */
export class OutputStream {
  #sink;
  #waits;

  constructor(waits, sink) {
    this.#waits = waits;
    this.#sink = sink;
  }
  checkWrite() {
    return 65536n;
  }
  write(bytes) {
    this.#sink(bytes);
  }
  blockingWriteAndFlush(bytes) {
    this.#sink(bytes);
  }
  flush() {}
  blockingFlush() {}
  subscribe() {
    return new Pollable(this.#waits, () => true);
  }
}
