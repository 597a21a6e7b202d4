// The capabilities `progress` and `progress-display`: on stderr, what is going on and what is being waited for.
import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { printable } from '../system/printable.js';

/** Back to the start of the line, and without what is in it (ECMA-48, `EL`). */
const ERASE = '\r\x1b[K';

const DETAILS = ['nothing', 'waits', 'steps'];

/** Timed out or cancelled (see `entra-auth-cli --help`). */
const TIMED_OUT = 6;

/**
 * Whoever waits for something that has a limit of its own gets the time to say so better; in milliseconds. Its limit begins
 * when files and stores were read, which is seconds later on a machine that is busy.
 */
const GRACE = 3000;

export class Progress {
  #detail = DETAILS.indexOf('nothing');
  #isDrawn = false;
  #waitingFor;

  async show(detail) {
    this.#detail = DETAILS.indexOf(detail);
  }

  /** Ends the process, whatever it waits for then: a named pipe, a lock, a keyring. */
  async giveUpAfter(seconds) {
    const giveUp = () => {
      this.#erase();
      const what = this.#waitingFor === undefined ? '' : ` while waiting for ${printable(this.#waitingFor)}`;
      const limit = seconds === 1 ? '1 second' : `${seconds} seconds`;
      write(`error: gave up after ${limit}${what}\nhint: allow more time with \`--timeout\`\n`);
      process.exit(TIMED_OUT);
    };
    setTimeout(giveUp, Math.min(seconds * 1000 + GRACE, 2 ** 31 - 1)).unref();
  }

  async step(text) {
    if (this.#detail < DETAILS.indexOf('steps')) return;
    this.#erase();
    write(`${printable(text)}\n`);
  }

  async waiting(what) {
    this.#waitingFor = what;
    if (this.#detail < DETAILS.indexOf('waits') || !isatty(2)) return;
    write(`${ERASE}waiting for ${printable(what)} ...`);
    this.#isDrawn = true;
  }

  async resumed() {
    this.#waitingFor = undefined;
    this.#erase();
  }

  #erase() {
    if (this.#isDrawn) write(ERASE);
    this.#isDrawn = false;
  }
}

/** What cannot be shown is not shown. */
function write(text) {
  try {
    writeSync(2, text);
  } catch {
    // Nobody depends on it.
  }
}
