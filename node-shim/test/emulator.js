// A running emulator, as the suite sees it in whatever runtime.

/** The emulator at `authority`; keys are those that its tenant knows. */
export function emulatorAt(authority, keys = {}) {
  const control = (method, path, body) =>
    fetch(`${authority}/__emulator${path}`, { method, body: body && JSON.stringify(body) });
  return {
    authority,
    ...keys,
    failOnce: (fault) => control('POST', '/faults', fault),
    requests: async () => (await control('GET', '/requests')).json(),
    reset: () => control('DELETE', ''),
    /** Whoever signs in on another device is asked for every second, and is Alice. */
    hasten: () => control('POST', '/options', { device_interval: 1 }),
    approve: () => control('POST', '/device', { action: 'approve', user: 'alice@contoso.onmicrosoft.com' }),
  };
}
