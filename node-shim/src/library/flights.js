/** Calls under way, so that equal ones at the same time become one. */
export class Flights {
  #flights = new Map();

  /**
   * The result of `start(signal)`, or of an equal call that is under way. Rejects with the signal's reason when it aborts;
   * the call itself is stopped when nobody waits for it any more.
   */
  async join(key, signal, start) {
    signal?.throwIfAborted();
    const flight = this.#flights.get(key) ?? this.#begin(key, start);
    flight.waiting += 1;
    try {
      return await unlessAborted(flight.result, signal);
    } finally {
      flight.waiting -= 1;
      if (flight.waiting === 0) this.#end(key, flight);
    }
  }

  #begin(key, start) {
    const controller = new AbortController();
    const flight = { waiting: 0, controller, result: start(controller.signal) };
    this.#flights.set(key, flight);
    // Whoever comes after the end starts anew.
    const end = () => this.#forget(key, flight);
    flight.result.then(end, end);
    return flight;
  }

  #end(key, flight) {
    this.#forget(key, flight);
    flight.controller.abort();
  }

  #forget(key, flight) {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}

function unlessAborted(result, given) {
  if (!given) return result;
  // One of this call's own: Node warns of many that listen to one.
  const signal = AbortSignal.any([given]);
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
