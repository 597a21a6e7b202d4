// The capabilities of this machine, as the native program lends them: one cache, one store of secrets and one document of
// profiles for both.
import { Folders } from '../system/folders.js';
import { ArcAgent } from './arc_agent.js';
import { Clipboard } from './clipboard.js';
import { files } from './files.js';
import { localTime } from './local_time.js';
import { noProxy } from './nobody.js';
import { ProfileStore } from './profile_store.js';
import { Progress } from './progress.js';
import { Prompt } from './prompt.js';
import { SecretStore } from './secret_store.js';
import { terminalSignIn } from './sign_in.js';
import { TokenCache } from './token_cache.js';

/** All of them by name. Without `terminal` nobody is asked anything. */
export function machine({ terminal, variables = process.env } = {}) {
  const folders = new Folders(variables);
  const progress = new Progress();
  const secrets = new SecretStore({ folders, terminal, variables });
  return {
    'arc-agent': new ArcAgent(),
    clipboard: new Clipboard(variables),
    files,
    'local-time': localTime,
    'profile-store': new ProfileStore(folders),
    progress,
    'progress-display': progress,
    prompt: new Prompt(terminal),
    'proxy-server': noProxy,
    'secret-store': secrets,
    'secret-writer': secrets,
    'sign-in': terminalSignIn,
    'token-cache': new TokenCache(folders, secrets),
  };
}
