// The passphrase of the encrypted file: from `ENTRA_AUTH_CLI_PASSPHRASE_FD`, the number of an open file or pipe, which no
// other process sees, from `ENTRA_AUTH_CLI_PASSPHRASE`, or typed.
import { closeSync, openSync, readSync } from 'node:fs';
import { NoAnswer } from '../../system/terminal.js';
import { decode } from '../../system/text.js';

const DESCRIPTOR = 'ENTRA_AUTH_CLI_PASSPHRASE_FD';
const VARIABLE = 'ENTRA_AUTH_CLI_PASSPHRASE';

/** Longer than any passphrase, in bytes. */
const LONGEST = 4096;

const ATTEMPTS = 3;

export class Passphrase {
  #given;
  /** Whoever did not want to answer is not asked again, whatever else of this call would need it. */
  #isRefused = false;
  #terminal;
  #variables;

  constructor(variables, terminal) {
    this.#variables = variables;
    this.#terminal = terminal;
  }

  /** What gives it, if it is given. */
  get origin() {
    return [DESCRIPTOR, VARIABLE].find((name) => this.#variables[name]);
  }

  get canAsk() {
    return this.#terminal?.isThere ?? false;
  }

  /** The first that `attempt(passphrase)` takes, that is, for which it answers something. */
  async forFile(path, attempt) {
    if (this.origin) return (await attempt(this.#text())) ?? wrong(path, `check \`${this.origin}\``);
    let question = `Passphrase for ${path}: `;
    for (let left = ATTEMPTS; left > 0; left -= 1) {
      const opening = await attempt(await this.#ask(question, path));
      if (opening) return opening;
      question = 'That does not open it. Passphrase: ';
    }
    return wrong(path, 'try again, or move the file away and store the secrets anew');
  }

  /** For a file that is about to be made. */
  async newOne() {
    if (this.origin) return this.#text();
    const path = 'secrets.sealed';
    let question = 'No keyring was found. Secrets will be kept in an encrypted file.\nNew passphrase: ';
    for (let left = ATTEMPTS; left > 0; left -= 1) {
      const passphrase = await this.#ask(question, path);
      question = 'Nothing was typed. New passphrase: ';
      if (passphrase === '') continue;
      if ((await this.#ask('The same again: ', path)) === passphrase) return passphrase;
      question = 'The two are not the same. New passphrase: ';
    }
    throw { fault: 'locked', message: 'no passphrase was chosen', hint: `try again, or set \`${VARIABLE}\`` };
  }

  /** A pipe is read once. */
  #text() {
    this.#given ??= this.#variables[DESCRIPTOR] ? fromDescriptor(this.#variables[DESCRIPTOR]) : this.#variables[VARIABLE];
    return this.#given;
  }

  async #ask(question, path) {
    try {
      if (!this.#terminal) throw new NoAnswer('absent');
      if (this.#isRefused) throw new NoAnswer('cancelled');
      return await this.#terminal.ask(question, { isHidden: true });
    } catch (error) {
      this.#isRefused ||= error instanceof NoAnswer && error.why === 'cancelled';
      throw error instanceof NoAnswer ? failure(error.why, path) : error;
    }
  }
}

function fromDescriptor(number) {
  try {
    if (!/^\d+$/.test(number)) throw new Error('it is no number');
    return line(`/dev/fd/${number}`);
  } catch (error) {
    throw {
      fault: 'other',
      message: `\`${DESCRIPTOR}\` is ${JSON.stringify(number)}, from which no passphrase can be read: ${error.code ?? error.message}`,
      hint: `open it for reading and write one line to it, as in \`${DESCRIPTOR}=3 … 3<file\``,
    };
  }
}

/** The one line that is to be read there. */
function line(path) {
  const bytes = Buffer.alloc(LONGEST);
  const descriptor = openSync(path, 'r');
  let length = 0;
  try {
    for (let count; length < LONGEST && (count = readSync(descriptor, bytes, length)); ) length += count;
  } finally {
    closeSync(descriptor);
  }
  const text = textOf(bytes.subarray(0, length)).replace(/[\r\n]+$/, '');
  bytes.fill(0);
  if (text === '' || text.includes('\n')) throw new Error('there is not exactly one line');
  return text;
}

function textOf(bytes) {
  try {
    return decode(bytes);
  } catch (error) {
    throw new Error(`what is there ${error.message}`);
  }
}

function wrong(path, hint) {
  throw { fault: 'locked', message: `the passphrase does not open \`${path}\``, hint };
}

function failure(why, path) {
  const hint = `set \`${VARIABLE}\``;
  if (why === 'absent') {
    return { fault: 'locked', message: `\`${path}\` needs a passphrase, and there is no terminal to ask for it`, hint };
  }
  if (why === 'cancelled') {
    return { fault: 'cancelled', message: 'no passphrase was given', hint: `try again, or ${hint}` };
  }
  return { fault: 'other', message: 'the passphrase is no text in UTF-8, or too long for one line', hint };
}
