import { z } from 'zod';

const channel = z.int().min(0).max(7);
const osdpChannel = z.int().min(0).max(3);
const osdpUnit = z.int().min(0).max(126);
/** How long the entry stays released; the board counts it in steps of 100 ms. */
const pulseMs = z.int().min(100).max(60_000).multipleOf(100);

const modbusBoard = z.strictObject({
  model: z.literal('modbus-board'),
  baud: z.union([z.literal(9600), z.literal(19200), z.literal(38400), z.literal(57600), z.literal(115200)]),
  unit: z.int().min(1).max(247),
  entryRelay: channel,
  exitRelay: channel.optional(),
  holdRelay: channel.optional(),
  pulseMs,
  entryInput: channel,
  exitInput: channel,
  doorInput: channel.optional(),
  fireInput: channel.optional(),
});

const osdpBoard = z.strictObject({
  model: z.literal('osdp'),
  /** Of the line, which a badge reader of the same gate shares. */
  baud: z.union([
    z.literal(9600),
    z.literal(19200),
    z.literal(38400),
    z.literal(57600),
    z.literal(115200),
    z.literal(230400),
  ]),
  unit: osdpUnit,
  output: osdpChannel,
  exitOutput: osdpChannel.optional(),
  holdOutput: osdpChannel.optional(),
  pulseMs,
  entryInput: osdpChannel,
  exitInput: osdpChannel,
  doorInput: osdpChannel.optional(),
  fireInput: osdpChannel.optional(),
});

/** What a turnstile is wired to, as a club file says it. */
export const boardInClubFile = z.discriminatedUnion('model', [modbusBoard, osdpBoard]);
export type BoardInClubFile = z.infer<typeof boardInClubFile>;

/** A reader of numbers on the OSDP line of the board, with a light, a buzzer and a display. */
export const badgeReaderInClubFile = z.strictObject({ model: z.literal('osdp'), unit: osdpUnit });
export type BadgeReaderInClubFile = z.infer<typeof badgeReaderInClubFile>;

export const gateModels = ['modbus', 'osdp'] as const;
export type GateModel = (typeof gateModels)[number];

interface GateParts {
  readonly board: BoardInClubFile;
  readonly badgeReader?: BadgeReaderInClubFile | undefined;
}

/** The same gate with another kind of board; an OSDP line brings its badge reader. */
export function withBoard<Gate extends GateParts>(gate: Gate, model: GateModel): Gate {
  const isOsdp = gate.board.model === 'osdp';
  if (isOsdp === (model === 'osdp')) return gate;
  const { badgeReader: _, ...others } = gate;
  const { pulseMs: forMs, entryInput, exitInput } = gate.board;
  const sensed = { pulseMs: forMs, entryInput, exitInput };
  return model === 'modbus'
    ? ({
        ...others,
        board: { model: 'modbus-board', baud: 38400, unit: 1, entryRelay: 0, holdRelay: 1, ...sensed },
      } as Gate)
    : ({
        ...others,
        board: {
          model: 'osdp',
          baud: 115200,
          unit: 0,
          output: 0,
          holdOutput: 1,
          ...sensed,
          doorInput: 2,
          fireInput: 3,
        },
        badgeReader: { model: 'osdp', unit: 1 },
      } as Gate);
}
