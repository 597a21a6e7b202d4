// Azure's own credentials for managed identities, unchanged, get their tokens from `serve`.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { User } from './program.js';
import { workspace } from './workspace.js';

const script = `
const { ManagedIdentityCredential, DefaultAzureCredential } = await import(process.argv[1]);
for (const kind of [ManagedIdentityCredential, DefaultAzureCredential]) {
  const { token, expiresOnTimestamp } = await new kind().getToken('api://your-api-id/.default');
  const { appid, aud, exp } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
  console.log(appid, aud, exp * 1000 === expiresOnTimestamp);
}
const refused = await new ManagedIdentityCredential().getToken('https://graph.microsoft.com/.default').catch((error) => error);
console.log(refused instanceof Error);
`;

test('a program with @azure/identity gets its tokens', async () => {
  const identity = workspace('target/tools/node-shim-test/node_modules/@azure/identity/dist/esm/index.js');
  // It is there, or the test says so.
  readFileSync(identity);
  const user = new User();
  try {
    const command = [process.execPath, '--input-type=module', '--eval', script, pathToFileURL(identity).href];
    const { code, stdout, stderr } = await user.start('serve -p demo --', '', command).ended;
    const line = '99999999-8888-7777-6666-555555555555 api://your-api-id true\n';
    assert.deepEqual({ code, stdout }, { code: 0, stdout: `${line}${line}true\n` }, stderr);
    const audit = stderr.trim().split('\n').map((each) => JSON.parse(each));
    // Its credentials have one cache in a process.
    assert.ok(audit.some(({ status }) => status === 200), stderr);
    assert.ok(audit.some(({ rule }) => rule === 'resource'), stderr);
  } finally {
    user.leave();
  }
});
