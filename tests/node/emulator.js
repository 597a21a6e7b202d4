// A running `entra-emulator`, in a process of its own: calls into a component block this one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { workspace } from './workspace.js';

/** Over TLS if it is told where to write the certificate of the authority to trust. */
export async function startEmulator({ certificateAuthority } = {}) {
  const program = workspace('target/release/entra-emulator');
  if (!existsSync(program)) throw new Error(`${program} is missing: run \`cargo build --release\``);
  const tls = certificateAuthority ? ['--tls', '--ca-out', certificateAuthority] : [];
  const process = spawn(program, ['--port', '0', ...tls], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(process.stdout), 'line');
  const { authority } = JSON.parse(line);
  return { ...emulatorAt(authority), stop: () => process.kill() };
}

/** An emulator that runs already. */
export function emulatorAt(authority) {
  const control = (method, path, body) =>
    fetch(`${authority}/__emulator${path}`, { method, body: body && JSON.stringify(body) });
  const requests = async () => (await control('GET', '/requests')).json();
  return {
    authority,
    control,
    failOnce: (fault) => control('POST', '/faults', fault),
    requests,
    reset: () => control('DELETE', ''),
    /** The forms that the token endpoint received, oldest first. */
    forms: async () =>
      (await requests())
        .filter(({ path }) => path.endsWith('/oauth2/v2.0/token'))
        .map(({ form }) => Object.fromEntries(form)),
    /** A token of somebody else's issuer, such as a Kubernetes cluster. */
    externalToken: async (claims = {}) => (await (await control('POST', '/external-token', claims)).json()).token,
  };
}
