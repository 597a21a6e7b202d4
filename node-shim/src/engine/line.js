// A thread that blocks asks one that does not: questions go by messages, and the one who asks sleeps until a counter in
// shared memory has moved.
import { receiveMessageOnPort } from 'node:worker_threads';

/** The asking end, in the worker. */
export class Line {
  #port;
  #counter;
  #call;
  #next = 0;
  #waiting = new Map();
  #stopped = false;

  constructor(port, counter) {
    this.#port = port;
    this.#counter = new Int32Array(counter);
  }

  /** From here on everything is about this call; what is under way for another one is forgotten. */
  start(call) {
    this.#call = call;
    this.#waiting.clear();
    this.#stopped = false;
  }

  /** Sends a question; `done` gets the answer during a later wait. */
  send(question, done) {
    const id = this.#next++;
    if (done) this.#waiting.set(id, done);
    this.#port.postMessage({ call: this.#call, id, question });
  }

  /** Sends a question and sleeps until it is answered. Throws what the answer says. */
  ask(question) {
    let answer;
    this.send(question, (given) => (answer = given));
    while (answer === undefined) this.wait();
    if ('failure' in answer) throw answer.failure;
    return answer.value;
  }

  /** Sleeps until something has come, at most for `limit` milliseconds. Throws when the call was stopped. */
  wait(limit) {
    const seen = Atomics.load(this.#counter, 0);
    if (!this.#drain()) {
      Atomics.wait(this.#counter, 0, seen, limit);
      this.#drain();
    }
    if (this.#stopped) throw new Error('the call was stopped');
  }

  #drain() {
    let any = false;
    for (let received; (received = receiveMessageOnPort(this.#port)); any = true) {
      const { call, id, answer, stopped } = received.message;
      if (call !== this.#call) continue;
      if (stopped) this.#stopped = true;
      this.#waiting.get(id)?.(answer);
      this.#waiting.delete(id);
    }
    return any;
  }
}

/** The answering end. `answerTo(question, call)` promises the answer; there is none for a call that was stopped. */
export class AnsweringEnd {
  #port;
  #counter;

  constructor(port, counter, answerTo) {
    this.#port = port;
    this.#counter = new Int32Array(counter);
    port.on('message', async ({ call, id, question }) => {
      const answer = await answerTo(question, call);
      if (answer !== undefined) this.#post({ call, id, answer });
    });
  }

  /** Wakes the worker up, so that it leaves the call. */
  stop(call) {
    this.#post({ call, stopped: true });
  }

  #post(message) {
    this.#port.postMessage(message);
    Atomics.add(this.#counter, 0, 1);
    Atomics.notify(this.#counter, 0);
  }
}
