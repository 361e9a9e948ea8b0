import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Random } from '@portillon/core/base/random.ts';
import { z } from 'zod';
import type { ClubFile } from './club-file.ts';
import {
  makeCard,
  type PhysicalCard,
  restoreCard,
  saveCard,
  savedCardSchema,
} from './world/physical-card.ts';
import type { CardStock } from './world/world.ts';

/** What a virtual club keeps between two starts: its plastic with all that is written on it, and the codes people hold. */
export interface ClubState {
  readonly stock: CardStock;
  readonly codes: readonly string[];
  /** The keys that readers on OSDP lines hold, by the name of the device, in hexadecimal. */
  readonly readerKeys: Readonly<Record<string, string>>;
  /** Folder of the ports of the last run, to be cleared away should that run have been killed. */
  readonly portFolder: string | undefined;
}

const stateSchema = z.object({
  version: z.literal(1),
  inHand: z.array(savedCardSchema),
  stacker: z.array(savedCardSchema),
  inPath: z.object({ card: savedCardSchema, at: z.enum(['encoder', 'mouth']) }).optional(),
  bin: z.array(savedCardSchema),
  codes: z.array(z.string()),
  readerKeys: z.record(z.string(), z.string().regex(/^[0-9a-f]{32}$/)).default({}),
  portFolder: z.string().optional(),
});

/** A club as the file describes it on its first day. */
export function freshClubState(file: ClubFile, random: Random): ClubState {
  const stacker = Array.from({ length: file.dispenser?.stack ?? 0 }, (_, index) =>
    makeCard('club-card', `Card ${index + 1}`, random),
  );
  const inHand = file.pocket.map(({ kind, label }) => makeCard(kind, label, random));
  const stock = { inHand, stacker, inPath: undefined, bin: [] };
  return { stock, codes: [], readerKeys: {}, portFolder: undefined };
}

/** The club as it was left, or nothing when it has not been open yet. Throws a sentence when the file is not ours. */
export function loadClubState(path: string, random: Random): ClubState | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const parsed = stateSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new Error(
      `The state of the virtual club in ${path} cannot be read. Delete the file to begin with new cards.`,
    );
  }
  const { inHand, stacker, inPath, bin, codes, readerKeys, portFolder } = parsed.data;
  const restored = (cards: z.infer<typeof savedCardSchema>[]) =>
    cards.map((card) => restoreCard(card, random));
  return {
    stock: {
      inHand: restored(inHand),
      stacker: restored(stacker),
      inPath: inPath && { card: restoreCard(inPath.card, random), at: inPath.at },
      bin: restored(bin),
    },
    codes,
    readerKeys,
    portFolder,
  };
}

/** The state as the file holds it; the same state gives the same text. */
export function clubStateText({ stock, codes, readerKeys, portFolder }: ClubState): string {
  const saved = (cards: readonly PhysicalCard[]) => cards.map(saveCard);
  return JSON.stringify({
    version: 1,
    inHand: saved(stock.inHand),
    stacker: saved(stock.stacker),
    inPath: stock.inPath && { card: saveCard(stock.inPath.card), at: stock.inPath.at },
    bin: saved(stock.bin),
    codes,
    readerKeys,
    portFolder,
  });
}

/** Whole or not at all, and for this user's eyes only: chips' keys and enrolment codes are in such files. */
export function writePrivately(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const unfinished = `${path}.${process.pid}.tmp`;
  writeFileSync(unfinished, text, { mode: 0o600 });
  renameSync(unfinished, path);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema refuses it, and says which file
  }
}
