import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePacket, type OsdpPacket, OsdpParser } from './osdp-packet.ts';
import {
  initialMac,
  openChannel,
  panelCryptogram,
  readerCryptogram,
  type SecureChannel,
  seal,
  sessionKeys,
  unseal,
} from './secure-channel.ts';
import published from './vectors/published-frames.json' with { type: 'json' };
import recorded from './vectors/secure-session.json' with { type: 'json' };

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

function onlyPacket(from: OsdpPacket['from'], bytes: Uint8Array): OsdpPacket {
  const [packet] = new OsdpParser(from).push(bytes).frames;
  if (!packet) throw new Error(`no packet: ${hexOf(bytes)}`);
  return packet;
}

it('[OS5] makes keys, cryptograms and first MAC of the standard’s example', () => {
  const example = published.secureChannel;
  const [panel, reader] = [bytesOf(example.panelRandom), bytesOf(example.readerRandom)];
  const keys = sessionKeys(bytesOf(example.scbk), panel);
  expect(hexOf(keys.enc)).toBe(example.enc);
  expect(hexOf(keys.mac1)).toBe(example.mac1);
  expect(hexOf(keys.mac2)).toBe(example.mac2);
  expect(hexOf(readerCryptogram(keys, panel, reader))).toBe(example.readerCryptogram);
  const cryptogram = panelCryptogram(keys, panel, reader);
  expect(hexOf(cryptogram)).toBe(example.panelCryptogram);
  expect(hexOf(initialMac(keys, cryptogram))).toBe(example.initialMac);
});

/** The recorded session from its handshake on. */
function recordedSession() {
  const packets = recorded.frames.map(({ from, hex }) =>
    onlyPacket(from === 'panel' ? 'panel' : 'reader', bytesOf(hex)),
  );
  const [challenge, answer, proof, accepted, ...traffic] = packets.slice(4);
  if (!challenge || !answer || !proof || !accepted) throw new Error('the recording has no handshake');
  const keys = sessionKeys(bytesOf(recorded.scbk), challenge.data);
  return { challenge, answer, proof, accepted, traffic, keys };
}

it('[OS5] follows a session between two other implementations, MAC by MAC, and would have written the same bytes', () => {
  const { challenge, answer, proof, accepted, traffic, keys } = recordedSession();
  const readerRandom = answer.data.slice(8, 16);
  expect(hexOf(answer.data.slice(16))).toBe(hexOf(readerCryptogram(keys, challenge.data, readerRandom)));
  const cryptogram = panelCryptogram(keys, challenge.data, readerRandom);
  expect(hexOf(proof.data)).toBe(hexOf(cryptogram));
  expect(hexOf(accepted.data)).toBe(hexOf(initialMac(keys, cryptogram)));
  let channel = openChannel(keys, accepted.data);
  const told: string[] = [];
  for (const packet of traffic) {
    const opened = unseal(channel, packet);
    if (!opened) throw new Error(`does not open: ${hexOf(packet.macInput)}`);
    const again = seal(channel, { ...packet, data: opened.data });
    expect(hexOf(again.bytes)).toContain(hexOf(packet.macInput) + hexOf(packet.mac ?? new Uint8Array(0)));
    if (opened.data.length > 0) told.push(`${packet.code.toString(16)} ${hexOf(opened.data)}`);
    channel = opened.channel;
  }
  expect(told).toEqual(['50 00011a0080010240', '68 00051e00']);
  expect(traffic.length).toBe(66);
});

describe('[OS6] a sealed packet', () => {
  const keys = sessionKeys(new Uint8Array(16).fill(7), new Uint8Array(8).fill(1));
  const open: SecureChannel = openChannel(keys, new Uint8Array(16).fill(9));
  const order = {
    unit: 3,
    from: 'panel',
    sequence: 1,
    code: 0x68,
    data: Uint8Array.of(0, 5, 30, 0),
  } as const;

  it('opens at the other end, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.constantFrom('panel' as const, 'reader' as const), fc.uint8Array({ maxLength: 70 })),
          {
            maxLength: 8,
          },
        ),
        (talk) => {
          let mine = open;
          let theirs = open;
          for (const [from, data] of talk) {
            const sealed = seal(mine, { unit: 3, from, sequence: 1, code: 0x68, data });
            const opened = unseal(theirs, onlyPacket(from, sealed.bytes));
            if (!opened) throw new Error('does not open');
            expect(opened.data).toEqual(data);
            mine = sealed.channel;
            theirs = opened.channel;
          }
          expect(mine).toEqual(theirs);
        },
      ),
    );
  });

  it('does not open with a changed bit', () => {
    const packet = onlyPacket('panel', seal(open, order).bytes);
    for (const part of ['macInput', 'mac', 'data'] as const) {
      const bytes = packet[part] ?? new Uint8Array(0);
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const changed = Uint8Array.from(bytes);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const opened = unseal(open, { ...packet, [part]: changed });
        // Data are read from `data` and proved by `macInput`: on the line they are the same bytes.
        if (part === 'data') expect(opened?.data).not.toEqual(order.data);
        else expect(opened).toBeUndefined();
      }
    }
  });

  it('does not open a second time, out of its turn, or in another session', () => {
    const first = seal(open, order);
    const packet = onlyPacket('panel', first.bytes);
    const opened = unseal(open, packet);
    if (!opened) throw new Error('does not open');
    const answer = seal(opened.channel, { ...order, from: 'reader', code: 0x40, data: new Uint8Array(0) });
    const later = unseal(first.channel, onlyPacket('reader', answer.bytes))?.channel;
    if (!later) throw new Error('does not open');
    expect(unseal(later, packet)).toBeUndefined();
    const other = openChannel(
      sessionKeys(new Uint8Array(16).fill(7), new Uint8Array(8).fill(2)),
      open.readerMac,
    );
    expect(unseal(other, packet)).toBeUndefined();
  });

  it('does not open without MAC, or with data in clear where none should be', () => {
    const packet = onlyPacket('panel', encodePacket({ ...order, block: null }));
    expect(unseal(open, packet)).toBeUndefined();
    const sealed = onlyPacket('panel', seal(open, { ...order, data: new Uint8Array(0) }).bytes);
    expect(unseal(open, sealed)).toBeDefined();
    expect(unseal(open, { ...sealed, data: Uint8Array.of(0, 5, 30, 0) })).toBeUndefined();
    expect(unseal(open, { ...sealed, block: { type: 0x16, data: new Uint8Array(0) } })).toBeUndefined();
  });
});
