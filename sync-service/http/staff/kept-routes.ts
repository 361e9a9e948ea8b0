import { Readable } from 'node:stream';
import { isoTime } from '@portillon/core/base/clock.ts';
import { isId, newId } from '@portillon/core/base/ids.ts';
import type { FastifyInstance } from 'fastify';
import { memberCopy } from '../../postgres/member-copy.ts';
import { writePersonRead } from '../../postgres/person-reads.ts';
import { otherRecordsOf } from '../../postgres/records-of-person.ts';
import { readRetentionRuns } from '../../postgres/retention.ts';
import { retentionTable } from '../../privacy/kept/retention-table.ts';
import type { BaseContext } from '../base-context.ts';
import { refuse } from '../refusal.ts';
import { notSignedIn, staffUserOf } from './staff-session.ts';

/** What is kept, for how long, and everything about one member in one file. Rules: privacy/kept/SPEC.md. */
export function keptRoutes(app: FastifyInstance, base: BaseContext): void {
  app.get('/staff/api/retention', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    return { table: retentionTable, runs: await readRetentionRuns(base.database) };
  });

  app.get<{ Params: { memberId: string } }>('/staff/api/members/:memberId/copy', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    const { memberId } = request.params;
    const copy = isId(memberId) ? await memberCopy(base, memberId, isoTime(base.clock.wallMs())) : null;
    if (!copy) return refuse(reply, { code: 'access.unknown-member', message: 'there is no such member' });
    // RC4: of every record of the person. The one that was named is written down by its rule.
    for (const other of await otherRecordsOf(base.database, memberId)) {
      const id = newId<'person-read'>(base.clock, base.random);
      const read = {
        id,
        user,
        memberId: other,
        page: 'copy',
        cameFrom: 'member',
        nowMs: base.clock.wallMs(),
      };
      await writePersonRead(base.database, read);
    }
    base.log.info('staff.copy-told', { userId: user.id, memberId });
    return reply
      .header('cache-control', 'private, no-store')
      .header('content-disposition', `attachment; filename="${memberId}.json"`)
      .type('application/json; charset=utf-8')
      .send(Readable.from(copy));
  });
}
