import { rm } from 'node:fs/promises';
import type { Log, LogFields } from '@portillon/core/base/log.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { refusalSchema } from '@portillon/core/wire/messages.ts';
import { anyPort } from '@portillon/tools/start/free-port.mjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../../postgres/database.ts';
import { endAccount, readAccounts } from '../../../postgres/staff-desk.ts';
import { OpenIdProvider } from '../../../test/openid-provider.ts';
import { type StartedBase, startBase, temporaryState } from '../../../test/start-base.ts';
import { newTestId } from '../../../test/test-edge.ts';
import { providerSettingsSchema, rightOf } from './provider-settings.ts';
import { signInWaysSchema } from './sign-in-view.ts';

let stateFolder: string;
let base: StartedBase;
let sql: Database;
let provider: OpenIdProvider;
let pageUrl: string;
const logged: { event: string; fields: LogFields }[] = [];
const keep = (event: string, fields: LogFields = {}) => logged.push({ event, fields });
const keepingLog: Log = { ...silentLog, info: keep, warn: keep };
const clientId = 'portillon';
const clientSecret = 'a secret of this test only';

/** A browser with the cookies of each place, which follows where it is sent. */
class Browser {
  readonly #cookies = new Map<string, string>();
  /** Where it was sent, in order. */
  readonly been: string[] = [];
  readonly #address = `192.0.2.${10 + Math.trunc(performance.now() % 200)}`;

  async ask(url: string, init: RequestInit = {}): Promise<Response> {
    const { origin } = new URL(url);
    const cookies = [...this.#cookies].filter(([key]) => key.startsWith(`${origin} `));
    const answer = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: {
        cookie: cookies.map(([, pair]) => pair).join('; '),
        'x-forwarded-for': this.#address,
        ...init.headers,
      },
    });
    for (const set of answer.headers.getSetCookie()) {
      const [pair = ''] = set.split(';');
      this.#cookies.set(`${origin} ${pair.split('=')[0]}`, pair);
    }
    return answer;
  }

  async go(to: string): Promise<string> {
    let url = to;
    for (let steps = 0; steps < 15; steps++) {
      this.been.push(url);
      const location = (await this.ask(url)).headers.get('location');
      if (location === null) return url;
      url = new URL(location, url).href;
    }
    throw new Error(`sent on and on: ${this.been.join(' ')}`);
  }

  async session(): Promise<{ user: string; role: string; wholeNetwork: boolean } | null> {
    const answer = await this.ask(`${base.url}/staff/api/session`);
    return answer.ok
      ? ((await answer.json()) as { user: string; role: string; wholeNetwork: boolean })
      : null;
  }
}

const start = () => `${base.url}/staff/provider/start`;

beforeAll(async () => {
  stateFolder = await temporaryState();
  const port = await anyPort();
  pageUrl = `http://127.0.0.1:${port}/staff/`;
  provider = await OpenIdProvider.start({ clientId, clientSecret, pageUrl });
  const settings = providerSettingsSchema.parse({
    issuer: provider.issuer,
    clientId,
    pageUrl,
    name: 'Cadence',
    rights: [
      { claim: 'groups', is: 'gym-admins', role: 'network-administrator', network: true },
      { claim: 'groups', is: 'lyon-desk', role: 'front-desk', clubs: ['Lyon Part-Dieu'] },
      { claim: 'groups', is: 'cadence', role: 'manager', legalEntity: '12345678200028' },
      { claim: 'groups', is: 'atlantis', role: 'manager', clubs: ['Atlantis'] },
    ],
    passwords: false,
  });
  base = await startBase({
    stateFolder,
    log: keepingLog,
    port,
    staffProvider: { ...settings, clientSecret },
  });
  sql = new Database(base.databaseUrl, silentLog);
});

afterAll(async () => {
  await sql.close();
  await base.stop();
  await provider.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

beforeEach(() => {
  logged.length = 0;
});

const groups = (who: string, ...of: string[]) => {
  provider.who = who;
  provider.groups.set(who, of);
};

describe('signing in with a provider', () => {
  it('[ST12] goes by authorization code with PKCE, state and nonce, and opens an account by the claims', async () => {
    groups('ada', 'other', 'gym-admins');
    const browser = new Browser();
    expect(await browser.go(start())).toBe(pageUrl);
    const asked = new URL(browser.been.find((url) => url.startsWith(`${provider.issuer}/auth?`)) ?? '')
      .searchParams;
    expect(asked.get('response_type')).toBe('code');
    expect(asked.get('code_challenge_method')).toBe('S256');
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(asked.get(name)?.length).toBeGreaterThan(40);
    expect(await browser.session()).toMatchObject({
      user: 'ada@example.com',
      role: 'network-administrator',
      wholeNetwork: true,
    });
    const { accounts, changes } = await readAccounts(sql);
    expect(accounts.find(({ name }) => name === 'ada@example.com')).toMatchObject({ signsInBy: 'provider' });
    expect(changes[0]).toMatchObject({ account: 'ada@example.com', by: 'Cadence', what: 'opened' });
    expect(JSON.stringify(logged)).not.toMatch(/ada@example|a secret of this test/);
  });

  it('[ST12] takes an answer once, and from the browser that was sent', async () => {
    groups('ada', 'gym-admins');
    const browser = new Browser();
    await browser.go(start());
    const answer = browser.been.find((url) => url.startsWith(`${pageUrl}provider/return?`)) ?? '';
    expect(answer).toContain('code=');
    expect(await browser.go(answer)).toBe(`${pageUrl}?sign-in=failed`);
    const victim = new Browser();
    const sent = await victim.ask(start());
    const thief = new Browser();
    const state = new URL(sent.headers.get('location') ?? '').searchParams.get('state');
    expect(await thief.go(`${pageUrl}provider/return?state=${state}&code=x`)).toBe(
      `${pageUrl}?sign-in=failed`,
    );
    expect(await thief.session()).toBeNull();
    expect(await victim.go(`${pageUrl}provider/return?state=${state}&code=x`)).toBe(
      `${pageUrl}?sign-in=failed`,
    );
    expect(await victim.session()).toBeNull();
    provider.who = null;
    expect(await new Browser().go(start())).toBe(`${pageUrl}?sign-in=failed`);
  });

  it('[ST13] gives the role and the clubs that the claims name today, and takes the session of who has none', async () => {
    groups('bob', 'lyon-desk');
    const browser = new Browser();
    await browser.go(start());
    expect(await browser.session()).toMatchObject({ role: 'front-desk', wholeNetwork: false });
    groups('bob', 'cadence');
    await new Browser().go(start());
    expect(await browser.session()).toMatchObject({ role: 'manager', wholeNetwork: false });
    const bob = (await readAccounts(sql)).accounts.filter(({ name }) => name === 'bob@example.com');
    expect(bob).toMatchObject([{ reach: { kind: 'entity' } }]);
    for (const none of ['nothing', 'atlantis']) {
      groups('bob', none);
      expect(await new Browser().go(start())).toBe(`${pageUrl}?sign-in=no-role`);
      expect(await browser.session()).toBeNull();
    }
    groups('bob', 'cadence');
    const by = { changeId: newTestId(), userId: null, name: 'test', nowMs: systemClock.wallMs() };
    expect((await endAccount(sql, bob[0]?.id ?? '', by)).ok).toBe(true);
    expect(await new Browser().go(start())).toBe(`${pageUrl}?sign-in=ended`);
  });

  it('[ST14] takes no password where they are switched off, and signs out at the provider, too', async () => {
    const ways = await fetch(`${base.url}/staff/api/sign-in`);
    expect(signInWaysSchema.parse(await ways.json())).toEqual({ passwords: false, provider: 'Cadence' });
    const tried = await fetch(`${base.url}/staff/api/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(base.staff),
    });
    expect(refusalSchema.parse(await tried.json()).error.code).toBe('staff.password-off');
    groups('ada', 'gym-admins');
    const browser = new Browser();
    await browser.go(start());
    const out = await browser.ask(`${base.url}/staff/api/sign-out`, { method: 'POST' });
    const { next } = (await out.json()) as { next: string };
    expect(await browser.session()).toBeNull();
    const { origin, searchParams } = new URL(next);
    expect([origin, searchParams.get('post_logout_redirect_uri')]).toEqual([provider.issuer, pageUrl]);
    expect((await browser.ask(next)).status).toBe(200);
  });
});

describe('the settings of a provider', () => {
  it('[ST13] are refused where a right names no clubs, or an administrator some', () => {
    const settings = {
      issuer: 'https://a.example',
      clientId: 'x',
      pageUrl: 'https://b.example/staff/',
      name: 'A',
    };
    const good = (more: object) => providerSettingsSchema.safeParse({ ...settings, ...more }).success;
    const right = { claim: 'groups', is: 'a', role: 'manager' };
    expect(good({ rights: [{ ...right, network: true }] })).toBe(true);
    expect(good({ rights: [right] })).toBe(false);
    expect(good({ rights: [{ ...right, network: true, clubs: ['Lyon'] }] })).toBe(false);
    expect(good({ rights: [{ ...right, role: 'network-administrator', clubs: ['Lyon'] }] })).toBe(false);
    expect(good({ rights: [{ ...right, network: true }], issuer: 'http://a.example' })).toBe(false);
    expect(
      rightOf([{ claim: 'groups', is: 'a', role: 'manager', network: true }], { groups: 'ab' }),
    ).toBeNull();
  });
});
