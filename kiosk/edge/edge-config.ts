import { readFile } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { personLanguages } from '@portillon/core/access/person-language.ts';
import { wrongZones } from '@portillon/core/access/zones.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { deviceMarks, zoneLimit } from '@portillon/core/wire/messages.ts';
import { z } from 'zod';
import { dispenserSchema } from './dispenser-models.ts';

const side = z.enum(['left', 'right', 'below']);
const port = z
  .int('a port is a whole number')
  .min(0, 'a port is at least 0')
  .max(65_535, 'a port is at most 65535');

const readerSchema = z.strictObject({ model: z.literal('pcsc'), address: z.string() });

const unit = z
  .int()
  .min(0, 'an address on the line is at least 0')
  .max(126, 'an address on the line is at most 126');
const input = z.int().min(0).max(31);
const sensed = {
  /** How long the board keeps the entry released, in ms; the board itself ends it. */
  pulseMs: z.int().min(100).max(10_000),
  entryInput: input,
  exitInput: input,
  /** On while the door stands open; on while the fire panel raises its alarm, which this only reports (I9). */
  doorInput: input.optional(),
  fireInput: input.optional(),
};

const osdpReaderSchema = z.strictObject({
  model: z.literal('osdp'),
  /** Of the line; all that hang on one name the same. */
  address: z.string(),
  unit,
  /** In which its display speaks. */
  language: z.enum(personLanguages).default('fr'),
});

const boardSchema = z.discriminatedUnion('model', [
  z.strictObject({
    model: z.literal('modbus-board'),
    address: z.string(),
    unit: z.int().min(1).max(247),
    entryRelay: z.int().min(0).max(31),
    /** Only where an exit reader is fitted and the exit does not turn freely of itself. */
    exitRelay: z.int().min(0).max(31).optional(),
    /** Of the turnstile's free passage, or the entry relay of a door; without it nobody can hold the gate open. */
    holdRelay: z.int().min(0).max(31).optional(),
    ...sensed,
  }),
  z.strictObject({
    model: z.literal('osdp'),
    address: z.string(),
    unit,
    output: z.int().min(0).max(31),
    exitOutput: z.int().min(0).max(31).optional(),
    holdOutput: z.int().min(0).max(31).optional(),
    ...sensed,
  }),
]);

/** What scanners can be programmed to send around a code. */
const sentAsDressing = (text: string) =>
  [...text].every((character) => {
    const code = character.codePointAt(0) ?? 0;
    return code > 0 && code < 0x7f;
  });
const dressing = (what: string) =>
  z
    .string()
    .max(8, `a ${what} has at most 8 characters`)
    .refine(
      sentAsDressing,
      `a ${what} is made of ASCII: write STX as \\u0002, ETX as \\u0003, TAB as \\t, CR as \\r, LF as \\n`,
    )
    .optional();
const codeForm = {
  /** Before each code, as the scanner was programmed; a code without it is noise. */
  prefix: dressing('prefix'),
  /** Behind each code. Left out: CR, LF or CRLF on a serial line, nothing in reports. `""`: nothing. */
  suffix: dressing('suffix'),
  /** How long the pieces of a code may lie apart, in ms. */
  gapMs: z
    .int('a gap is a whole number of milliseconds')
    .min(10, 'a gap under 10 ms ends codes in the middle')
    .max(1_000, 'a gap above 1000 ms keeps people waiting at the gate')
    .optional(),
};

const scannerSchema = z
  .discriminatedUnion('model', [
    z.strictObject({
      model: z.literal('serial-scanner'),
      address: z.string(),
      ...codeForm,
      /** `aim`: it was told to send AIM identifiers such as `]Q1`. */
      symbology: z.enum(['none', 'aim']).optional(),
    }),
    z.strictObject({ model: z.literal('hid-pos'), address: z.string(), ...codeForm }),
  ])
  .refine(({ prefix, suffix }) => !prefix || !suffix || !prefix.includes(suffix), {
    message: 'the prefix holds the suffix, so that every code would end in its prefix',
    path: ['prefix'],
  })
  .refine(
    ({ model, prefix, suffix }) =>
      model === 'hid-pos' || suffix !== undefined || !/[\r\n]/.test(prefix ?? ''),
    {
      message: 'the prefix holds a CR or LF, which end a code unless a suffix is configured',
      path: ['prefix'],
    },
  );

/** The screen beside a gate; its page is `/gate/ID` at `gateScreens`. */
const gateScreenSchema = z.strictObject({
  /** In which it speaks to everybody, the club's own first. */
  languages: z
    .array(z.enum(personLanguages))
    .min(1, 'a screen speaks one language at least')
    .refine((languages) => new Set(languages).size === languages.length, 'a language is named once')
    .default([...personLanguages]),
  sound: z.boolean().default(true),
});

const zoneId = z
  .string()
  .regex(/^[a-z0-9-]{1,40}$/, 'a zone id is made of small letters, digits and hyphens');

/** AC45: a part of the club with gates of its own. */
const zoneSchema = z.strictObject({
  id: zoneId,
  name: z.string().min(1).max(60),
  /** The zone it lies in; left out: in the club itself. */
  within: zoneId.optional(),
});

const gateSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,40}$/, 'a gate id is made of small letters, digits and hyphens'),
  name: z.string().min(1).max(60),
  /** Into which its entry leads; left out: into the club itself. */
  zone: zoneId.optional(),
  board: boardSchema,
  reader: z.discriminatedUnion('model', [readerSchema, osdpReaderSchema]).optional(),
  /** Beside a reader that asks the chip: for badges that have a number only, and to show what was decided. */
  badgeReader: osdpReaderSchema.optional(),
  screen: gateScreenSchema.optional(),
  scanner: scannerSchema.optional(),
  /** Beside the exit, where it is to be known who leaves; the exit turns freely all the same (I9). */
  exit: z
    .strictObject({
      reader: z.discriminatedUnion('model', [readerSchema, osdpReaderSchema]).optional(),
      badgeReader: osdpReaderSchema.optional(),
      scanner: scannerSchema.optional(),
    })
    .optional(),
});
export type GateConfig = z.infer<typeof gateSchema>;

const terminalSchema = z.discriminatedUnion('model', [
  /** Concert on a serial line; `v2` is what terminals before V3 speak, and cannot be asked afterwards. */
  z.strictObject({
    model: z.literal('concert'),
    address: z.string(),
    dialect: z.enum(['v3', 'v2']).default('v3'),
  }),
  z.strictObject({ model: z.literal('caisse-ap'), address: z.string() }),
  /** ZVT over TCP or, with a serial address, on a line. The password is that of the till on the terminal, six digits. */
  z.strictObject({
    model: z.literal('zvt'),
    address: z.string(),
    password: z
      .string()
      .regex(/^\d{6}$/, 'a password is six digits')
      .optional(),
  }),
]);

const printerSchema = z.strictObject({
  model: z.literal('escpos'),
  address: z.string(),
  /** Width of the roll; 80 unless told. */
  paperMm: z.union([z.literal(58), z.literal(80)], { error: 'paper is 58 or 80 mm wide' }).optional(),
  /** Characters in a line, where the model differs: 42 on 80 mm paper of some. */
  columns: z.int().min(32, 'a receipt needs 32 columns').max(64).optional(),
});

const mark = z
  .string()
  .min(1)
  .max(40, 'at most 40 characters, as on the plate')
  .regex(/^\P{Cc}+$/u, 'holds control characters');

/** W-DEVICE-3: what stands on the plate of a device, for what its protocol does not tell. */
const plateSchema = z.strictObject(
  Object.fromEntries(deviceMarks.map((name) => [name, mark.optional()])) as Record<
    (typeof deviceMarks)[number],
    z.ZodOptional<typeof mark>
  >,
);

/** How this box sells, where the operator wants it otherwise. */
const saleSchema = z.strictObject({
  /**
   * SA79: what members get here. `card` needs a dispenser; `pass` needs none, and one that is still fitted moves no card for
   * a sale.
   */
  credential: z.enum(['card', 'pass'], { error: 'members get a card or a pass' }).default('card'),
  /** SA83: how long the ticket opens that a member has until the phone has the pass. */
  bridgeDays: z
    .int('a number of days is whole')
    .min(1, 'a member needs a day at least to get the phone')
    .max(60, 'paper can be copied: a ticket of a member is good for 60 days at most')
    .default(14),
  /**
   * SA12: how long a card may lie at the mouth. Shorter, and a customer who reads slowly loses it; longer, and the next one
   * takes it.
   */
  takeCardSeconds: z
    .int('a number of seconds is whole')
    .min(30, 'a customer needs 30 seconds at least to take a card')
    .max(600, 'a card is not left at the mouth for more than 600 seconds')
    .default(180),
  /** Customers of a web shop collect here: the kiosk asks the base about codes that it does not know (W-ORDER-17). */
  webOrders: z.boolean().default(false),
  /** SA41: what the terminal may approve without the bank before this box stops selling. */
  offlineApprovals: z
    .strictObject({
      /** Their sum, in cents. */
      mostAmountCents: z.int('a number of cents is whole').min(0).max(10_000_000).default(100_000),
      mostCount: z.int('a number of approvals is whole').min(0).max(1_000).default(20),
      mostAgeHours: z
        .int('a number of hours is whole')
        .min(24, 'an end of day comes once in 24 hours only')
        .max(168, 'no bank takes a payment that is more than 168 hours old for granted')
        .default(48),
    })
    .prefault({}),
});

/** Where the pages of the screens beside the gates are reached. */
const gateScreensSchema = z.strictObject({
  port,
  /** An address of this box in the club's network lets screens on other boxes in; 127.0.0.1: on this box only. */
  host: z
    .union([z.ipv4(), z.ipv6()], { error: 'the host is an address of this box, such as 127.0.0.1' })
    .default('127.0.0.1'),
});

/** The other boxes of the club on the local network (core/wire/SPEC.md, Peers); left out, this box is alone. */
const peersSchema = z.strictObject({
  port,
  /** An address of this box in the club's network; 127.0.0.1: for boxes on the same machine only. */
  host: z
    .union([z.ipv4(), z.ipv6()], { error: 'the host is an address of this box, such as 192.168.1.11' })
    .default('127.0.0.1'),
  /** Where each of the others listens. */
  addresses: z
    .array(
      z.url({
        protocol: /^http$/,
        error: 'the address of another box is written http://192.168.1.12:4660',
      }),
    )
    .max(8, 'a club has at most 9 boxes')
    .default([]),
});

/** The configuration file of one box. Without `screen` and sale devices it is a gate controller. */
export const edgeConfigSchema = z
  .strictObject({
    name: z.string().min(1).max(60),
    /** Where the store and the keys are kept; relative to the file. */
    stateFolder: z.string().min(1),
    baseUrl: z.url({
      protocol: /^https?$/,
      error: 'the address of the member base starts with http:// or https://',
    }),
    enrolmentCode: z.string().optional(),
    bridge: z.strictObject({ port }),
    gateScreens: gateScreensSchema.optional(),
    peers: peersSchema.optional(),
    brand: z.enum(['cadence', 'foulee', 'elan']).default('cadence'),
    /** `none` where no gate of this box sees people leave: then it is judged by how long people stay. */
    exits: z.enum(['sensed', 'none']).default('sensed'),
    /** RT8: for how many days it is known here who went through, where that is to be less than three months. */
    entryLogDays: z
      .int('a number of days is whole')
      .min(2, 'what is of today and yesterday is still needed at the gates')
      .max(92, 'who went through is known for three months at most')
      .optional(),
    zones: z.array(zoneSchema).max(zoneLimit, `a box has at most ${zoneLimit} zones`).default([]),
    screen: z
      .strictObject({
        diagonalInches: z.number().min(10).max(65),
        terminalSide: side,
        /** Of no meaning where passes are issued. */
        cardSlotSide: side.default('right'),
        receiptSlotSide: side,
      })
      .optional(),
    sale: saleSchema.prefault({}),
    devices: z.strictObject({
      terminal: terminalSchema.optional(),
      dispenser: dispenserSchema.optional(),
      printer: printerSchema.optional(),
      /** Prints what the first printer surely did not (I11). */
      sparePrinter: printerSchema.optional(),
      /** Where members hold their card at the kiosk. Without it the kiosk sells to newcomers only. */
      reader: readerSchema.optional(),
      gates: z.array(gateSchema).max(16),
      /** By the name under which the health of the box has each device, `gate-1.board`; and `camera`, which the screen drives. */
      plates: z.record(z.string(), plateSchema).default({}),
    }),
  })
  .refine(({ screen, sale, devices }) => !screen || sale.credential === 'pass' || devices.dispenser, {
    message: 'a kiosk that sells cards needs one; where members get a pass, sale.credential says "pass"',
    path: ['devices', 'dispenser'],
  })
  .refine(
    ({ gateScreens, devices }) => gateScreens !== undefined || devices.gates.every(({ screen }) => !screen),
    { message: 'a gate has a screen: say at which port its page is, {"port": 4640}', path: ['gateScreens'] },
  )
  .superRefine(({ zones, devices }, { addIssue }) => {
    for (const { index, what } of wrongZones(zones)) {
      addIssue({ code: 'custom', message: what, path: ['zones', index] });
    }
    for (const [index, { zone }] of devices.gates.entries()) {
      if (zone === undefined || zones.some(({ id }) => id === zone)) continue;
      const message = `"${zone}" is no zone: name it under "zones", or leave it out for a gate of the club itself`;
      addIssue({ code: 'custom', message, path: ['devices', 'gates', index, 'zone'] });
    }
  });
export type EdgeConfig = z.infer<typeof edgeConfigSchema>;

/** Reads and checks the file; `config.invalid` names the line's path and what is wrong with it. */
export async function readEdgeConfig(file: string): Promise<Result<EdgeConfig, Fault>> {
  const wrong = (what: string) => err(fault('config.invalid', `${file}: ${what}`));
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return wrong(`cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return wrong(`is not JSON: ${(error as Error).message}`);
  }
  const parsed = edgeConfigSchema.safeParse(json);
  if (!parsed.success) {
    return wrong(
      parsed.error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`).join('; '),
    );
  }
  const { stateFolder } = parsed.data;
  return ok({
    ...parsed.data,
    stateFolder: isAbsolute(stateFolder) ? stateFolder : resolve(file, '..', stateFolder),
  });
}
