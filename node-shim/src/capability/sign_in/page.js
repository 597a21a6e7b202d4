// The pages that a browser gets: static, without scripts, of one piece. The native program shows the same.
import { printable } from '../../system/printable.js';

/** The longest sentence that is shown; Entra's have some 500 characters. */
const LONGEST_TEXT = 2000;

export const HEADERS = {
  'cache-control': 'no-store',
  connection: 'close',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  // The address may hold the code.
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
};

/** Status and HTML of a page: `done`, `refused` with title and sentence, or `ignored`. */
export function pageOf({ tag, val }) {
  if (tag === 'refused') {
    const [title, sentence] = val.map(escaped);
    return { status: 200, html: html({ ...REFUSED, title, sentence }) };
  }
  return tag === 'done' ? { status: 200, html: html(DONE) } : { status: 400, html: html(IGNORED) };
}

const DONE = {
  kind: 'done',
  mark: '<path d="M7 12.5l3.5 3.5L17 8.5"/>',
  title: 'You are signed in',
  sentence: 'The terminal has what it was waiting for.',
  then: 'Close this window and return to the terminal.',
};

const REFUSED = {
  kind: 'refused',
  mark: '<path d="M8 8l8 8M16 8l-8 8"/>',
  then: 'Close this window; the terminal says what to do next.',
};

const IGNORED = {
  kind: 'ignored',
  mark: '<path d="M12 7v6M12 16.5v.01"/>',
  title: 'Not part of a sign-in',
  sentence: 'No sign-in is waiting for this request.',
  then: 'Return to the terminal, or start the sign-in there again.',
};

const html = ({ kind, mark, title, sentence, then }) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · entra-auth-cli</title>
<style>${STYLE}</style>
</head>
<body>
<main class="${kind}">
<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="12"/>${mark}</svg>
<h1>${title}</h1>
<p>${sentence}</p>
<p class="then">${then}</p>
</main>
<footer>entra-auth-cli</footer>
</body>
</html>
`;

const STYLE = `
:root { --ground: #f3f5f8; --card: #fff; --text: #1b1f24; --faint: #5b6672; --edge: #dde2e8; --mark: #1a7f4b }
.refused { --mark: #b3261e }
.ignored { --mark: #64707d }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; align-items: center; justify-content: center;
  gap: 1.25rem; padding: 1.5rem; background: var(--ground); color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif }
main { width: 100%; max-width: 30rem; padding: 2.5rem 2.25rem; background: var(--card); border: 1px solid var(--edge);
  border-radius: 14px; box-shadow: 0 8px 30px rgb(20 30 50 / .07); text-align: center }
svg { width: 3.25rem; height: 3.25rem; fill: var(--mark); stroke: none }
path { fill: none; stroke: #fff; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round }
h1 { margin: 1rem 0 .5rem; font-size: 1.45rem; font-weight: 600; line-height: 1.25 }
p { margin: .4rem 0; overflow-wrap: anywhere }
.then, footer { color: var(--faint); text-wrap: balance }
.refused p:not(.then) { margin: 1rem 0; padding: .75rem 1rem; border-left: 3px solid var(--mark); border-radius: 6px;
  background: var(--ground); text-align: left; font-size: .95rem }
footer { font-size: .85rem; letter-spacing: .02em }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14171b; --card: #1e2228; --text: #e8ebef; --faint: #a3adb8; --edge: #323943; --mark: #2ea868 }
  .refused { --mark: #e5534b }
  .ignored { --mark: #768390 }
  main { box-shadow: none }
}
`;

/** Text that a server wrote, for between tags. */
function escaped(text) {
  const shown = Array.from(printable(text)).slice(0, LONGEST_TEXT).join('');
  return shown.replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
