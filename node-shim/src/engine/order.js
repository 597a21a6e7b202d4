// What is wanted of a component: `{ component, permit, interface, function, arguments, isLookup }`. It can be sent to another thread,
// and so can its outcome. A lookup is what probably finds all it needs in a cache or in itself.
import { Exit } from './wasi.js';

/** Calls the instance as the order says; the outcome is a value, an error of the contract, or the code of a command. */
export function outcomeOf(instance, order) {
  try {
    const value = called(instance, order);
    return value instanceof Promise ? value.then(good, bad) : good(value);
  } catch (error) {
    return bad(error);
  }
}

function called(instance, order) {
  if (order.permit) permit(instance.gate, order.permit);
  return instance[order.interface][order.function](...order.arguments);
}

/** The gate's word is a problem, which is the request's. */
function permit(gate, [method, what]) {
  try {
    gate[method](what);
  } catch (error) {
    if (error?.payload?.message === undefined) throw error;
    throw { payload: { tag: 'request-impossible', val: { ...error.payload } } };
  }
}

const good = (value) => ({ value });

function bad(error) {
  if (error instanceof Exit) return { code: error.code };
  const { tag, val } = error?.payload ?? {};
  if (typeof tag === 'string') return { error: { tag, val } };
  throw error;
}
