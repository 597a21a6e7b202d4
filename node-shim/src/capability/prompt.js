// The capability `prompt`: questions at the terminal.
import { NoAnswer } from '../system/terminal.js';

export class Prompt {
  #terminal;

  constructor(terminal) {
    this.#terminal = terminal;
  }

  async ask(question, echo) {
    try {
      return await this.#terminal.ask(question, { isHidden: echo === 'hidden' });
    } catch (error) {
      throw error instanceof NoAnswer ? FAILURES[error.why] : error;
    }
  }

  async columns() {
    const { columns } = this.#terminal;
    if (columns === undefined) throw FAILURES.absent;
    return columns;
  }
}

const FAILURES = {
  absent: {
    fault: 'absent',
    message: 'there is no terminal to ask on',
    hint: 'give the answer as an option or in a variable; `--help` lists them',
  },
  cancelled: { fault: 'cancelled', message: 'the question was not answered' },
  'not text': {
    fault: 'other',
    message: 'the answer is no text in UTF-8',
    hint: 'check the locale of the terminal',
  },
  'too long': {
    fault: 'other',
    message: 'the answer is longer than the terminal takes in one line',
    hint: 'give it in a file or through a pipe',
  },
};
