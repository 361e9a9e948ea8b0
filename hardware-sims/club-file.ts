import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { dispenserInClubFile } from './card-dispenser/dispenser-models.ts';
import { badgeReaderInClubFile, boardInClubFile } from './gate/gate-in-club-file.ts';
import { terminalInClubFile } from './payment-terminal/terminal-sim.ts';

/**
 * A virtual club as a file: which devices stand there, how they are set, how many cards lie in the stacker, and what the
 * person who plays the customers has in the pocket from the start. Ports, paths and readers are chosen when it starts.
 */

const deviceName = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'lower-case letters, digits and hyphens');
const baud = z.union([
  z.literal(9600),
  z.literal(19200),
  z.literal(38400),
  z.literal(57600),
  z.literal(115200),
]);
const shortText = z.string().min(1).max(80);

const gateSchema = z.strictObject({
  id: deviceName,
  name: shortText,
  board: boardInClubFile,
  /** Left out where nobody comes with a card. */
  reader: z.strictObject({ model: z.literal('pcsc') }).optional(),
  badgeReader: badgeReaderInClubFile.optional(),
  scanner: z.strictObject({
    model: z.literal('serial-scanner'),
    baud,
    /** As it is programmed, and as the edge is told. */
    prefix: z.string().optional(),
    suffix: z.string().optional(),
    symbology: z.enum(['none', 'aim']).optional(),
  }),
  /** The screen beside it. Goes as it is into the configuration of the edge, which knows and checks what may stand there. */
  screen: z.record(z.string(), z.json()).optional(),
});
export type GateInClubFile = z.infer<typeof gateSchema>;

export const clubFileSchema = z
  .strictObject({
    name: shortText,
    /** Seed of the network that the club is in, by the name of its file; the network of the demonstration unless said. */
    network: z
      .string()
      .regex(/^[a-z0-9-]{1,40}\.json$/, 'the name of a file of seeds')
      .optional(),
    brand: z.enum(['cadence', 'foulee', 'elan']),
    /** What the kiosk of this club is called where it is enrolled. */
    edgeName: deviceName,
    screen: z.strictObject({
      diagonalInches: z.number().min(10).max(65),
      terminalSide: z.enum(['left', 'right']),
      cardSlotSide: z.enum(['left', 'right']).optional(),
      receiptSlotSide: z.enum(['left', 'right']),
    }),
    /** Goes as it is into the configuration of the edge, which knows and checks what may stand there. */
    sale: z.record(z.string(), z.json()).optional(),
    terminal: terminalInClubFile,
    /** Left out where members get a pass. */
    dispenser: dispenserInClubFile.optional(),
    printer: z.strictObject({
      model: z.literal('escpos'),
      paperMm: z.union([z.literal(58), z.literal(80)]).default(80),
    }),
    /** For members who come to the kiosk with their card. */
    kioskReader: z.strictObject({ model: z.literal('pcsc') }).optional(),
    /** More than two turnstiles do not fit the panel. */
    gates: z.array(gateSchema).max(2),
    /** Badges that are not of this network, to be tried at the gate. */
    pocket: z
      .array(z.strictObject({ kind: z.enum(['foreign-desfire', 'uid-badge']), label: shortText }))
      .max(20),
  })
  .refine((club) => new Set(club.gates.map((gate) => gate.id)).size === club.gates.length, {
    message: 'two gates have the same id',
    path: ['gates'],
  })
  .refine((club) => club.gates.every(({ board, badgeReader }) => !badgeReader || board.model === 'osdp'), {
    message: 'a badge reader hangs on the OSDP line of its board',
    path: ['gates'],
  });
export type ClubFile = z.infer<typeof clubFileSchema>;

/** Reads and checks a club file. Throws a sentence that names the file and the line to correct. */
export function readClubFile(path: string): ClubFile {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`The club file ${path} cannot be read: ${(error as Error).message}.`);
  }
  const parsed = clubFileSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const complaints = parsed.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'the whole'}: ${issue.message}`);
  throw new Error(`The club file ${path} is not valid. ${complaints.join('; ')}.`);
}
