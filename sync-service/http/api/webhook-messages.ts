import { z } from 'zod';
import { centsField, exampleIds, idField, timeField } from './api-shapes.ts';
import type { WebhookKind } from './webhook-kinds.ts';

interface WebhookMessage {
  readonly summary: string;
  readonly data: z.ZodObject;
  readonly example: Readonly<Record<string, unknown>>;
}

const saleData = z.object({
  saleId: idField,
  clubId: idField,
  memberId: idField.nullable(),
  product: z.string(),
  totalCents: centsField,
  at: timeField,
});
const exampleSale = {
  saleId: exampleIds.sale,
  clubId: exampleIds.club,
  memberId: exampleIds.member,
  product: 'membership',
  totalCents: 5490,
  at: '2026-11-26T17:58:00.000Z',
};
const memberData = z.object({ memberId: idField, homeClubId: idField });
const exampleMember = { memberId: exampleIds.member, homeClubId: exampleIds.club };
const credentialData = z.object({
  credentialId: idField,
  memberId: idField,
  clubId: idField.describe('Where it was issued.'),
});
const exampleCredential = {
  credentialId: exampleIds.credential,
  memberId: exampleIds.member,
  clubId: exampleIds.club,
};
const caseData = z.object({
  caseId: idField,
  clubId: idField,
  kind: z.string().describe('`payment-in-doubt`, `hand-over-card`, `same-person`, …; there may be more.'),
  at: timeField,
});
const exampleCase = {
  caseId: exampleIds.case,
  clubId: exampleIds.club,
  kind: 'hand-over-card',
  at: '2026-11-26T18:01:00.000Z',
};

/** `data` of each kind: ids, states and amounts, nothing of a person (AP31). Who may see more asks for it with the ids. */
export const webhookMessages: Readonly<Record<WebhookKind, WebhookMessage>> = {
  'sale.completed': { summary: 'A sale, as its box made it', data: saleData, example: exampleSale },
  'sale.cancelled': { summary: 'A sale was undone', data: saleData, example: exampleSale },
  'member.created': {
    summary: 'The base has a new member',
    data: memberData,
    example: exampleMember,
  },
  'member.changed': {
    summary: 'Name, birth date, contact, language or home club are others, or have come',
    data: memberData,
    example: exampleMember,
  },
  'member.merged': {
    summary: 'Two records of one person became one, or were taken apart again',
    data: z.object({
      memberId: idField.describe('The record that does not count any more, or does again.'),
      state: z.enum(['merged', 'apart']),
      mergedInto: idField
        .nullable()
        .describe('The record that counts; null where it is another legal entity’s, and when apart.'),
    }),
    example: { memberId: exampleIds.member, state: 'merged', mergedInto: exampleIds.otherMember },
  },
  'member.erased': {
    summary: 'A member was forgotten: forget them too',
    data: z.object({ memberId: idField, at: timeField }),
    example: { memberId: exampleIds.member, at: '2026-11-26T18:00:00.000Z' },
  },
  'membership.changed': {
    summary: 'A membership begins, or is another',
    data: z.object({
      membershipId: idField,
      memberId: idField,
      planId: idField,
      clubId: idField,
      validFrom: timeField,
      validTo: timeField.nullable(),
      status: z.enum(['active', 'cancelled']),
    }),
    example: {
      membershipId: exampleIds.membership,
      memberId: exampleIds.member,
      planId: exampleIds.plan,
      clubId: exampleIds.club,
      validFrom: '2026-11-26T17:58:00.000Z',
      validTo: null,
      status: 'active',
    },
  },
  'credential.issued': {
    summary: 'A card, a pass or the ticket of a member, but not a ticket of one day',
    data: credentialData.extend({
      kind: z.enum(['card', 'pass', 'ticket']),
      validFrom: timeField,
      validTo: timeField.nullable(),
      status: z.enum(['active', 'blocked']),
    }),
    example: {
      ...exampleCredential,
      kind: 'card',
      validFrom: '2026-11-26T17:58:00.000Z',
      validTo: null,
      status: 'active',
    },
  },
  'credential.blocked': {
    summary: 'It opens nothing any more',
    data: credentialData,
    example: exampleCredential,
  },
  'credential.unblocked': { summary: 'It opens again', data: credentialData, example: exampleCredential },
  'credential.replaced': {
    summary: 'A kiosk handed out another one by an order of staff',
    data: credentialData.extend({ replacedBy: idField.nullable() }),
    example: { ...exampleCredential, replacedBy: exampleIds.otherCredential },
  },
  'consent.changed': {
    summary: 'A member said yes, or took it back',
    data: z.object({
      memberId: idField,
      purpose: z.string(),
      channel: z.string(),
      at: timeField,
      given: z.boolean(),
    }),
    example: {
      memberId: exampleIds.member,
      purpose: 'news',
      channel: 'kiosk',
      at: '2026-11-26T17:58:00.000Z',
      given: true,
    },
  },
  'order.changed': {
    summary: 'An order of a web shop',
    data: z.object({
      orderId: idField,
      reference: z.string(),
      memberId: idField,
      status: z.enum(['waiting', 'collected', 'cancelled']),
    }),
    example: {
      orderId: exampleIds.order,
      reference: 'SHOP-1007',
      memberId: exampleIds.member,
      status: 'waiting',
    },
  },
  'passage.sensed': {
    summary: 'Somebody went through',
    data: z.object({
      passageId: idField,
      clubId: idField,
      gateId: z.string(),
      direction: z.enum(['entry', 'exit']),
      at: timeField,
    }),
    example: {
      passageId: exampleIds.passage,
      clubId: exampleIds.club,
      gateId: 'gate-1',
      direction: 'entry',
      at: '2026-11-26T18:00:00.000Z',
    },
  },
  'case.opened': {
    summary: 'A person must settle something',
    data: caseData.extend({ amountCents: centsField.describe('Owed; 0 where a thing is, or nothing.') }),
    example: { ...exampleCase, amountCents: 0 },
  },
  'case.settled': {
    summary: 'Somebody settled it',
    data: caseData.extend({ outcome: z.string() }),
    example: { ...exampleCase, outcome: 'card-handed-over' },
  },
};

/** The whole body of a message. */
export const webhookBody = (kind: WebhookKind) =>
  z.object({ type: z.literal(kind), timestamp: timeField, data: webhookMessages[kind].data });
