// `jose` judges the tokens on which our own judgement is tested: the same ones are good.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { workspace } from './workspace.js';

const { createLocalJWKSet, jwtVerify } = await import(
  pathToFileURL(workspace('target/tools/node/node_modules/jose/dist/webapi/index.js'))
);

const vectors = JSON.parse(readFileSync(workspace('tests/vectors/verification.json'), 'utf8'));
const keys = { v1: createLocalJWKSet(vectors.keys.v1), v2: createLocalJWKSet(vectors.keys.v2) };
const issuers = {
  v1: `https://sts.windows.net/${vectors.tenant}/`,
  v2: `${vectors.authority}/${vectors.tenant}/v2.0`,
};

/** Why the token is refused, or nothing. */
const theirs = async ({ name, token }) => {
  const version = name.slice(0, 2);
  const options = {
    algorithms: ['RS256'],
    audience: vectors.audiences,
    issuer: issuers[version],
    clockTolerance: 300,
    currentDate: new Date(vectors.now * 1000),
    requiredClaims: ['exp', 'iat', 'nbf'],
  };
  try {
    await jwtVerify(token, keys[version], options);
    return undefined;
  } catch (error) {
    return error;
  }
};

test('jose judges tokens alike', async () => {
  // `iat` in the future is nobody's affair there, unless a token's age is limited.
  const left = (name) => name.endsWith(': `iat` in the future');
  const cases = vectors.cases.filter(({ name, is_ours_alone }) => !is_ours_alone && !left(name));
  assert.ok(cases.length > 100, `${cases.length}`);
  for (const each of cases) {
    const error = await theirs(each);
    assert.equal(error === undefined, each.rule === null, `${each.name}: ${each.rule}; ${error}`);
  }
});
