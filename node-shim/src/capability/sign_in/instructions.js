// What a person is told to do, on stderr, whether or not that is a terminal.
import { writeSync } from 'node:fs';
import { printable } from '../../system/printable.js';

/** A URL to open by hand. */
export const forUrl = (url) =>
  `To sign in, open this address in a browser on this computer:\n\n  ${printable(url)}\n\n`;

/** A code to type elsewhere. RFC 8628 section 5.4: codes that come from others are how this flow is abused. */
export const forDeviceCode = (verificationUri, userCode, expiresIn) =>
  `To sign in, open this address in a browser on any device, and enter the code within ${inWords(expiresIn)}:\n\n` +
  `  address  ${printable(verificationUri)}\n  code     ${printable(userCode)}\n\n` +
  'Enter only a code that you asked for yourself, never one that somebody sent you.\n\n';

/** For a terminal. */
export const WAITING_FOR_DEVICE = 'Ctrl-C stops waiting.\n\n';

/** Writes instructions. */
export function tell(text) {
  try {
    writeSync(2, text);
  } catch (error) {
    throw {
      fault: 'absent',
      message: `the instructions for signing in cannot be shown: ${error.code}`,
      hint: 'leave stderr open: the instructions are written there',
    };
  }
}

/** A span of seconds as people say it. */
export function inWords(seconds) {
  const [count, unit] = seconds >= 120 ? [Math.floor(seconds / 60), 'minute'] : [seconds, 'second'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
