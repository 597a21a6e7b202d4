// The capabilities of a host that does not have them: each says so, and what to give instead.

const absent = (message, hint) => async () => {
  throw { fault: 'absent', message, hint };
};

/** Nobody can be asked to sign in. */
export const nobody = (() => {
  const none = absent('there is nobody to sign in', 'give `signIn` to `createClient`');
  return { listen: none, openBrowser: none, showUrl: none, showDeviceCode: none };
})();

/** There are no stored secrets, which is not the same as a store that fails. */
export const noSecrets = { read: async () => undefined };

/** There is no agent of Azure Arc. */
export const noAgent = {
  isInstalled: async () => false,
  readKey: absent('there is no Azure Arc agent', 'use another identity'),
};

/** Where nothing can be kept: every call asks the server. */
export const noCache = (() => {
  const none = absent('there is no token cache', 'give `tokenCache` to `createClient`');
  return { read: async () => undefined, hold: none, remove: async () => 0 };
})();

/** Nobody watches. */
export const noProgress = (() => {
  const unseen = async () => {};
  return { step: unseen, waiting: unseen, resumed: unseen, show: unseen, giveUpAfter: unseen };
})();

/** Nothing is served here: `jco serve` does that by itself. */
export const noProxy = (() => {
  const none = absent('this host serves no proxy', 'use the native program, or start `entra-auth-proxy.wasm` by `jco serve`');
  return { check: none, serve: none };
})();

/** Nobody asks here: the native program is what listens. */
export const noEndpoint = (() => {
  const none = absent('this host listens nowhere', 'use the native program for `serve`');
  return { listen: none, start: none, next: none, answer: none };
})();
