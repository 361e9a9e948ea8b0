import { isId, newId } from '@portillon/core/base/ids.ts';
import type { FastifyInstance } from 'fastify';
import { changeClubState } from '../../postgres/club-migration.ts';
import { readClubMigration } from '../../postgres/club-migration-shown.ts';
import type { BaseContext } from '../base-context.ts';
import { refuse } from '../refusal.ts';
import { whereAndWhat } from '../where-and-what.ts';
import { migrationRequestSchema } from './migration-view.ts';
import { notSignedIn, staffOnOurPage, staffUserOf } from './staff-session.ts';

const unknownClub = { code: 'migration.unknown-club', message: 'there is no such club' } as const;

/** How far clubs are with the systems that they come from, and the next step (MI12 to MI16). */
export function migrationRoutes(app: FastifyInstance, base: BaseContext): void {
  type Named = { Params: { clubId: string } };

  app.get<Named>('/staff/api/clubs/:clubId/migration', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    const { clubId } = request.params;
    const found = isId(clubId) ? await readClubMigration(base.database, clubId, base.clock.wallMs()) : null;
    if (!found) return refuse(reply, unknownClub);
    return reply.header('cache-control', 'private, no-store').send(found);
  });

  app.put<Named>('/staff/api/clubs/:clubId/migration', async (request, reply) => {
    const user = await staffOnOurPage(base, request, reply, 'take a club on on the staff page itself');
    if (!user) return reply;
    const asked = migrationRequestSchema.safeParse(request.body);
    if (!asked.success) return refuse(reply, { code: 'migration.malformed', ...whereAndWhat(asked.error) });
    const { clubId } = request.params;
    const { state: to, reason, despiteNoGo } = asked.data;
    if (!isId(clubId)) return refuse(reply, unknownClub);
    const result = await changeClubState(base.database.for('job'), {
      clubId,
      to,
      reason,
      by: { userId: user.id, name: user.name },
      despiteNoGo,
      nowMs: base.clock.wallMs(),
      newId: () => newId<'club-migration-change'>(base.clock, base.random),
    });
    switch (result.outcome) {
      case 'unknown-club':
        return refuse(reply, unknownClub);
      case 'not-possible': {
        const message = `the club is ${result.state ?? 'no legacy club'}; from there it can go to ${result.next.join(', ')}`;
        return refuse(reply, { code: 'migration.not-possible', message });
      }
      case 'no-go': {
        const lines = result.against.map(({ question }) => question).join(', ');
        const message = `these lines of the list stand against it: ${lines}`;
        return refuse(reply, { code: 'migration.no-go', message });
      }
      case 'done':
        base.log.info('staff.club-taken-on', { userId: user.id, clubId, state: to, despiteNoGo });
        return reply.send({ opened: result.opened, ended: result.ended });
    }
  });
}
