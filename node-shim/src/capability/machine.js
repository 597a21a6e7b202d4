// The capabilities of this machine, as the native program lends them: one cache, one store of secrets and one document of
// profiles for both.
import { Folders } from '../system/folders.js';
import { later } from './later.js';
import { localTime } from './local_time.js';
import { noEndpoint, noProxy } from './nobody.js';
import { ProfileStore } from './profile_store.js';
import { Progress } from './progress.js';
import { SecretStore } from './secret_store.js';
import { TokenCache } from './token_cache.js';

/** All of them by name. Without `terminal` nobody is asked anything. */
export function machine({ terminal, variables = process.env } = {}) {
  const folders = new Folders(variables);
  const progress = new Progress();
  const secrets = new SecretStore({ folders, terminal, variables });
  return {
    'arc-agent': later('arc-agent', async () => new (await import('./arc_agent.js')).ArcAgent()),
    clipboard: later('clipboard', async () => new (await import('./clipboard.js')).Clipboard(variables)),
    files: later('files', async () => (await import('./files.js')).files),
    'identity-endpoint': noEndpoint,
    'local-time': localTime,
    'profile-store': new ProfileStore(folders),
    progress,
    'progress-display': progress,
    prompt: later('prompt', async () => new (await import('./prompt.js')).Prompt(terminal)),
    'proxy-server': noProxy,
    'secret-store': secrets,
    'secret-writer': secrets,
    'sign-in': later('sign-in', async () => (await import('./sign_in.js')).terminalSignIn),
    'token-cache': new TokenCache(folders, secrets, variables),
  };
}
