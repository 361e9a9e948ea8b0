import type { Reader, Tx } from './connection.ts';

/** What the box itself counts of its cards. The sensors of a dispenser tell empty and full only. */
export interface CardCounts {
  /** Cards in the stacker; null until somebody has said how many were filled in. */
  readonly stack: number | null;
  /** Cards in the bin. */
  readonly bin: number;
  /** Since the last service: out of the stacker, into the bin, handed over by sales, taken out by hand. */
  readonly fed: number;
  readonly captured: number;
  readonly handed: number;
  /** When the last service ended; null before the first. */
  readonly since: string | null;
}

/** What a person did to the dispenser, as they said it. */
export interface CardService {
  /** Cards put into the stacker; null when none were. */
  readonly filled: number | null;
  /** The stacker was empty before that, by its sensor. */
  readonly wasEmpty: boolean;
  /** Cards found in the bin, which is empty now; null when it was left alone. */
  readonly emptied: number | null;
  readonly at: string;
}

/** DI20: the counters of the card dispenser. One row. */
export class DispenserCounts {
  readonly #read: Reader;

  constructor(read: Reader) {
    this.#read = read;
  }

  async read(tx: Reader = this.#read): Promise<CardCounts> {
    const row = await tx.get<CardCounts>(
      'SELECT stack, bin, fed, captured, handed, since FROM dispenser_counts WHERE one = 1',
    );
    return row ?? { stack: null, bin: 0, fed: 0, captured: 0, handed: 0, since: null };
  }

  async moved(tx: Tx, movement: 'fed' | 'captured'): Promise<void> {
    await tx.run(
      movement === 'fed'
        ? 'UPDATE dispenser_counts SET fed = fed + 1, stack = MAX(stack - 1, 0) WHERE one = 1'
        : 'UPDATE dispenser_counts SET captured = captured + 1, bin = bin + 1 WHERE one = 1',
    );
  }

  /** A sale has ended with its card in somebody's hand. */
  async handed(tx: Tx): Promise<void> {
    await tx.run('UPDATE dispenser_counts SET handed = handed + 1 WHERE one = 1');
  }

  /** `inPath`: a card that lies in the path is carried over into what is counted next. */
  async serviced(tx: Tx, { filled, wasEmpty, emptied, at }: CardService, inPath: boolean): Promise<void> {
    await tx.run(
      `UPDATE dispenser_counts SET
         stack = CASE WHEN ? IS NULL THEN stack WHEN ? THEN ? ELSE COALESCE(stack, 0) + ? END,
         bin = CASE WHEN ? IS NULL THEN bin ELSE 0 END,
         fed = ?, captured = 0, handed = 0, since = ?
       WHERE one = 1`,
      [filled, wasEmpty ? 1 : 0, filled, filled, emptied, inPath ? 1 : 0, at],
    );
  }
}
