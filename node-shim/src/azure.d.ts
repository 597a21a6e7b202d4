import type { Client, ClientOptions, Profile, TokenRequest } from './index.d.ts';

/**
 * A credential of the Azure SDK: a `TokenCredential` of `@azure/core-auth`, with continuous access evaluation.
 *
 * Errors are those of the library, under the names that a `ChainedTokenCredential` knows: it goes on after
 * `CredentialUnavailableError` (no secret, no store, nobody to sign in) and `AuthenticationRequiredError`.
 */
export class EntraCredential {
  /** `request` says who asks; the scopes come with each call. */
  constructor(request: Omit<TokenRequest, 'scopes' | 'claims'>, options?: CredentialOptions);
  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken>;
}

/** Those of a client, or a client or profile that is there already. */
export interface CredentialOptions extends ClientOptions {
  client?: Client | Profile;
  /** Tenants besides that of the request for which callers may ask; `*` for any. */
  additionallyAllowedTenants?: readonly string[];
}

/** The part of `GetTokenOptions` of `@azure/core-auth` that counts here. */
export interface GetTokenOptions {
  abortSignal?: AbortSignalLike;
  /** `timeout` in milliseconds. */
  requestOptions?: { timeout?: number };
  /** A claims challenge to answer. */
  claims?: string;
  /** Every token is one of continuous access evaluation. */
  enableCae?: boolean;
  tenantId?: string;
}

export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: (...given: any[]) => any, options?: any): void;
  removeEventListener(type: 'abort', listener: (...given: any[]) => any, options?: any): void;
}

export interface AccessToken {
  token: string;
  /** Milliseconds since the Unix epoch. */
  expiresOnTimestamp: number;
  tokenType: 'Bearer';
}
