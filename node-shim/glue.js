// The JavaScript that jco writes for a component, made into what the package ships: one text for both engines, without what
// nobody needs. Everything here is the same code said shorter; the suite runs on what comes out.

/**
 * jco's own code for an engine with JSPI as a function of the engine: `instantiate(core, imports, instance, engine)`, where
 * `engine.suspending` makes an import of a function that yields what it waits for, and `engine.promising` makes an export.
 * `exports` are the interfaces to keep, by their short names.
 */
export function glue(text, exports) {
  return [ofAnyEngine, (it) => only(it, exports), withOneRequest, withCases, withTexts, withOptionalTexts, withHelp].reduce((it, step) => step(it), text);
}

/** Functions for the minifier to leave out: a log, and tasks, which only WASI 0.3 looks at. */
export const NEEDLESS = ['_debugLog', 'startCurrentTask', 'endCurrentTask'];

/** What the shorter text calls. */
const HELP = `
  function caseNumber(value, cases) {
    const number = cases.indexOf(value);
    if (number < 0) throw new TypeError(value + ' is none of ' + cases);
    return number;
  }
  function lowerText(value, at, realloc, memory) {
    const pointer = utf8Encode(value, realloc, memory);
    dataView(memory).setUint32(at, pointer, true);
    dataView(memory).setUint32(at + 4, utf8EncodedLen, true);
  }
  function lowerOptionalText(value, at, realloc, memory) {
    const isThere = value !== null && value !== undefined;
    dataView(memory).setInt8(at, isThere ? 1 : 0, true);
    if (isThere) lowerText(value, at + 4, realloc, memory);
  }
  function liftText(at, memory) {
    const view = dataView(memory);
    return utf8Decoder.decode(new Uint8Array(memory.buffer, view.getUint32(at, true), view.getUint32(at + 4, true)));
  }
  function liftOptionalText(at, memory) {
    return dataView(memory).getUint8(at, true) ? liftText(at + 4, memory) : undefined;
  }
`;

/** An import that waits yields what it waits for; whether that is awaited or at hand is the engine's affair. */
function ofAnyEngine(text) {
  const suspending = / new WebAssembly\.Suspending\(async function\(([^)]*)\) \{\n([\s\S]*?)\n  \}\n  \);/g;
  const isWaiting = (body) => body.replaceAll(/\bawait /g, 'yield ');
  return replaced(text, /instantiateCore = [^)]*/, 'instantiateCore, engine')
    .replace(suspending, (_, given, body) => ` engine.suspending(function* (${given}) {\n${isWaiting(body)}\n  }\n  );`)
    .replaceAll('WebAssembly.promising(', 'engine.promising(');
}

/** The last of the generator returns each interface twice, by its short and its whole name. */
function only(text, exports) {
  return replaced(text, /\n  return \{ (.*) \};\n\}\)\(\);/, (_, members) => {
    const kept = members.split(',').filter((member) => exports.includes(member.split(':')[0].trim()));
    return `\n  return { ${kept.join(',')} };\n})();`;
  });
}

/** Several exports begin with the same request. */
function withOneRequest(text) {
  const [, request] = /async function renew\(arg0\) \{\n\s*var ptr0 = .*;\n([\s\S]*?)\n\s*_debugLog\(/.exec(text) ?? [];
  if (request === undefined) return text;
  const [beginning, ...others] = text.split(request);
  const lower = `  function lowerRequest(arg0, ptr0) {\n${request}\n  }\n`;
  const place = beginning.lastIndexOf('  async function ');
  return [beginning.slice(0, place) + lower + beginning.slice(place), ...others].join('lowerRequest(arg0, ptr0);');
}

/** The number of an enumeration's case, and the case of a number; each list of cases stands there once. */
function withCases(text) {
  const lists = new Map();
  const listed = (cases) => {
    const list = [...cases.matchAll(/'([^']+)'/g)].map(([name]) => name).join();
    if (!lists.has(list)) lists.set(list, `cases${lists.size}`);
    return lists.get(list);
  };
  const lowered = String.raw`((?:\s*case '[^']+': \{\s*enum\d+ = \d+;\s*break;\s*\})+)\s*default: \{\s*throw new TypeError\(.*\);\s*\}\s*\}`;
  const lifted = String.raw`((?:\s*case \d+: \{\s*enum\d+ = '[^']+';\s*break;\s*\})+)\s*\}`;
  const shorter = text
    .replace(new RegExp(String.raw`switch \(val(\d+)\) \{${lowered}`, 'g'), (_, number, cases) => {
      return `enum${number} = caseNumber(val${number}, ${listed(cases)});`;
    })
    .replace(new RegExp(String.raw`let (enum\d+);\s*switch \((.*)\) \{${lifted}`, 'g'), (_, name, number, cases) => {
      return `const ${name} = ${listed(cases)}[${number}];`;
    });
  return withBeginning(shorter, [...lists].map(([list, name]) => `  const ${name} = [${list}];\n`).join(''));
}

/** A text's pointer and length, both ways. */
function withTexts(text) {
  const lowered = new RegExp(
    String.raw`var (ptr\d+) = utf8Encode\((\w+), (realloc\d+), (memory\d+)\);\s*var (len\d+) = utf8EncodedLen;\s*` +
      String.raw`dataView\(\4\)\.setUint32\((\w+) \+ (\d+), \5, true\);\s*dataView\(\4\)\.setUint32\(\6 \+ (\d+), \1, true\);`,
    'g',
  );
  const lifted = new RegExp(
    String.raw`var (ptr\d+) = dataView\((memory\d+)\)\.getUint32\((\w+) \+ (\d+), true\);\s*` +
      String.raw`var (len\d+) = dataView\(\2\)\.getUint32\(\3 \+ (\d+), true\);\s*` +
      String.raw`var (result\d+) = utf8Decoder\.decode\(new Uint8Array\(\2\.buffer, \1, \5\)\);`,
    'g',
  );
  return text
    .replace(lowered, (all, _pointer, value, realloc, memory, _length, base, second, first) =>
      isNext(first, second) ? `lowerText(${value}, ${base} + ${first}, ${realloc}, ${memory});` : all,
    )
    .replace(lifted, (all, _pointer, memory, base, first, _length, second, result) =>
      isNext(first, second) ? `var ${result} = liftText(${base} + ${first}, ${memory});` : all,
    );
}

/** A text that may be missing: whether it is there, then the text. */
function withOptionalTexts(text) {
  const lowered = new RegExp(
    String.raw`var (variant\d+) = (\w+);\s*if \(\1 === null \|\| \1=== undefined\) \{\s*` +
      String.raw`dataView\((memory\d+)\)\.setInt8\((\w+) \+ (\d+), 0, true\);\s*\} else \{\s*const e = \1;\s*` +
      String.raw`dataView\(\3\)\.setInt8\(\4 \+ \5, 1, true\);\s*lowerText\(e, \4 \+ (\d+), (realloc\d+), \3\);\s*\}`,
    'g',
  );
  const lifted = new RegExp(
    String.raw`let (variant\d+);\s*if \(dataView\((memory\d+)\)\.getUint8\((\w+) \+ (\d+), true\)\) \{\s*` +
      String.raw`var (result\d+) = liftText\(\3 \+ (\d+), \2\);\s*\1 = \5;\s*\} else \{\s*\1 = undefined;\s*\}`,
    'g',
  );
  return text
    .replace(lowered, (all, _variant, value, memory, base, flag, at, realloc) =>
      isNext(flag, at) ? `lowerOptionalText(${value}, ${base} + ${flag}, ${realloc}, ${memory});` : all,
    )
    .replace(lifted, (all, variant, memory, base, flag, _result, at) =>
      isNext(flag, at) ? `const ${variant} = liftOptionalText(${base} + ${flag}, ${memory});` : all,
    );
}

/** The next word of memory. */
const isNext = (one, other) => Number(other) === Number(one) + 4;

const withHelp = (text) => withBeginning(text, HELP);

/** At the beginning of `instantiate`, which is the first function. */
const withBeginning = (text, beginning) => replaced(text, /\{\n/, (all) => all + beginning);

/** A text that is not as expected is another jco's. */
function replaced(text, pattern, by) {
  if (!pattern.test(text)) throw new Error(`jco does not write ${pattern} any more`);
  return text.replace(pattern, by);
}
