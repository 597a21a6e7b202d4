// The keyring of the machine, through the optional package, shared with the native program.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { missing, run, startEmulator } from './processes.js';
import { NATIVE, User } from './user.js';
import { installed, packaged } from './workspace.js';

const SECRET = 'S3cr3t~+/=&% é';
const skip = missing('/usr/bin/gnome-keyring-daemon') || missing(installed('@napi-rs/keyring/index.js'));

/** A session of its own with an unlocked keyring; it ends with the script. */
const SESSION = `
export XDG_RUNTIME_DIR=$HOME/run XDG_DATA_HOME=$HOME/data
mkdir -p "$XDG_RUNTIME_DIR" "$XDG_DATA_HOME"
printf test-password | gnome-keyring-daemon --unlock --components=secrets --daemonize > /dev/null 2>&1
# It is on the bus a moment later, and whoever asks before starts a second one, which is locked.
timeout 20 bash -c 'until dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \\
  string:org.freedesktop.secrets 2> /dev/null | grep -q "boolean true"; do sleep 0.02; done'
native() { ${NATIVE[0]} "$@"; }
node() { ${process.execPath} "$HOME/node_modules/entra-auth-cli/command.js" "$@"; }
create() {
  printf %s "$SECRET" | "$1" config create --non-interactive --name "$2" --tenant-id contoso.onmicrosoft.com \\
    --client-id 99999999-8888-7777-6666-555555555555 --client-secret - --scope api://your-api-id/.default --authority "$AUTHORITY"
}
set -e
`;

let emulator;
let user;

before(async () => {
  emulator = await startEmulator();
  user = new User();
  delete user.environment.ENTRA_AUTH_CLI_SECRET_STORE;
  delete user.environment.ENTRA_AUTH_CLI_PASSPHRASE;
  Object.assign(user.environment, { AUTHORITY: emulator.authority, SECRET });
  mkdirSync(join(user.home, 'node_modules'));
  // A copy: the package finds the optional one beside itself.
  cpSync(packaged(''), join(user.home, 'node_modules/entra-auth-cli'), { recursive: true });
  if (existsSync(installed('@napi-rs'))) symlinkSync(installed('@napi-rs'), join(user.home, 'node_modules/@napi-rs'));
});
after(() => {
  emulator.stop();
  user.leave();
});

test('what one program puts into the keyring the other one finds, under one name', { skip }, async () => {
  const script = `${SESSION}
    create native one
    create node two
    [ "$(native get-token -p one)" = "$(node get-token -p one)" ]
    node get-token -p one --force > /dev/null
    native get-token -p two --force > /dev/null
    node config show -p two
    secret-tool search --all service entra-auth-cli 2>&1 | grep -c 'username = profile:'
    node config delete -p one --force
    secret-tool search --all service entra-auth-cli 2>&1 | grep -c 'username = profile:'`;
  const { code, stdout, stderr } = await run(['dbus-run-session', '--', 'bash', '-c', script], [], { env: user.environment, cwd: user.home });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /kept in the Secret Service/);
  assert.match(stdout, /^2\n1\n$/m);
});
