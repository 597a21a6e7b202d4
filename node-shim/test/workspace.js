// Where things are.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The full path of something in the workspace. */
export const workspace = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** A file of the npm packages that `tests/install` provides for these tests. */
export const installed = (path) => workspace(`target/tools/node-shim-test/node_modules/${path}`);

/** The package as it was built. */
export const packaged = (file) => workspace(`target/node-package/${file}`);

const credential = (name) => readFileSync(workspace(`host/emulator/key/client-credential/${name}`), 'utf8');

/** What the emulator's tenant knows the client's certificate by. */
export const keys = () => ({
  certificate: credential('client-certificate.pem'),
  privateKey: credential('client-private-key.pem'),
});
