// The library as a credential of the Azure SDK.
// https://learn.microsoft.com/javascript/api/@azure/core-auth/tokencredential
import { createClient } from './index.js';
import { EntraAuthError, impossible } from './library/error.js';

/** What a chain of credentials goes on after, and what it stops at. */
const UNAVAILABLE = 'CredentialUnavailableError';
const REQUIRED = 'AuthenticationRequiredError';
const FAILED = 'AuthenticationError';

/** A `TokenCredential` that asks for tokens as `request` says. */
export class EntraCredential {
  #allowedTenants;
  #client;
  #request;

  constructor(request, { client, additionallyAllowedTenants = [], ...options } = {}) {
    this.#request = request;
    this.#client = client ?? createClient(options);
    this.#allowedTenants = additionallyAllowedTenants;
  }

  /** A token for the scopes. One that answers a claims challenge is always a new one. */
  async getToken(scopes, options = {}) {
    const { claims, abortSignal, requestOptions, tenantId, proofOfPossessionOptions } = options;
    if (proofOfPossessionOptions) throw unavailable('tokens with proof of possession are not supported');
    const request = { ...this.#request, scopes, claims, tenant: this.#tenant(tenantId) };
    if (requestOptions?.timeout) request.timeLimit = Math.ceil(requestOptions.timeout / 1000);
    try {
      const token = await this.#client.acquire(request, {
        cache: claims === undefined ? 'prefer' : 'replace',
        signal: abortSignal && standard(abortSignal),
      });
      return { token: token.accessToken, expiresOnTimestamp: token.expiresAt * 1000, tokenType: token.tokenType };
    } catch (error) {
      throw named(error);
    }
  }

  #tenant(wanted) {
    const { tenant } = this.#request;
    if (!wanted || wanted === tenant || this.#allowedTenants.some((allowed) => allowed === '*' || allowed === wanted)) {
      return wanted || tenant;
    }
    throw unavailable(`this credential gets no tokens of the tenant \`${wanted}\``, 'name it in `additionallyAllowedTenants`');
  }
}

function named(error) {
  if (error instanceof EntraAuthError) error.name = nameOf(error);
  return error;
}

function unavailable(message, hint) {
  const error = impossible(message, hint);
  error.name = UNAVAILABLE;
  return error;
}

function nameOf({ code, fault }) {
  if (code === 'interaction-required') return REQUIRED;
  const isAbsent = code === 'capability-failed' && fault === 'absent';
  return code === 'secret-missing' || isAbsent ? UNAVAILABLE : FAILED;
}

/** The Azure SDK has signals of its own, which know no reason. Its callers look for this name. */
function standard(signal) {
  const controller = new AbortController();
  const abort = () => controller.abort(new DOMException('the operation was aborted', 'AbortError'));
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort);
  return controller.signal;
}
