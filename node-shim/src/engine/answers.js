// What one call has been answered so far. A component that is run again from the beginning asks the same again: it gets the same
// answers, and what it tells somebody is told once.

/** Who is told something answers nothing. It is the same thing however it is worded: seconds may have passed. */
const TOLD = ['progress', 'progress-display', 'write'];

export const isTold = ([name]) => TOLD.includes(name);

export class Answers {
  #known = new Map();
  #used = new Map();

  /** The component begins from the beginning. */
  startOver() {
    this.#used.clear();
  }

  /** The answer to the question, `{ value }` or `{ failure }`, if there is one that was not used since the beginning. */
  next(question) {
    if (this.#known.size === 0) return undefined;
    const key = keyOf(question);
    const used = this.#used.get(key) ?? 0;
    const answer = this.#known.get(key)?.[used];
    if (answer) this.#used.set(key, used + 1);
    return answer;
  }

  /** Keeps the answer to a question for whoever asks it next. */
  keep(question, answer) {
    const key = keyOf(question);
    this.#known.set(key, [...(this.#known.get(key) ?? []), answer]);
    return this;
  }
}

/** What an answer says: its value, or its failure is thrown. */
export function said(answer) {
  if ('failure' in answer) throw answer.failure;
  return answer.value;
}

function keyOf(question) {
  const [name, member, given] = question;
  if (isTold(question)) return JSON.stringify([name, member]);
  return JSON.stringify([name, member, given], (_, value) => (typeof value === 'bigint' ? String(value) : value));
}
