// Names, addresses and paths as the native program takes them from a variable.

/** Blanks, line ends, control characters, marks and what nobody sees. */
const AROUND = String.raw`[\s\p{Cc}\p{Default_Ignorable_Code_Point}\ufff0-\ufffb]+`;
const EDGES = new RegExp(`^${AROUND}|${AROUND}$`, 'gu');

/** Typographic ones come from documents and chats. */
const QUOTES = ['""', "''", '``', '\u201c\u201d', '\u2018\u2019'];

/** The text without what a shell, a `.env` file or an editor put around it; nothing if that leaves nothing. */
export function word(text) {
  const bare = text?.replace(EDGES, '');
  const isQuoted = bare?.length > 1 && QUOTES.some(([open, close]) => bare.startsWith(open) && bare.endsWith(close));
  return isQuoted ? word(bare.slice(1, -1)) : bare || undefined;
}
