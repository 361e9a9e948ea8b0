import { isoTime } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import type { OutgoingKind, OutgoingMessage } from '../member-base-adapter.ts';
import type { CheckContext } from './adapter-check.ts';

/** Nobody: made up for checks. */
export const samplePerson = {
  givenName: 'Zoë-Probe',
  familyName: 'Øster Ñandú',
  email: 'probe-member@example.com',
  phone: '+33 1 99 00 99 00',
} as const;

const yearMs = 365 * 24 * 3_600_000;

/** Messages about somebody who does not exist. */
export const sampleMessage = {
  fresh(
    kind: OutgoingKind,
    memberId: string,
    { clubId, planId }: { readonly clubId: string; readonly planId: string },
    { clock, random }: CheckContext,
  ): OutgoingMessage {
    const nowMs = clock.wallMs();
    const at = isoTime(nowMs);
    const head = { messageId: newId(clock, random), version: 1, theirId: null, basedOn: null };
    const id = newId(clock, random);
    switch (kind) {
      case 'member':
        return {
          ...head,
          kind,
          record: {
            id: memberId,
            homeClubId: clubId,
            erased: false,
            ...samplePerson,
            birthDate: '1991-04-12',
            language: 'fr',
            newsConsent: false,
          },
        };
      case 'membership':
        return {
          ...head,
          kind,
          record: {
            id,
            memberId,
            memberTheirId: null,
            planId,
            clubId,
            saleId: null,
            validFrom: at,
            validTo: isoTime(nowMs + yearMs),
            status: 'active',
          },
        };
      case 'sale':
        return {
          ...head,
          kind,
          record: {
            id,
            reference: 'CHCK-0001',
            clubId,
            legalEntityId: newId(clock, random),
            memberId,
            memberTheirId: null,
            product: 'membership',
            at,
            totalCents: 5_490,
            lines: [],
            paymentMeans: 'bank-card',
            fiscalRecordNo: 7,
            cancelledAt: null,
          },
        };
      case 'occupancy':
        return { ...head, kind, version: nowMs, record: { clubId, inside: 41, low: 39, high: 42, at } };
      case 'passage':
        return {
          ...head,
          kind,
          record: { id, clubId, gateId: 'gate-1', direction: 'entry', at, memberId, memberTheirId: null },
        };
    }
  },

  /** The same record, told once more. */
  again(message: OutgoingMessage, { clock, random }: CheckContext): OutgoingMessage {
    return { ...message, messageId: newId(clock, random), version: message.version + 10 };
  },

  /** The record has changed. */
  changed(message: OutgoingMessage, context: CheckContext): OutgoingMessage {
    const next = this.again(message, context);
    switch (next.kind) {
      case 'member':
        return { ...next, record: { ...next.record, givenName: 'Zoé-Probe' } };
      case 'membership':
        return { ...next, record: { ...next.record, status: 'cancelled' } };
      case 'sale':
        return { ...next, record: { ...next.record, cancelledAt: isoTime(context.clock.wallMs()) } };
      case 'occupancy':
        return { ...next, record: { ...next.record, inside: 40 } };
      case 'passage':
        return { ...next, record: { ...next.record, direction: 'exit' } };
    }
  },
};
