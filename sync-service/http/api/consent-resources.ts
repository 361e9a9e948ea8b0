import { isWholeText, notWholeText } from '@portillon/core/base/text.ts';
import { consentPurposes } from '@portillon/core/sale/consent-wordings.ts';
import { z } from 'zod';
import { readConsents, withdrawConsent, writeShopAnswer } from '../../postgres/consents.ts';
import type { Sql } from '../../postgres/database.ts';
import { ApiRefusal, type ApiRoute, apiRoute } from './api-route.ts';
import { exampleIds, idField, timeField } from './api-shapes.ts';

const purpose = z.enum(consentPurposes);
const acts = z.enum(['given', 'not-given', 'withdrawn']);
/** A shop tells within that; a clock may run ahead a little. */
const aheadMs = 5 * 60_000;
const lateMs = 365 * 86_400_000;

const consentsSchema = z.object({
  states: z
    .array(z.object({ purpose, state: acts }))
    .describe('What counts now. A purpose that the member was never asked for is not in it.'),
  entries: z.array(
    z.object({
      purpose,
      act: acts,
      at: timeField,
      channel: z.enum(['kiosk', 'web-shop', 'staff', 'other-base']),
      wordingVersion: z.string().nullable(),
      wordingDigest: z.string().nullable().describe('SHA-256 in hex of the words that were asked.'),
      language: z.string().nullable(),
    }),
  ),
});

const answerSchema = z.strictObject({
  purpose,
  act: acts.describe('`withdrawn` takes back an earlier yes, by itself.'),
  at: timeField.optional().describe('When the member answered; not for `withdrawn`, which counts at once.'),
  wording: z
    .strictObject({
      version: z.string().min(1).max(40).refine(isWholeText, notWholeText),
      language: z.string().regex(/^[a-z]{2}$/),
      words: z
        .string()
        .min(1)
        .max(4_000)
        .refine(isWholeText, notWholeText)
        .describe('Every word of the question, a line each.'),
    })
    .optional(),
  boxOffByDefault: z
    .literal(true)
    .optional()
    .describe('Said with every answer: nothing was ticked before the member did.'),
  reference: z
    .string()
    .min(1)
    .max(100)
    .refine(isWholeText, notWholeText)
    .optional()
    .describe('Where your own proof is found.'),
});

/** AP4: of another legal entity is as unknown as not there. */
async function knownMember(sql: Sql, memberId: string, entityId: string | null): Promise<void> {
  const [member] = await sql.query(
    `select 1 from members join clubs on clubs.id = home_club_id
      where members.id = $1 and ($2::uuid is null or clubs.legal_entity_id = $2)`,
    [memberId, entityId],
  );
  if (!member) throw new ApiRefusal('api.unknown', 'there is no such member');
}

const exampleState = { purpose: 'news', state: 'given' } as const;

/** What members said yes to (privacy/kept/SPEC.md). */
export const consentResources: readonly ApiRoute[] = [
  apiRoute({
    method: 'GET',
    path: '/members/{memberId}/consents',
    tag: 'Members',
    summary: 'What a member said yes to, and took back',
    scope: 'members:read',
    status: 200,
    params: z.object({ memberId: idField }),
    answer: consentsSchema,
    example: {
      params: { memberId: exampleIds.member },
      answer: {
        states: [exampleState],
        entries: [
          {
            purpose: 'news',
            act: 'given',
            at: '2026-11-26T17:58:00.000Z',
            channel: 'kiosk',
            wordingVersion: '2026-11-a',
            wordingDigest: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
            language: 'fr',
          },
        ],
      },
    },
    refusals: ['api.unknown'],
    async handle(call) {
      await knownMember(call.sql, call.params.memberId, call.entityId);
      const { states, entries } = await readConsents(call.sql, call.params.memberId);
      call.noteRead([call.params.memberId]);
      return {
        states: [...states],
        entries: entries.map(({ purpose, act, at, channel, wordingVersion, wordingDigest, language }) => ({
          purpose,
          act,
          at,
          channel,
          wordingVersion,
          wordingDigest,
          language,
        })),
      };
    },
  }),
  apiRoute({
    method: 'POST',
    path: '/members/{memberId}/consents',
    tag: 'Members',
    summary: 'An answer of a member, or a yes taken back',
    description:
      'An answer comes with the exact words that were asked; the base takes their digest itself. Of two answers the later counts, of two at one moment the stricter.',
    scope: 'consents:write',
    status: 201,
    params: z.object({ memberId: idField }),
    body: answerSchema,
    answer: z.object({ purpose, state: acts }),
    example: {
      params: { memberId: exampleIds.member },
      body: {
        purpose: 'news',
        act: 'given',
        at: '2026-11-26T17:58:00.000Z',
        wording: { version: 'web-3', language: 'fr', words: 'Je veux recevoir les nouvelles du club.' },
        boxOffByDefault: true,
        reference: 'SHOP-1007',
      },
      answer: exampleState,
    },
    refusals: ['api.unknown', 'consent.not-given'],
    async handle({ sql, key, params: { memberId }, body, entityId, nowMs }) {
      if (!key) throw new Error('consents are written with a key');
      await knownMember(sql, memberId, entityId);
      const { purpose, act, at, wording, boxOffByDefault, reference } = body;
      if (act === 'withdrawn') {
        if (
          !(await withdrawConsent(sql, memberId, purpose, { channel: 'web-shop', keyId: key.keyId }, nowMs))
        ) {
          throw new ApiRefusal('consent.not-given', 'there is no yes that could be taken back', 'act');
        }
      } else {
        const missing =
          (at === undefined && 'at') ||
          (!wording && 'wording') ||
          (!boxOffByDefault && 'boxOffByDefault') ||
          (reference === undefined && 'reference');
        if (missing || at === undefined || !wording || reference === undefined) {
          throw new ApiRefusal('api.malformed', 'an answer comes with its proof', missing || 'at');
        }
        const atMs = Date.parse(at);
        if (atMs > nowMs + aheadMs || atMs < nowMs - lateMs) {
          throw new ApiRefusal('api.malformed', 'an answer is told within a year, and never before', 'at');
        }
        await writeShopAnswer(
          sql,
          memberId,
          { purpose, given: act === 'given', atMs, reference, ...wording },
          key.keyId,
          nowMs,
        );
      }
      const { states } = await readConsents(sql, memberId);
      return { purpose, state: states.find((each) => each.purpose === purpose)?.state ?? act };
    },
  }),
];
