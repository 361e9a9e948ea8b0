import type { Clock } from '@portillon/core/base/clock.ts';
import type { CredentialId, MemberId } from '@portillon/core/base/ids.ts';
import { apply, emptyClub, type Occupancy } from '@portillon/core/occupancy/occupancy.ts';
import type { EventOf, OutboxEvent } from '@portillon/core/wire/event.ts';
import type { Reader, Tx } from './connection.ts';
import type { Outbox } from './outbox.ts';
import { Presence } from './presence.ts';
import { UsedCodes } from './used-codes.ts';

export type DecisionToRecord = Omit<EventOf<'access.decided'>, 'type'>;
export type PassageToRecord = Omit<EventOf<'passage.sensed'>, 'type' | 'occupancyAfter'>;

const occupancyColumns = 'SELECT inside, unexplained_exits AS unexplainedExits FROM edge_state';

/** What happens at the gate: each decision and each passage with the event that reports it, the count with the passage. */
export class Passages {
  readonly #read: Reader;
  readonly #clock: Clock;
  readonly #outbox: Outbox;
  readonly #spent = new Set<string>();
  #occupancy: Occupancy = emptyClub;
  /** Who went through last time, and which way. */
  readonly presence: Presence;
  /** Codes of passes that have led in here. */
  readonly usedCodes: UsedCodes;

  constructor(read: Reader, clock: Clock, outbox: Outbox) {
    this.#read = read;
    this.#clock = clock;
    this.#outbox = outbox;
    this.presence = new Presence(read);
    this.usedCodes = new UsedCodes(read);
  }

  /** Fills the memory from the disk; once, before the first question. */
  async load(): Promise<void> {
    const rows = await this.#read.all<{ id: string }>('SELECT credential_id AS id FROM spent_ticket');
    for (const { id } of rows) this.#spent.add(id);
    this.#occupancy = await this.occupancy();
    await this.presence.load();
    await this.usedCodes.load();
  }

  recordDecision(tx: Tx, decision: DecisionToRecord): Promise<OutboxEvent> {
    return this.#outbox.appendEvent(tx, { type: 'access.decided', ...decision });
  }

  /**
   * Counts the person in or out, and says how many are inside after that. `memberId` of the credential that led through,
   * where there is one and it is known.
   */
  async recordPassage(
    tx: Tx,
    passage: PassageToRecord,
    memberId: MemberId | null = null,
  ): Promise<{ readonly event: OutboxEvent; readonly occupancy: Occupancy }> {
    const occupancy = apply((await tx.get<Occupancy>(occupancyColumns)) ?? emptyClub, passage);
    await tx.run('UPDATE edge_state SET inside = ?, unexplained_exits = ?', [
      occupancy.inside,
      occupancy.unexplainedExits,
    ]);
    const event = await this.#outbox.appendEvent(tx, {
      type: 'passage.sensed',
      ...passage,
      occupancyAfter: occupancy.inside,
    });
    const { credentialId, direction } = passage;
    if (credentialId !== null) {
      const atMs = Date.parse(passage.at);
      const who = credentialId as CredentialId;
      await this.presence.wentThrough(tx, { credentialId: who, memberId, direction, atMs });
    }
    tx.onCommitted(() => {
      this.#occupancy = occupancy;
    });
    return { event, occupancy };
  }

  /** True when this call spent it; false when it was spent here before, and must not be let in a second time. */
  async spendTicket(tx: Tx, credentialId: CredentialId): Promise<boolean> {
    const inserted = await tx.run(
      'INSERT INTO spent_ticket (credential_id, spent_at_ms) VALUES (?, ?) ON CONFLICT DO NOTHING',
      [credentialId, this.#clock.wallMs()],
    );
    tx.onCommitted(() => this.#spent.add(credentialId));
    return inserted === 1;
  }

  /** From memory, as committed. */
  isSpentHere(credentialId: CredentialId): boolean {
    return this.#spent.has(credentialId);
  }

  /** As counted by what is committed, from memory. */
  get inside(): number {
    return this.#occupancy.inside;
  }

  async occupancy(): Promise<Occupancy> {
    return (await this.#read.get<Occupancy>(occupancyColumns)) ?? emptyClub;
  }
}
