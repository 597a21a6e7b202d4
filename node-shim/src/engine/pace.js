// How fast calls begin. An instance is memory that the engine gives back only between turns of the event loop: a thousand calls
// that begin in one turn would take half a gigabyte and three times as long.

/** So many begin in one turn. */
const MOST = 16;

const waiting = [];
let left = MOST;

/** Waits until there is room for one more. */
export async function room() {
  if (left === MOST) setTimeout(nextTurn);
  if (left > 0) left -= 1;
  else await new Promise((resolve) => waiting.push(resolve));
}

function nextTurn() {
  const next = waiting.splice(0, MOST);
  left = MOST - next.length;
  if (next.length > 0) setTimeout(nextTurn);
  next.forEach((begin) => begin());
}
