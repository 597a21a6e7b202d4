// The page that takes tokens apart: `inspect` of the library, in the browser.
import { createClient } from './browser.js';

const client = createClient();
const at = (id) => document.getElementById(id);
const json = (value) => (value === undefined ? '' : JSON.stringify(value, null, 2));

at('token').addEventListener('input', () => show(at('token').value));

async function show(text) {
  let verdict = '';
  let decoded;
  try {
    if (text.trim() !== '') decoded = await client.inspect(text);
    if (decoded) verdict = verdictOn(decoded);
  } catch (error) {
    verdict = [error.message, error.hint].filter(Boolean).join('; ');
  }
  // Meanwhile something else may have been typed.
  if (at('token').value !== text) return;
  at('verdict').textContent = verdict;
  at('parts').hidden = !decoded?.header;
  at('claims').textContent = json(decoded?.claims);
  at('header').textContent = json(decoded?.header);
}

/** By its times alone, which is not to say that anybody would accept it. */
const VALIDITY = {
  valid: 'not expired',
  expired: 'expired',
  'not-yet-valid': 'not valid yet',
  unknown: 'it does not say when it expires',
  unreadable: 'its times cannot be read',
};

function verdictOn({ kind, validity, expiresAt }) {
  const end = expiresAt === undefined ? '' : `, ${expiresAt * 1000 > Date.now() ? 'until' : 'since'} ${new Date(expiresAt * 1000).toLocaleString()}`;
  return kind === 'signed' ? `${VALIDITY[validity]}${end}` : `a token of kind ${kind}`;
}
