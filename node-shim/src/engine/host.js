// What one call of a component may use: its capabilities and its way to the network, until the call is over or stopped.
import { CONTRACT, FAULTS, capabilityOf, optionOf } from './contract.js';

/** A call that was stopped; what was thrown out of the component on the way is of no interest. */
export class Stopped extends Error {
  constructor(reason) {
    super('the call was stopped');
    this.reason = reason;
  }
}

export class Host {
  #capabilities;
  #controller = new AbortController();
  #network;
  #resources = new Map();
  #stopped;
  #pending = new Set();
  #next = 1;

  /** Why the last request got no answer, as far as the network says. */
  #reason;

  /** What a capability threw that is no failure of the contract. */
  cause;

  constructor(capabilities, network) {
    this.#capabilities = { ...capabilities, transport: this.#transport };
    this.#network = network;
    this.#stopped = new Promise((_, reject) => {
      this.signal.addEventListener('abort', () => reject(new Stopped(this.signal.reason)), { once: true });
    });
    this.#stopped.catch(() => {});
  }

  /** Aborts when the call is over, however it ended. */
  get signal() {
    return this.#controller.signal;
  }

  /** The capability that is waited for, as an option is called; nothing while there is none. */
  get waitsFor() {
    const [name] = this.#pending;
    return name;
  }

  /** Asks a capability. A resource comes as a number. Fails with a failure of the contract, or with `Stopped`. */
  async invoke(name, member, given, handle) {
    const [what, object, method] = this.#find(name, member, handle);
    this.#pending.add(name);
    const answered = ask(object, method, [...given.map(kept), { signal: this.signal }]);
    if (what.resource) answered.then((resource) => this.#letGoOf(resource), () => {});
    try {
      const answer = await this.orStopped(answered);
      if (!what.isRight(answer)) {
        throw wrong(name, `\`${optionOf(name)}.${member}\` answered something else than ${what.of}`);
      }
      return what.resource ? this.#keep(answer) : (answer ?? undefined);
    } catch (error) {
      throw this.#failure(error, name, member);
    } finally {
      this.#pending.delete(name);
    }
  }

  /** Sends a request; answers with the response, or with an `error` of `wasi:http`. */
  async send(request) {
    try {
      return await this.orStopped(this.#network(request, { signal: this.signal }));
    } catch (error) {
      if (error instanceof Stopped) throw error;
      this.#reason = error?.failure;
      if (typeof error?.tag === 'string') return { error: { tag: error.tag, val: error.val } };
      this.cause ??= error;
      return { error: { tag: 'internal-error', val: '`network` failed' } };
    }
  }

  /** The component has dropped a resource. */
  release(handle) {
    const object = this.#resources.get(handle);
    this.#resources.delete(handle);
    object?.release?.();
  }

  /** Ends the call from outside; whoever waits for something gets `Stopped`. */
  stop(reason) {
    this.#controller.abort(reason);
  }

  /** Lets go of what the call still holds. */
  close() {
    this.stop();
    for (const handle of [...this.#resources.keys()]) this.release(handle);
  }

  orStopped(promise) {
    return Promise.race([promise, this.#stopped]);
  }

  /** The capability `transport`: what the network says about itself, if it does. A reason is told once. */
  #transport = {
    way: async (host) => this.#network.way?.(host),
    explain: async () => {
      const reason = this.#reason;
      this.#reason = undefined;
      return reason && { capability: 'network', hint: undefined, ...reason };
    },
  };

  #find(name, member, handle) {
    if (handle === undefined) return [CONTRACT[name][member], this.#capabilities[name], member];
    const [resource, method] = member.split('.');
    return [CONTRACT[name][resource][method], this.#resources.get(handle), method];
  }

  #keep(resource) {
    const handle = this.#next++;
    if (this.signal.aborted) this.#letGoOf(resource);
    else this.#resources.set(handle, resource);
    return handle;
  }

  /** What comes after the end is of no use to anybody. */
  #letGoOf(resource) {
    if (this.signal.aborted) resource?.release?.();
  }

  #failure(error, name, member) {
    if (error instanceof Stopped) return error;
    if (FAULTS.includes(error?.fault) && typeof error.message === 'string') {
      const hint = typeof error.hint === 'string' ? error.hint : undefined;
      return { capability: capabilityOf(name), fault: error.fault, message: error.message, hint };
    }
    this.cause ??= error;
    return wrong(name, `\`${optionOf(name)}.${member}\` failed`);
  }
}

async function ask(object, method, given) {
  return object[method](...given);
}

/** Bytes may lie in the component's memory, which moves; times are small enough for a number. */
function kept(value) {
  if (value instanceof Uint8Array) return value.slice();
  return typeof value === 'bigint' ? Number(value) : value;
}

const wrong = (name, message) => ({
  capability: capabilityOf(name),
  fault: 'other',
  message,
  hint: `mend what was given as \`${optionOf(name)}\``,
});
