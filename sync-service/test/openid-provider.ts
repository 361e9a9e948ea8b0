import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

/** A real OpenID provider in this process, as an operator may run one: it signs in whoever the test says. */
export class OpenIdProvider {
  readonly issuer: string;
  /** Who stands at its sign-in page; null cancels there. */
  who: string | null = null;
  /** By account. */
  readonly groups = new Map<string, readonly string[]>();
  readonly #server: Server;

  private constructor(issuer: string, server: Server) {
    this.issuer = issuer;
    this.#server = server;
  }

  static async start(client: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly pageUrl: string;
  }): Promise<OpenIdProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const started = new OpenIdProvider(issuer, server);
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: client.clientId,
          client_secret: client.clientSecret,
          redirect_uris: [`${client.pageUrl}provider/return`],
          post_logout_redirect_uris: [client.pageUrl],
        },
      ],
      claims: { openid: ['sub'], profile: ['preferred_username', 'groups'] },
      features: { devInteractions: { enabled: false } },
      pkce: { required: () => true },
      interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
      cookies: { keys: ['a test'] },
      findAccount: (_context, accountId) => ({
        accountId,
        claims: async () => ({
          sub: accountId,
          preferred_username: `${accountId}@example.com`,
          groups: [...(started.groups.get(accountId) ?? [])],
        }),
      }),
    });
    const serve = provider.callback();
    server.on('request', (request, response) => {
      if (!request.url?.startsWith('/interaction/')) {
        serve(request, response).catch(() => response.destroy());
        return;
      }
      started.#answer(provider, request, response).catch(() => response.destroy());
    });
    return started;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(
    provider: Provider,
    request: Parameters<Provider['interactionDetails']>[0],
    response: Parameters<Provider['interactionDetails']>[1],
  ): Promise<void> {
    const { params, prompt, session, grantId } = await provider.interactionDetails(request, response);
    if (this.who === null) {
      await provider.interactionFinished(request, response, { error: 'access_denied' });
    } else if (prompt.name === 'login') {
      await provider.interactionFinished(request, response, { login: { accountId: this.who } });
    } else {
      const grant =
        (grantId && (await provider.Grant.find(grantId))) ||
        new provider.Grant({ accountId: session?.accountId ?? '', clientId: String(params.client_id) });
      grant.addOIDCScope(String(params.scope));
      await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
    }
  }
}
