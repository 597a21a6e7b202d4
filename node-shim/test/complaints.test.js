// What people complain of where tokens come from other libraries, and what does not happen here. Parallel calls are one request
// in `suite.js`, proxies are in `network.test.js`, and that no add-on is needed is also in `package.test.js`.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { RUNTIMES, missing, run, startEmulator } from './processes.js';
import { NODE, User } from './user.js';
import { packaged, workspace } from './workspace.js';

let emulator;
let user;

before(async () => (emulator = await startEmulator()));
after(() => emulator.stop());
beforeEach(async () => {
  await emulator.reset();
  user = new User();
});
afterEach(() => user.leave());

/** A program with a person in front of it, who signs in with the browser. */
const signIn = () => `
  import { createClient } from ${JSON.stringify(pathToFileURL(packaged('index.js')))};
  const call = createClient({ signIn: 'terminal' }).acquire({
    authority: ${JSON.stringify(emulator.authority)}, tenant: 'contoso.onmicrosoft.com', grant: 'authorization-code',
    clientId: '88888888-7777-6666-5555-444444444444', scopes: 'api://your-api-id/access_as_user', timeLimit: 60,
  });
  console.log(JSON.stringify(await call.then(({ origin }) => origin, ({ code, capability, fault }) => [code, capability, fault])));`;

/** Ends only when the program does; nobody ends it. */
const inNode = async (name, source) => {
  const { code, stdout, stderr } = await run([...RUNTIMES[name], '--input-type=module', '--eval'], [source], { cwd: user.home, env: user.environment });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
};

for (const name of ['Node 20', 'Node 26']) {
  const skip = missing(RUNTIMES[name][0]);

  test(`programs sign in at the same time, each on a port of its own, and end by themselves (${name})`, { skip }, async () => {
    user.useBrowser(`
      const { writeFileSync } = await import('node:fs');
      const { Person } = await import(${JSON.stringify(workspace('tests/node/person.js'))});
      const { headers } = await fetch(url, { redirect: 'manual' });
      const { address, answer } = await new Person().signIn(headers.get('location'));
      // The program may end before this one goes on.
      writeFileSync(\`port-\${new URL(address).port}\`, '');
      await fetch(address, { method: 'POST', body: new URLSearchParams(answer) });
    `);
    // The browser is started in its own folder.
    const source = signIn();
    assert.deepEqual(await Promise.all([1, 2, 3].map(() => inNode(name, source))), ['person', 'person', 'person']);
    assert.equal(readdirSync(user.home).filter((file) => file.startsWith('port-')).length, 3);
  });

  test(`without a display a program hears so at once, and nobody is asked (${name})`, { skip }, async () => {
    assert.deepEqual(await inNode(name, signIn()), ['capability-failed', 'sign-in', 'absent']);
    assert.deepEqual(await emulator.requests(), []);
  });
}

test('without a keyring, an add-on for it, and a passphrase there is a token all the same', async () => {
  for (const variable of ['ENTRA_AUTH_CLI_SECRET_STORE', 'ENTRA_AUTH_CLI_PASSPHRASE']) delete user.environment[variable];
  Object.assign(user.environment, {
    AZURE_AUTHORITY_HOST: emulator.authority,
    AZURE_TENANT_ID: 'contoso.onmicrosoft.com',
    AZURE_CLIENT_ID: '99999999-8888-7777-6666-555555555555',
    AZURE_CLIENT_SECRET: 'S3cr3t~+/=&% é',
  });
  assert.match(await user.succeed(NODE, 'get-token --scope api://your-api-id/.default'), /^ey/);
});
