import { isId, newId } from '@portillon/core/base/ids.ts';
import type { FastifyInstance } from 'fastify';
import type { StaffUser } from '../../postgres/staff-accounts.ts';
import {
  changeAccount,
  type DoneBy,
  endAccount,
  openAccount,
  readAccounts,
} from '../../postgres/staff-desk.ts';
import type { BaseContext } from '../base-context.ts';
import { refuse } from '../refusal.ts';
import { whereAndWhat } from '../where-and-what.ts';
import { accountRightsSchema, newAccountSchema } from './account-view.ts';
import { notSignedIn, staffOnOurPage, staffUserOf } from './staff-session.ts';

const unknown = { code: 'account.unknown', message: 'there is no such account in use' } as const;

/** Accounts of staff: opened, changed and ended by an administrator of the network (ST11). */
export function accountRoutes(app: FastifyInstance, base: BaseContext): void {
  type Named = { Params: { accountId: string } };
  const byOf = (user: StaffUser): DoneBy => ({
    changeId: newId<'account-change'>(base.clock, base.random),
    userId: user.id,
    name: user.name,
    nowMs: base.clock.wallMs(),
  });

  app.get('/staff/api/accounts', async (request, reply) => {
    if (!(await staffUserOf(base, request))) return notSignedIn(reply);
    return reply.header('cache-control', 'private, no-store').send(await readAccounts(base.database));
  });

  app.post('/staff/api/accounts', async (request, reply) => {
    const user = await staffOnOurPage(base, request, reply, 'open accounts on the staff page itself');
    if (!user) return reply;
    const asked = newAccountSchema.safeParse(request.body);
    if (!asked.success) return refuse(reply, { code: 'account.malformed', ...whereAndWhat(asked.error) });
    const accountId = newId<'staff-user'>(base.clock, base.random);
    const made = await openAccount(base.database, accountId, asked.data, byOf(user));
    if (!made.ok) return refuse(reply, made.error);
    base.log.info('staff.account-opened', { userId: user.id, accountId, role: asked.data.role });
    return reply.status(201).header('cache-control', 'private, no-store').send(made.value);
  });

  app.put<Named>('/staff/api/accounts/:accountId', async (request, reply) => {
    const user = await staffOnOurPage(base, request, reply, 'change accounts on the staff page itself');
    if (!user) return reply;
    const asked = accountRightsSchema.safeParse(request.body);
    if (!asked.success) return refuse(reply, { code: 'account.malformed', ...whereAndWhat(asked.error) });
    const { accountId } = request.params;
    if (!isId(accountId)) return refuse(reply, unknown);
    const done = await changeAccount(base.database, accountId, asked.data, byOf(user));
    if (!done.ok) return refuse(reply, done.error);
    base.log.info('staff.account-changed', { userId: user.id, accountId, role: asked.data.role });
    return reply.status(204).send();
  });

  app.post<Named>('/staff/api/accounts/:accountId/end', async (request, reply) => {
    const user = await staffOnOurPage(base, request, reply, 'end accounts on the staff page itself');
    if (!user) return reply;
    const { accountId } = request.params;
    if (!isId(accountId)) return refuse(reply, unknown);
    const done = await endAccount(base.database, accountId, byOf(user));
    if (!done.ok) return refuse(reply, done.error);
    base.log.info('staff.account-ended', { userId: user.id, accountId });
    return reply.status(204).send();
  });
}
