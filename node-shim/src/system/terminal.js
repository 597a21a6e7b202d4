// The terminal that controls this process. The terminal itself edits a line and hands it over whole: stty(1) has it hide
// what is typed, and take Ctrl-C for the end of the line instead of the process, so that it is always left as it was.
import { closeSync, existsSync, openSync, read, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { isatty } from 'node:tty';
import { builtin } from './builtin.js';

const readFrom = promisify(read);

/** By their paths: a variable must not decide who sees what is typed. */
const STTY = ['/bin/stty', '/usr/bin/stty'];

/** `MAX_CANON` and the size of the line buffer on Linux, the line end included. */
const LONGEST_LINE = 4096;

const [CTRL_C, LINE_END] = [3, 10];

/** The terminal whose mode was changed, and its mode before, as long as a question is open. */
let changed;

/** Gives the terminal back as it was, although a question is open: the process is about to end. */
export function restore() {
  if (changed) stty(changed.descriptor, [changed.before]);
  changed = undefined;
}

export class Terminal {
  #path;

  constructor(path = '/dev/tty') {
    this.#path = path;
  }

  /** True if questions can be asked. */
  get isThere() {
    return this.#use(() => true) ?? false;
  }

  /** Width in characters; nothing where the terminal does not tell it. */
  get columns() {
    const size = this.#use((descriptor) => stty(descriptor, ['size']));
    return Number(size?.split(' ')[1]) || undefined;
  }

  /** Asks for one line. Fails with `absent`, `cancelled`, `not text` or `too long`. */
  async ask(question, { isHidden }) {
    const descriptor = this.#open();
    if (descriptor === undefined) throw new NoAnswer('absent');
    try {
      const line = await withMode(descriptor, isHidden, () => {
        writeSync(descriptor, printable(question));
        return lineFrom(descriptor);
      });
      return text(line);
    } finally {
      closeSync(descriptor);
    }
  }

  #use(action) {
    const descriptor = this.#open();
    if (descriptor === undefined) return undefined;
    try {
      return action(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }

  #open() {
    let descriptor;
    try {
      descriptor = openSync(this.#path, 'r+');
    } catch {
      return undefined;
    }
    if (isatty(descriptor)) return descriptor;
    closeSync(descriptor);
    return undefined;
  }
}

/** Why there is no answer. */
export class NoAnswer extends Error {
  constructor(why) {
    super(why);
    this.why = why;
  }
}

async function withMode(descriptor, isHidden, action) {
  const before = stty(descriptor, ['-g']);
  const during = ['-isig', 'icanon', 'echonl', isHidden ? '-echo' : 'echo', 'eol', '^C'];
  if (before === undefined || stty(descriptor, during) === undefined) throw new NoAnswer('absent');
  changed = { descriptor, before };
  try {
    return await action();
  } catch (error) {
    // The cursor stands behind the question.
    writeSync(descriptor, '\n');
    throw error;
  } finally {
    restore();
  }
}

/** What stty(1) prints; nothing if it fails. */
function stty(descriptor, given) {
  const program = STTY.find((program) => existsSync(program));
  if (!program) return undefined;
  const { status, stdout } = builtin('node:child_process').spawnSync(program, given, { stdio: [descriptor, 'pipe', 'ignore'], env: {}, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

async function lineFrom(descriptor) {
  const line = Buffer.alloc(LONGEST_LINE + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await readFrom(descriptor, line, length, line.length - length, null);
    if (bytesRead === 0) throw new NoAnswer('cancelled');
    length += bytesRead;
    if (length >= LONGEST_LINE) throw new NoAnswer('too long');
    if (line[length - 1] === CTRL_C) throw new NoAnswer('cancelled');
    // Ctrl-D behind some text hands over what there is; the line goes on.
    if (line[length - 1] === LINE_END) return line.subarray(0, length - 1);
  }
}

/** The question may quote texts that came from elsewhere. */
const printable = (question) => question.replace(/[\0-\x09\x0b-\x1f\x7f-\x9f]/g, '');

function text(line) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line);
  } catch {
    throw new NoAnswer('not text');
  } finally {
    line.fill(0);
  }
}
