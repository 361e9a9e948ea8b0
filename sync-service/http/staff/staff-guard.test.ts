import { rm } from 'node:fs/promises';
import type { Log, LogFields } from '@portillon/core/base/log.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { refusalSchema } from '@portillon/core/wire/messages.ts';
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mayDo, type StaffRole, staffRoles } from '../../members/may-do.ts';
import { type ClubOfTest, startTwoLicensees, type TwoLicensees } from '../../test/two-licensees.ts';
import type { BaseContext } from '../base-context.ts';
import type { AccountReach } from './account-view.ts';
import { type LiveView, liveViewSchema } from './live-view.ts';
import { type RouteRule, ruleOf } from './route-rules.ts';
import { guardStaffRoutes } from './staff-guard.ts';
import { staffRoutes } from './staff-routes.ts';

let two: TwoLicensees;
let lyon: ClubOfTest;
let bron: ClubOfTest;
const cookies: Partial<Record<StaffRole, string>> = {};
const logged: { event: string; fields: LogFields }[] = [];
const keepingLog: Log = {
  ...silentLog,
  warn: (event, fields = {}) => logged.push({ event, fields }),
};

interface Route {
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly rule: RouteRule;
}

/** Asks nothing of its base: routes are only registered. */
const noBase = {
  announcements: { on: () => () => undefined },
  stopping: new AbortController().signal,
} as unknown as BaseContext;

/** Every route of the app itself that needs an account. */
async function routesOfApp(): Promise<Route[]> {
  const routes: Route[] = [];
  const app = Fastify();
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) {
      const rule = ruleOf(one, url);
      if (rule === null && url !== '/') throw new Error(`${one} ${url}`);
      if (rule !== null && rule !== 'open' && one !== 'HEAD') {
        routes.push({ name: `${one} ${url}`, method: one, url, rule });
      }
    }
  });
  guardStaffRoutes(app, noBase);
  await app.register(staffRoutes(null), { base: noBase });
  await app.ready();
  await app.close();
  return routes;
}
const routes = await routesOfApp();

/** Asks a route for the things of a club, or for nothing in particular. */
async function asked(route: Route, cookie: string | undefined, club?: ClubOfTest): Promise<Response> {
  const body: Record<string, string> = {};
  const query = new URLSearchParams();
  let { url } = route;
  for (const { kind, at } of club ? (route.rule.of ?? []) : []) {
    const [place, name = ''] = at.split('.');
    const id = club?.ids[kind] ?? '';
    if (place === 'params') url = url.replace(`:${name}`, id);
    if (place === 'query') query.set(name, id);
    if (place === 'body') body[name] = id;
  }
  url = url.replace(':period', '2026-11').replaceAll(/:\w+/g, '01890000-0000-7000-8000-000000000000');
  if (query.size > 0) url += `?${query}`;
  const left = new AbortController();
  const answer = await fetch(two.base.url + url, {
    method: route.method,
    signal: left.signal,
    headers: { 'content-type': 'application/json', ...(cookie ? { cookie } : {}) },
    ...(route.method === 'GET' ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.headers.get('content-type')?.includes('event-stream')) return answer;
  left.abort();
  return new Response(null, { status: answer.status });
}

const codeOf = async (answer: Response) => refusalSchema.parse(await answer.json()).error.code;

async function firstView(cookie: string): Promise<LiveView> {
  const response = await fetch(`${two.base.url}/staff/live`, { headers: { cookie } });
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const [, data] = /data: (.*)\n\n/.exec(text) ?? [];
    if (data !== undefined) return liveViewSchema.parse(JSON.parse(data));
  }
  throw new Error('the stream ended');
}

beforeAll(async () => {
  two = await startTwoLicensees(keepingLog);
  ({ lyon, bron } = two);
  for (const role of staffRoles) {
    const reach: AccountReach =
      role === 'network-administrator' ? { kind: 'network' } : { kind: 'clubs', clubIds: [lyon.clubId] };
    cookies[role] = (await two.cookieOf({ role, reach })).cookie;
  }
});

afterAll(async () => {
  await two.sql.close();
  await two.base.stop();
  await rm(two.stateFolder, { recursive: true, force: true });
});

describe('routes of staff', () => {
  it('[ST1] are all in the table, each id of a club’s thing with its kind, and the base does not start with another', async () => {
    expect(routes.length).toBeGreaterThan(25);
    for (const { name, url, rule } of routes) {
      const ids = [...url.matchAll(/:(\w+Id)/g)].map(([, id]) => `params.${id}`);
      const named = (rule.of ?? []).map(({ at }) => at);
      // Accounts are of the network.
      expect([name, ids.filter((id) => id !== 'params.accountId' && !named.some((at) => at === id))]).toEqual(
        [name, []],
      );
    }
    const app = Fastify();
    guardStaffRoutes(app, noBase);
    expect(() => app.get('/staff/api/takings-of-everybody', async () => [])).toThrow('ST1');
    await app.close();
  });

  it.each(routes)(
    '[ST2] $name answers nobody without a session, and each role as the table says',
    async (route) => {
      expect((await asked(route, undefined)).status).toBe(401);
      for (const role of staffRoles) {
        const reach = role === 'network-administrator' ? null : [lyon.clubId];
        const may = mayDo({ role, reach }, route.rule.may, null);
        logged.length = 0;
        const answer = await asked(route, cookies[role], lyon);
        if (may === 'yes') {
          expect([role, answer.status]).not.toEqual([role, 401]);
          if (answer.status === 403)
            expect([role, await codeOf(answer)]).not.toEqual([role, 'staff.not-allowed']);
          expect(logged.filter(({ event }) => event === 'staff.not-theirs')).toEqual([]);
        } else {
          expect([role, answer.status, await codeOf(answer)]).toEqual([role, 403, 'staff.not-allowed']);
          expect(logged).toMatchObject([{ event: 'staff.not-allowed', fields: { role, route: route.url } }]);
        }
      }
    },
  );

  // Who works at the privacy desk sees the whole network, and so does who sets clocks.
  it.each(
    routes.filter(
      ({ rule }) =>
        rule.of &&
        rule.may !== 'member.find' &&
        rule.may !== 'box.set-clock' &&
        !rule.may.startsWith('privacy.'),
    ),
  )('[ST3] $name answers for a thing of another licensee as for none, and the log tells', async (route) => {
    const role = staffRoles.find(
      (one) =>
        one !== 'network-administrator' && mayDo({ role: one, reach: null }, route.rule.may, null) === 'yes',
    );
    for (const named of route.rule.of ?? []) {
      const only = { ...route, rule: { ...route.rule, of: [named] } };
      logged.length = 0;
      const answer = await asked(only, role && cookies[role], bron);
      expect([named.at, answer.status, await codeOf(answer)]).toEqual([named.at, 404, named.code]);
      expect(logged).toMatchObject([
        {
          event: 'staff.not-theirs',
          fields: { route: route.url, code: named.code, id: bron.ids[named.kind] },
        },
      ]);
    }
  });

  it('[ST4] list what is in reach and nothing of others, and whoever sees the network sees both', async () => {
    const lists = routes.filter(
      ({ method, rule }) =>
        method === 'GET' &&
        !['live.see', 'member.find', 'account.see', 'privacy.see'].includes(rule.may) &&
        !rule.of?.some(({ at }) => at.startsWith('params')),
    );
    const paths = lists.map(({ url }) => {
      if (url.endsWith('/sales'))
        return [`${url}?reference=${lyon.reference}`, `${url}?reference=${bron.reference}`];
      if (url.endsWith('/outages')) return [`${url}?clubId=${lyon.clubId}`, `${url}?clubId=${bron.clubId}`];
      return [url];
    });
    expect(paths.flat().length).toBeGreaterThan(7);
    const read = async (path: string, cookie: string | undefined) =>
      (await fetch(two.base.url + path, { headers: { cookie: cookie ?? '' } })).text();
    for (const path of paths.flat()) {
      const all = await read(path, cookies['network-administrator']);
      const own = await read(path, cookies.manager);
      expect([path, ofBron(own)]).toEqual([path, false]);
      if (paths.some(([first, second]) => second === undefined && first === path)) {
        expect([path, ofBron(all), all.includes(lyon.clubId), own.includes(lyon.clubId)]).toEqual([
          path,
          true,
          true,
          true,
        ]);
      }
    }
    const sales = (reference: string, cookie: string | undefined) =>
      read(`/staff/api/sales?reference=${reference}`, cookie);
    expect(await sales(bron.reference, cookies['network-administrator'])).toContain(bron.ids.sale);
    expect(await sales(lyon.reference, cookies.manager)).toContain(lyon.ids.sale);
    const view = await firstView(cookies.manager ?? '');
    expect(ofBron(JSON.stringify(view))).toBe(false);
    expect(view).toMatchObject({ clubs: [{ id: lyon.clubId }], cases: { open: 1 }, orders: { given: 1 } });
    for (const rows of [view.passages, view.refusals, view.gates, view.alarms]) expect(rows).toHaveLength(1);
    const whole = await firstView(cookies['network-administrator'] ?? '');
    for (const rows of [whole.clubs, whole.passages, whole.refusals, whole.gates, whole.alarms]) {
      expect(rows).toHaveLength(2);
    }
  });

  it('[ST4] show of the case of a badge in two clubs only that there is another', async () => {
    await two.sql.query(
      `insert into cases (id, club_id, edge_id, at, kind, amount_cents, detail)
       select gen_random_uuid(), $1, $2, now(), 'badge-copied', 0, 'credential x, also at Villeurbanne Gratte-Ciel at noon'`,
      [lyon.clubId, lyon.ids.edge],
    );
    const details = async (cookie = '') =>
      (await fetch(`${two.base.url}/staff/api/cases`, { headers: { cookie } })).text();
    expect(await details(cookies.manager)).toContain('also at another club"');
    expect(await details(cookies.manager)).not.toContain('Villeurbanne');
    expect(await details(cookies['network-administrator'])).toContain('Villeurbanne');
  });

  it('[ST5] follow the clubs of a legal entity, and a stream that shows others ends', async () => {
    const { cookie } = await two.cookieOf({
      role: 'manager',
      reach: { kind: 'entity', legalEntityId: bron.legalEntityId },
    });
    const clubs = async () => (await firstView(cookie)).clubs.map(({ id }) => id);
    expect(await clubs()).toEqual([bron.clubId]);
    const stream = await fetch(`${two.base.url}/staff/live`, { headers: { cookie } });
    const reader = stream.body?.getReader();
    await reader?.read();
    const give = (legalEntityId: string) =>
      two.sql.query('update clubs set legal_entity_id = $1 where id = $2', [legalEntityId, lyon.clubId]);
    await give(bron.legalEntityId);
    await two.sql.query("select pg_notify('live', '')");
    for (let ended = false; !ended; ) ended = (await reader?.read())?.done ?? true;
    expect(await clubs()).toEqual([lyon.clubId, bron.clubId]);
    await give(lyon.legalEntityId);
    expect(await clubs()).toEqual([bron.clubId]);
  });
});

function ofBron(text: string): boolean {
  return [bron.clubId, bron.reference, ...Object.values(bron.ids)].some((id) => text.includes(id));
}
