import { unreachable } from '@portillon/core/base/invariant.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { ReadEvent, ReadEventOf } from '@portillon/core/wire/event.ts';
import { debtSettled, membershipRenewed } from './account-rows.ts';
import { priceDiffers } from './charged-price.ts';
import type { Facts } from './event-facts.ts';
import { gateAlarmEnded, gateAlarmRaised, gateOrderSettled, gateStands } from './gate-rows.ts';
import { cardReplaced, saleRefunded } from './order-rows.ts';
import { consentAnswered, dataRequested, peopleShown } from './privacy-rows.ts';
import { purgeAcknowledged } from './purge-rows.ts';
import { insert, placeOf, type RowChange, update } from './row-change.ts';
import { flawOfSale, saleRow } from './sale-row.ts';
import { ticketUsedTwice } from './ticket-used-twice.ts';
import { tillClosed } from './till-closing.ts';

/** Rows to write, in order, or the reason to park the event. Credentials that change go out in the feed by themselves. */
export function eventRows(event: ReadEvent, facts: Facts): Result<RowChange[], string> {
  switch (event.type) {
    case 'sale.completed':
      return saleCompleted(event, facts);
    case 'membership.renewed':
      return membershipRenewed(event, facts);
    case 'debt.settled':
      return debtSettled(event, facts);
    case 'day-entry.sold':
      return dayEntrySold(event, facts);
    case 'sale.cancelled':
      return ofKnownSale(facts, [
        update(
          'sales',
          { cancelled_at: event.at, reversal_reference: event.reversalReference },
          { club_id: facts.reporter.clubId, id: event.saleId },
        ),
        update('memberships', { status: 'cancelled' }, { sale_id: event.saleId }),
        update('credentials', { status: 'blocked' }, { sale_id: event.saleId }),
        update('mandates', { status: 'cancelled' }, { sale_id: event.saleId }),
        update('orders', { status: 'cancelled' }, { result_id: event.saleId }),
        ...owedAgain(event, facts),
      ]);
    case 'sale.refunded':
      return saleRefunded(event, facts);
    case 'card.replaced':
      return cardReplaced(event, facts);
    case 'credential.rebound':
      return ofKnownSale(facts, [
        update(
          'credentials',
          { card_uid: event.cardUid },
          { id: event.credentialId, sale_id: event.saleId, kind: 'card' },
          'the sale holds no such card',
        ),
      ]);
    case 'credential.blocked':
      return ok([
        insert('credentials', {
          id: event.credentialId,
          kind: 'card',
          card_uid: event.cardUid,
          member_id: null,
          plan_id: event.planId,
          home_club_id: facts.reporter.clubId,
          sale_id: null,
          valid_from: event.at,
          valid_to: event.at,
          single_use: false,
          status: 'blocked',
        }),
      ]);
    case 'pass.enrolled':
      return passEnrolled(event, facts);
    case 'receipt.settled':
      return ofKnownSale(facts, [
        update('sales', { receipt: event.receipt }, { club_id: facts.reporter.clubId, id: event.saleId }),
      ]);
    case 'access.decided':
      return accessDecided(event, facts);
    case 'passage.sensed':
      return passageSensed(event, facts);
    case 'case.opened':
      return ok([
        insert('cases', {
          id: event.caseId,
          ...placeOf(facts.reporter),
          at: event.at,
          kind: event.kind,
          sale_id: event.saleId,
          sale_reference: event.saleReference,
          amount_cents: event.amountCents,
          reference: event.reference,
          tried: JSON.stringify(event.tried),
          detail: event.detail,
        }),
        ...(event.orderId === null
          ? []
          : [
              update(
                'orders',
                { status: 'in-doubt', doubt_case_id: event.caseId, closed_at: event.at },
                { id: event.orderId, edge_id: facts.reporter.edgeId },
              ),
            ]),
      ]);
    case 'gate.stands':
      return ok(gateStands(event, facts));
    case 'gate.order-settled':
      return gateOrderSettled(event, facts);
    case 'gate.alarm-raised':
      return ok(gateAlarmRaised(event, facts));
    case 'gate.alarm-ended':
      return ok(gateAlarmEnded(event, facts));
    case 'purge.acknowledged':
      return purgeAcknowledged(event, facts);
    case 'till.closed':
      return tillClosed(event, facts);
    case 'dispenser.serviced':
      return ok([dispenserServiced(event, facts)]);
    case 'consent.answered':
      return consentAnswered(event, facts);
    case 'data.requested':
      return dataRequested(event, facts);
    case 'people.shown':
      return ok(peopleShown(event));
    default:
      return unreachable(event);
  }
}

/** W-DISPENSER-1: nothing of it depends on what the base knows. */
function dispenserServiced(event: ReadEventOf<'dispenser.serviced'>, { reporter }: Facts): RowChange {
  return insert('interventions', {
    id: event.interventionId,
    ...placeOf(reporter),
    at: event.at,
    device: 'card-dispenser',
    credential_id: event.credentialId,
    fault_before: event.faultBefore,
    fault_after: event.faultAfter,
    outcome: event.outcome,
    filled: event.filled,
    emptied: event.emptied,
    taken_by_hand: event.takenByHand,
    counted: JSON.stringify(event.counted),
    bin_difference: event.differences.bin,
    path_difference: event.differences.path,
  });
}

function dayEntrySold(event: ReadEventOf<'day-entry.sold'>, facts: Facts): Result<RowChange[], string> {
  const { reporter } = facts;
  const flaw = flawOfSale(event, reporter);
  if (flaw !== null) return err(flaw);
  const { credentialId, validFrom, validTo } = event.ticket;
  return ok([
    saleRow(event, null, reporter),
    insert('credentials', {
      id: credentialId,
      kind: 'ticket',
      card_uid: null,
      member_id: null,
      plan_id: event.planId,
      home_club_id: reporter.clubId,
      sale_id: event.saleId,
      valid_from: validFrom,
      valid_to: validTo,
      single_use: true,
      status: facts.usedTickets.has(credentialId) ? 'spent' : 'active',
    }),
    ...ticketUsedTwice(facts, event.at),
    ...priceDiffers(event, facts),
  ]);
}

/** W-PASS-1, W-PASS-2, W-PASS-6. */
function passEnrolled(
  { pass, at }: ReadEventOf<'pass.enrolled'>,
  { replaced: beside }: Facts,
): Result<RowChange[], string> {
  if (!beside || (beside.kind === 'ticket' && beside.singleUse)) {
    return err('the base knows nothing of a member beside which the pass was enrolled');
  }
  const { memberId } = beside;
  const status = beside.hasEnded ? 'blocked' : beside.status;
  // Whoever held up what is blocked by now takes nothing from the member: their own pass goes on.
  const takesOver = status === 'active';
  return ok([
    ...(takesOver
      ? [
          update('credentials', { status: 'blocked' }, { member_id: memberId, kind: 'pass' }),
          update(
            'credentials',
            { status: 'blocked' },
            { member_id: memberId, kind: 'ticket', single_use: false },
          ),
        ]
      : []),
    insert('credentials', {
      id: pass.credentialId,
      kind: 'pass',
      card_uid: null,
      public_key: pass.publicKey,
      member_id: memberId,
      plan_id: beside.planId,
      home_club_id: beside.homeClubId,
      sale_id: beside.saleId,
      valid_from: pass.validFrom,
      // A ticket ends before the membership that it stands for.
      valid_to: beside.kind === 'ticket' ? beside.paidTo : beside.validTo,
      single_use: false,
      status,
      enrolled_at: at,
    }),
  ]);
}

function saleCompleted(event: ReadEventOf<'sale.completed'>, facts: Facts): Result<RowChange[], string> {
  const { reporter } = facts;
  const flaw = flawOfSale(event, reporter);
  if (flaw !== null) return err(flaw);
  const { memberId, personDigest, photoDigest, contractDigest } = event.member;
  const rows = [
    insert('members', {
      id: memberId,
      home_club_id: reporter.clubId,
      language: event.language,
      created_at: noLater(event.at, facts.receivedAt),
    }),
    saleRow(event, memberId, reporter, event.consents),
    insert('memberships', {
      id: event.membership.membershipId,
      member_id: memberId,
      plan_id: event.membership.planId,
      club_id: reporter.clubId,
      sale_id: event.saleId,
      valid_from: event.membership.validFrom,
      valid_to: event.membership.validTo,
      status: 'active',
    }),
  ];
  for (const credential of event.credentials) {
    // A guest may have gone in with the ticket at another club, whose event arrived before this one.
    const used = credential.singleUse && facts.usedTickets.has(credential.credentialId);
    rows.push(
      insert('credentials', {
        id: credential.credentialId,
        kind: credential.kind,
        card_uid: credential.cardUid,
        member_id: memberId,
        plan_id: event.membership.planId,
        home_club_id: reporter.clubId,
        sale_id: event.saleId,
        valid_from: credential.validFrom,
        valid_to: credential.validTo,
        single_use: credential.singleUse,
        status: used ? 'spent' : 'active',
      }),
    );
  }
  const { mandate } = event;
  const attachments = {
    person: personDigest,
    photo: photoDigest,
    contract: contractDigest,
    mandate: mandate?.digest ?? null,
  };
  for (const [purpose, digest] of Object.entries(attachments)) {
    if (digest === null) continue;
    rows.push(insert('attachments', { digest, purpose, member_id: memberId, edge_id: reporter.edgeId }));
  }
  if (mandate) {
    rows.push(
      insert('mandates', {
        attachment_digest: mandate.digest,
        member_id: memberId,
        sale_id: event.saleId,
        legal_entity_id: event.legalEntityId,
        reference: mandate.reference,
        status: 'awaited',
      }),
    );
  }
  return ok([...rows, ...ticketUsedTwice(facts, event.at), ...priceDiffers(event, facts)]);
}

/** RT5: nobody has been a member since a day to come, whatever the clock of the box said. */
function noLater(at: string, receivedAt: string): string {
  return Date.parse(at) > Date.parse(receivedAt) ? receivedAt : at;
}

/** W-ORDER-12: what a kiosk had done about a case is undone, so it is owed as before. */
function owedAgain(
  event: ReadEventOf<'sale.cancelled'>,
  { settledCase, reporter, newCaseId }: Facts,
): RowChange[] {
  if (settledCase === null) return [];
  const { kind, saleId, saleReference } = settledCase;
  const row = { id: newCaseId(), ...placeOf(reporter), at: event.at, kind, amount_cents: 0 };
  const detail = `what settled it was undone, sale ${event.saleId}`;
  return [insert('cases', { ...row, sale_id: saleId, sale_reference: saleReference, detail })];
}

function accessDecided(
  event: ReadEventOf<'access.decided'>,
  { reporter, copiedBadge, newCaseId }: Facts,
): Result<RowChange[], string> {
  if ((event.outcome === 'refused') !== (event.reason !== null)) {
    return err('a refusal has a reason, and a grant has none');
  }
  return ok([
    insert('decisions', {
      id: event.decisionId,
      ...placeOf(reporter),
      at: event.at,
      gate_id: event.gateId,
      zone: event.zone,
      direction: event.direction,
      credential_id: event.credentialId,
      presented: event.presented,
      outcome: event.outcome,
      reason: event.reason,
      data_age_ms: event.dataAgeMs,
      by_grant: event.byGrant,
      noted: JSON.stringify(event.noted),
      by_number: event.byNumber,
    }),
    ...(copiedBadge === null
      ? []
      : [
          insert('cases', {
            id: newCaseId(),
            ...placeOf(reporter),
            at: event.at,
            kind: 'badge-copied',
            sale_id: null,
            sale_reference: null,
            amount_cents: 0,
            detail:
              `credential ${event.credentialId}, also at ${copiedBadge.clubName} at ${copiedBadge.at}`.slice(
                0,
                400,
              ),
          }),
        ]),
  ]);
}

function passageSensed(event: ReadEventOf<'passage.sensed'>, facts: Facts): Result<RowChange[], string> {
  const rows = [
    insert('passages', {
      id: event.passageId,
      ...placeOf(facts.reporter),
      at: event.at,
      gate_id: event.gateId,
      zone: event.zone,
      direction: event.direction,
      decision_id: event.decisionId,
      credential_id: event.credentialId,
      order_id: event.orderId,
      occupancy_after: event.occupancyAfter,
    }),
  ];
  if (event.direction === 'entry' && event.credentialId !== null && facts.decisionGranted) {
    rows.push(
      update(
        'credentials',
        { status: 'spent' },
        { id: event.credentialId, single_use: true, status: 'active' },
      ),
      ...ticketUsedTwice(facts, event.at),
    );
  }
  return ok(rows);
}

/** What is reported of a sale must come from the club that made it. */
function ofKnownSale(facts: Facts, rows: RowChange[]): Result<RowChange[], string> {
  if (facts.saleClubId === null) return err('the base knows no such sale');
  if (facts.saleClubId !== facts.reporter.clubId) return err('the sale was made in another club');
  return ok(rows);
}
