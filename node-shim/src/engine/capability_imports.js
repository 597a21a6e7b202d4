// The capabilities as imports of a component. Every function goes to the host by `invoke`, which answers or promises to,
// as the component's engine can take it; resources are numbers there, and objects with that number here.
import { CONTRACT } from './contract.js';

const DISPOSE = Symbol.dispose ?? Symbol.for('dispose');

/** @param invoke (capability, function, arguments, handle) @param release (handle), once a resource is dropped */
export function capabilityImports(invoke, release) {
  const imports = {};
  for (const [name, members] of Object.entries(CONTRACT)) {
    imports[`entra-auth:core/${name}`] = capability(name, members, invoke, release);
  }
  return imports;
}

function capability(name, members, invoke, release) {
  const resources = {};
  const functions = {};
  const into = (answer, resource) => (resource ? new resources[resource](answer) : answer);
  for (const [member, what] of Object.entries(members)) {
    if (what.isRight) {
      functions[member] = (...given) => then(invoke(name, member, given), (answer) => into(answer, what.resource));
    } else {
      resources[member] = resourceClass(name, member, what, { invoke, into, release });
    }
  }
  return { ...functions, ...resources };
}

function resourceClass(name, resource, methods, { invoke, into, release }) {
  class Resource {
    constructor(handle) {
      this.handle = handle;
    }
    [DISPOSE]() {
      release(this.handle);
    }
  }
  for (const [method, what] of Object.entries(methods)) {
    Resource.prototype[method] = function (...given) {
      const answer = invoke(name, `${resource}.${method}`, given, this.handle);
      return then(answer, (answer) => into(answer, what.resource));
    };
  }
  return Resource;
}

const then = (answer, next) => (answer instanceof Promise ? answer.then(next) : next(answer));
