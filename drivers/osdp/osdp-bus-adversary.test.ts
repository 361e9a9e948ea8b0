import fc from 'fast-check';
import { expect, it } from 'vitest';
import { commandCodes, commands, replyCodes } from './osdp-messages.ts';
import { encodePacket, type OsdpPacket } from './osdp-packet.ts';
import { BusBench } from './test/bus-bench.ts';

/** What somebody with a clip on the wire can do to one exchange: he hears everything and may speak first. */
const deed = fc.oneof(
  fc.record({ kind: fc.constant('leave' as const) }),
  fc.record({ kind: fc.constant('swallow' as const) }),
  fc.record({ kind: fc.constant('noise' as const), bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }) }),
  fc.record({ kind: fc.constant('replay' as const), back: fc.integer({ min: 0, max: 30 }) }),
  fc.record({ kind: fc.constant('flip' as const), bit: fc.integer({ min: 8, max: 700 }) }),
  fc.record({ kind: fc.constant('forge' as const), code: fc.integer({ min: 0x40, max: 0x79 }) }),
  fc.record({
    kind: fc.constant('seal-by-guess' as const),
    mac: fc.uint8Array({ minLength: 4, maxLength: 4 }),
  }),
);
type Deed = typeof deed extends fc.Arbitrary<infer Of> ? Of : never;

const forgedRead = [0, 0, 32, 0, 0xde, 0xad, 0xbe, 0xef];

function does(
  deedNow: Deed,
  packet: OsdpPacket,
  genuine: Uint8Array,
  heard: readonly Uint8Array[],
): Uint8Array | null {
  const { unit, sequence } = packet;
  const forged = { unit, from: 'reader', sequence, block: null } as const;
  switch (deedNow.kind) {
    case 'leave':
      return genuine;
    case 'swallow':
      return null;
    case 'noise':
      return Uint8Array.from([...deedNow.bytes, ...genuine]);
    case 'replay':
      return heard.at(-1 - deedNow.back) ?? genuine;
    case 'flip': {
      const bytes = Uint8Array.from(genuine);
      const bit = deedNow.bit % (bytes.length * 8);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return bytes;
    }
    case 'forge':
      return encodePacket({ ...forged, code: deedNow.code, data: Uint8Array.from(forgedRead) });
    case 'seal-by-guess': {
      const block = { type: 0x16, data: new Uint8Array(0) };
      // Data in clear, and behind it what should be the MAC.
      const data = Uint8Array.from([...forgedRead, ...deedNow.mac]);
      return encodePacket({ ...forged, block: { ...block, type: 0x14 }, code: replyCodes.raw, data });
    }
  }
}

it('[OS11] [I6] believes nobody on the wire: no card that was not read, no order carried out twice, and well again afterwards', () => {
  fc.assert(
    fc.property(fc.array(deed, { minLength: 1, maxLength: 30 }), (deeds) => {
      const bench = new BusBench([{ unit: 1 }]).start().run(300);
      const heard: Uint8Array[] = [];
      let next = 0;
      bench.answers = (packet, reader) => {
        const genuine = reader?.answer(packet) ?? new Uint8Array(0);
        heard.push(genuine);
        const deedNow = deeds[next++];
        return deedNow ? does(deedNow, packet, genuine, heard) : genuine;
      };
      // A card before it begins, so that there is something to replay; an order in the middle of it.
      bench.reader(1).report(replyCodes.raw, [0, 0, 32, 0, 0x04, 0xaa, 0xbb, 0xcc]);
      bench.order(1, 1, commands.pulse(0, 500));
      while (next < deeds.length) bench.run(200);
      bench.run(11_000); // a reader that was refused is asked again after ten seconds
      const reads = bench.events.filter((event) => event.type === 'read');
      expect(reads.length).toBeLessThanOrEqual(1);
      for (const read of reads) expect(read).toMatchObject({ bits: Uint8Array.of(0x04, 0xaa, 0xbb, 0xcc) });
      const pulses = bench.orders.filter(({ type }) => type === 'output');
      expect(pulses.length).toBeLessThanOrEqual(1);
      // What the panel was told was done, was done.
      if (bench.settled[0]?.result.ok) expect(pulses).toHaveLength(1);
      expect(bench.settled).toHaveLength(1);

      expect(bench.link(1).status.name).toBe('online');
      bench.reader(1).report(replyCodes.raw, [0, 0, 8, 0, 0x77]);
      bench.run(1_000);
      expect(bench.events.at(-1)).toMatchObject({ type: 'read', bits: Uint8Array.of(0x77) });
    }),
    { numRuns: 60 },
  );
}, 60_000);

it('[OS7] [OS12] sends nothing in clear that opens a gate or tells a key, whatever is answered', () => {
  fc.assert(
    fc.property(
      fc.infiniteStream(
        fc.record({
          code: fc.integer({ min: 0x40, max: 0x79 }),
          block: fc.option(
            fc.record({ type: fc.integer({ min: 0x11, max: 0x14 }), data: fc.uint8Array({ maxLength: 1 }) }),
          ),
          data: fc.uint8Array({ maxLength: 48 }),
        }),
      ),
      (replies) => {
        const bench = new BusBench([{ unit: 1 }]);
        bench.answers = ({ unit, sequence }) => {
          const reply = replies.next().value;
          return reply ? encodePacket({ unit, from: 'reader', sequence, ...reply }) : null;
        };
        bench.start().run(20_000);
        bench.order(1, 1, commands.pulse(0, 500));
        bench.changeKey(1, { orderId: 2, newKey: new Uint8Array(16).fill(0xab), through: 'installation' });
        bench.run(11_000);
        const sent = bench.sent.map(({ packet }) => packet.code);
        expect(sent).not.toContain(commandCodes.output);
        expect(sent).not.toContain(commandCodes.keySet);
        expect(bench.events).toEqual([]);
        expect(bench.settled.every(({ result }) => !result.ok)).toBe(true);
      },
    ),
    { numRuns: 50 },
  );
}, 60_000);
