// The interfaces of `wit/` that a host lends, as far as an engine has to know them: which functions there are, and what a
// right answer of each is. Whoever lends a capability writes it as async functions; a wrong answer is found here, where the
// capability can still be named, and not inside the component.

const isBytes = (value) => value instanceof Uint8Array;
const isText = (value) => typeof value === 'string';
const isNumber = (value) => Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 32;
const isYesOrNo = (value) => typeof value === 'boolean';
const isObject = (value) => typeof value === 'object' && value !== null;
const orNothing = (isRight) => (value) => value === undefined || value === null || isRight(value);
const isPair = (value) => Array.isArray(value) && value.length === 2 && value.every(isText);

/** What is answered at once, and changes nothing; or tells somebody something. */
const quick = (what) => ({ ...what, isQuick: true });

const anything = { of: 'nothing in particular', isRight: () => true };
const bytes = { of: 'bytes', isRight: isBytes };
const bytesOrNothing = { of: 'bytes or nothing', isRight: orNothing(isBytes) };
const text = { of: 'a text', isRight: isText };
const textOrNothing = { of: 'a text or nothing', isRight: orNothing(isText) };
const number = { of: 'a number', isRight: isNumber };
const yesOrNo = { of: 'true or false', isRight: isYesOrNo };
const pairs = { of: 'pairs of texts', isRight: (value) => Array.isArray(value) && value.every(isPair) };
const responseMode = { of: 'a response mode', isRight: (value) => value === 'query' || value === 'form-post' };
const storage = {
  of: 'a storage',
  isRight: (value) =>
    isObject(value) && [value.kind, value.location, value.reason].every(isText) && isYesOrNo(value.asks),
};
const isFailure = (value) => isObject(value) && FAULTS.includes(value.fault) && isText(value.message);
const failureOrNothing = { of: 'a failure or nothing', isRight: orNothing(isFailure) };
const resource = (name) => ({ of: 'an object', isRight: isObject, resource: name });

/** By name: functions, and functions of the resources that they give. */
export const CONTRACT = {
  'arc-agent': { isInstalled: quick(yesOrNo), readKey: bytes },
  clipboard: { copy: anything },
  files: { read: bytes, locate: quick(text), write: anything },
  'identity-endpoint': { listen: text, start: anything, next: anything, answer: anything },
  'local-time': { offset: quick(number) },
  'profile-store': { location: quick(text), read: quick(textOrNothing), replace: anything },
  progress: { step: quick(anything), waiting: quick(anything), resumed: quick(anything) },
  'progress-display': { show: quick(anything), giveUpAfter: quick(anything) },
  prompt: { ask: text, columns: quick(number) },
  'proxy-server': { check: anything, serve: anything },
  'secret-store': { read: quick(textOrNothing) },
  'secret-writer': { write: anything, remove: yesOrNo, describe: quick(storage) },
  'sign-in': {
    listen: resource('Redirect'),
    openBrowser: anything,
    showUrl: anything,
    showDeviceCode: anything,
    Redirect: { uri: text, wait: resource('Answer') },
    Answer: { parameters: pairs, responseMode, finish: anything },
  },
  'token-cache': {
    read: quick(bytesOrNothing),
    hold: resource('HeldEntry'),
    remove: number,
    HeldEntry: { read: bytesOrNothing, write: anything },
  },
  transport: { way: quick(textOrNothing), explain: failureOrNothing },
};

/** Why a capability could not do what was asked (`wit/errors.wit`). */
export const FAULTS = [
  'absent',
  'cancelled',
  'conflict',
  'damaged',
  'denied',
  'locked',
  'timed-out',
  'unreachable',
  'untrusted',
  'other',
];

/** Some interfaces fail as one capability. */
export const capabilityOf = (name) => ONE_CAPABILITY[name] ?? name;

const ONE_CAPABILITY = {
  'identity-endpoint': 'network',
  'progress-display': 'progress',
  'proxy-server': 'network',
  'secret-writer': 'secret-store',
  transport: 'network',
};

/** `token-cache` as the option of `createClient` is called: `tokenCache`. */
export const optionOf = (name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());

/** `HeldEntry` as `wit/` writes it: `held-entry`. */
export const kebab = (name) => name.replace(/\B[A-Z]/g, '-$&').toLowerCase();
