import * as client from 'openid-client';
import type { ProviderSettings } from './provider-settings.ts';

/** What the provider told of somebody who signed in there. */
export interface ToldByProvider {
  readonly issuer: string;
  readonly subject: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly idToken: string;
}

/** What must come back from the provider as it was sent. */
export interface Visit {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** The OpenID provider of the operator: authorization code with PKCE, state and nonce (ST12). */
export class StaffProvider {
  readonly settings: ProviderSettings;
  #found: Promise<client.Configuration> | null = null;

  constructor(settings: ProviderSettings) {
    this.settings = settings;
  }

  /** Where the browser goes to sign in, and what to keep until it comes back. */
  async begin(): Promise<{ readonly url: URL; readonly visit: Visit }> {
    const config = await this.#config();
    const visit = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
    };
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: this.#returnUrl,
      scope: this.settings.scopes.join(' '),
      state: visit.state,
      nonce: visit.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(visit.verifier),
      code_challenge_method: 'S256',
    });
    return { url, visit };
  }

  /** Rejects when what came back is not what the provider answers to this visit. `query` is that of the address. */
  async end(query: string, visit: Visit): Promise<ToldByProvider> {
    const config = await this.#config();
    const tokens = await client.authorizationCodeGrant(config, new URL(`${this.#returnUrl}${query}`), {
      pkceCodeVerifier: visit.verifier,
      expectedState: visit.state,
      expectedNonce: visit.nonce,
      idTokenExpected: true,
    });
    const told = tokens.claims();
    if (!told || tokens.id_token === undefined) throw new Error('the provider told nobody');
    // Providers tell groups in the one or in the other.
    const more = config.serverMetadata().userinfo_endpoint
      ? await client.fetchUserInfo(config, tokens.access_token, told.sub)
      : {};
    return { issuer: told.iss, subject: told.sub, claims: { ...told, ...more }, idToken: tokens.id_token };
  }

  /** Where the browser goes to sign out at the provider, too; null where that offers no such thing. */
  async signOutUrl(idToken: string): Promise<URL | null> {
    const config = await this.#config();
    if (!config.serverMetadata().end_session_endpoint) return null;
    return client.buildEndSessionUrl(config, {
      id_token_hint: idToken,
      post_logout_redirect_uri: this.settings.pageUrl,
    });
  }

  get #returnUrl(): string {
    return `${this.settings.pageUrl}provider/return`;
  }

  /** What the provider tells of itself, asked once; again when it did not answer. */
  #config(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = this.settings;
    this.#found ??= client
      .discovery(
        new URL(issuer),
        clientId,
        undefined,
        clientSecret === null ? client.None() : client.ClientSecretBasic(clientSecret),
        // Settings take plain HTTP on this machine alone.
        issuer.startsWith('http:') ? { execute: [client.allowInsecureRequests] } : {},
      )
      .catch((error: unknown) => {
        this.#found = null;
        throw error;
      });
    return this.#found;
  }
}
