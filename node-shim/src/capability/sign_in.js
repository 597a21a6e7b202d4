// The capability `sign-in`: a browser with a loopback redirect (RFC 8252 section 7.3), or a code to type elsewhere (RFC 8628
// section 3.3). Which answer belongs to the sign-in is the component's to say.
import { isatty } from 'node:tty';
import { openBrowser } from './sign_in/browser.js';
import { WAITING_FOR_DEVICE, forDeviceCode, forUrl, tell } from './sign_in/instructions.js';
import { Redirect } from './sign_in/redirect.js';

/** What is listened to, by the signal of the call. */
const redirects = new WeakMap();

/** The person at this machine, told what to do on stderr. */
export const terminalSignIn = {
  async listen(at, { signal }) {
    const redirect = await Redirect.listen(at);
    redirects.set(signal, redirect);
    return redirect;
  },
  async openBrowser(url, { signal }) {
    const redirect = redirects.get(signal);
    await openBrowser(url, redirect && ((url) => redirect.entrance(url)));
  },
  showUrl: async (url) => tell(forUrl(url)),
  async showDeviceCode(verificationUri, userCode, expiresIn) {
    tell(forDeviceCode(verificationUri, userCode, expiresIn));
    if (isatty(2)) tell(WAITING_FOR_DEVICE);
  },
};
