import { isId } from '@portillon/core/base/ids.ts';
import { storeClosingPayloadSchema } from '@portillon/core/journal/store-closing-payload.ts';
import type { FastifyInstance } from 'fastify';
import { baseSoftware } from '../../base-software.ts';
import {
  closeStore,
  type StoreClosingRefusal,
  type StoredClosing,
  storeClosingsOf,
  storeKeys,
  tillsOfPeriod,
} from '../../postgres/store-closings.ts';
import type { BaseContext } from '../base-context.ts';
import { type RefusalCode, refuse } from '../refusal.ts';
import { type ClosingView, closingRequestSchema, periodSchema, type ShownClosing } from './closing-view.ts';
import { notSignedIn, staffOnOurPage, staffUserOf } from './staff-session.ts';

/** The total of a club over all its tills (FJ27, FJ28): staff look at a period and sign it off. */
export function closingRoutes(app: FastifyInstance, base: BaseContext): void {
  type Named = { Params: { clubId: string; period: string } };
  const path = '/staff/api/clubs/:clubId/closings/:period';

  app.get<Named>(path, async (request, reply) => {
    if (!(await staffUserOf(base, request))) return notSignedIn(reply);
    const { clubId, period } = request.params;
    if (!isId(clubId)) return refuse(reply, refusals['unknown-club']([]));
    if (!periodSchema.safeParse(period).success) return refuse(reply, notAPeriod);
    const { closings: tills, missing } = await tillsOfPeriod(base.database, clubId, period);
    const view: ClosingView = {
      tills: tills.map((told) => ({ ...told })),
      missing: [...missing],
      closings: (await storeClosingsOf(base.database, clubId, period)).map(shown),
      keys: Object.fromEntries(await storeKeys(base.database)),
    };
    return reply.header('cache-control', 'private, no-store').send(view);
  });

  app.post<Named>(path, async (request, reply) => {
    const user = await staffOnOurPage(base, request, reply, 'sign off on the staff page itself');
    if (!user) return reply;
    const { clubId, period } = request.params;
    if (!isId(clubId)) return refuse(reply, refusals['unknown-club']([]));
    const asked = closingRequestSchema.safeParse(request.body ?? {});
    if (!asked.success || !periodSchema.safeParse(period).success) return refuse(reply, notAPeriod);
    const { storeSigner } = base;
    if (!storeSigner)
      return refuse(reply, {
        code: 'closing.key-lost',
        message: 'the key that signs closings is not in the folder of this base',
      });
    const closed = await closeStore(base.database, storeSigner, {
      clubId,
      period,
      ...asked.data,
      userId: user.id,
      software: baseSoftware,
      nowMs: base.clock.wallMs(),
    });
    if (!closed.ok) {
      const { missing } = await tillsOfPeriod(base.database, clubId, period);
      return refuse(reply, refusals[closed.error](missing));
    }
    const { closing, made } = closed.value;
    if (made) base.log.info('staff.store-closed', { userId: user.id, clubId, period, no: closing.no });
    return reply.status(made ? 201 : 200).send(shown(closing));
  });
}

function shown({ no, corrects, missing, by, text, payload, signature }: StoredClosing): ShownClosing {
  const content = storeClosingPayloadSchema.parse(JSON.parse(payload));
  return { no, corrects, missing: [...missing], by, text, payload, signature, content };
}

const notAPeriod = {
  code: 'closing.malformed',
  message: 'a period is written 2026-11-22, 2026-11 or 2026',
} as const;

const refusals: Readonly<
  Record<
    StoreClosingRefusal,
    (missing: readonly string[]) => { readonly code: RefusalCode; readonly message: string }
  >
> = {
  'unknown-club': () => ({ code: 'closing.unknown-club', message: 'there is no such club' }),
  'nothing-told': () => ({
    code: 'closing.nothing-told',
    message: 'no till of this club has told its closing of this period',
  }),
  'period-open': () => ({ code: 'closing.period-open', message: 'this period is not over' }),
  'two-establishments': () => ({
    code: 'closing.two-establishments',
    message: 'the tills of this club closed for two establishments',
  }),
  'tills-missing': (missing) => ({
    code: 'closing.tills-missing',
    message: `not told yet: ${missing.join(', ')}. To close without them, say withoutMissing`,
  }),
};
