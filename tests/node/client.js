// The token logic in JavaScript: the component, transpiled by jco, with capabilities written in JavaScript.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { workspace } from './workspace.js';

const component = workspace('target/components/entra-auth-client.wasm');
const tools = workspace('target/tools/node');
const output = workspace('target/tools/node/entra-auth-client');

/** Transpiles the component as it is now. */
export function transpile() {
  if (!existsSync(component)) throw new Error(`${component} is missing: run \`cargo build --release\``);
  const jco = `${tools}/node_modules/@bytecodealliance/jco/dist/jco.js`;
  execFileSync(process.execPath, [jco, 'transpile', component, '--out-dir', output, '--instantiation', 'async', '--quiet']);
}

/** Nobody can sign in here; every call says so. */
function nobody() {
  const absent = () => {
    throw { capability: 'sign-in', fault: 'absent', message: 'there is nobody to sign in', hint: undefined };
  };
  return {
    Answer: class Answer {},
    Redirect: class Redirect {},
    listen: absent,
    openBrowser: absent,
    showUrl: absent,
    showDeviceCode: absent,
  };
}

/** There is no agent of Azure Arc here. */
const noAgent = {
  isInstalled: () => false,
  readKey() {
    throw { capability: 'arc-agent', fault: 'absent', message: 'there is no Azure Arc agent', hint: undefined };
  },
};

/** A new instance with the given `secretStore` and `tokenCache`. Of WASI it gets what it imports, and no environment. */
export async function instantiateClient({ secretStore, tokenCache }) {
  const require = createRequire(`${tools}/package.json`);
  const { WASIShim } = await import(pathToFileURL(require.resolve('@bytecodealliance/preview2-shim/instantiation')));
  const { instantiate } = await import(pathToFileURL(`${output}/entra-auth-client.js`));
  const wasi = new WASIShim({ sandbox: { env: {}, args: [], preopens: {} } }).getImportObject();
  const core = (name) => WebAssembly.compile(readFileSync(`${output}/${name}`));
  return instantiate(core, {
    ...wasi,
    'entra-auth:core/arc-agent': noAgent,
    'entra-auth:core/secret-store': secretStore,
    'entra-auth:core/sign-in': nobody(),
    'entra-auth:core/token-cache': tokenCache,
  });
}
