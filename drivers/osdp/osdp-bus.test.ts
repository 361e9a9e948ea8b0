import { describe, expect, it } from 'vitest';
import { commandCodes, commands, nakReasons, replyCodes } from './osdp-messages.ts';
import { encodePacket, finishPacket, type OsdpPacket, packetBeforeMac } from './osdp-packet.ts';
import { queuedOrders } from './reader-link.ts';
import { BusBench, keyOfUnit } from './test/bus-bench.ts';

const fault = (code: string) => ({ ok: false, error: { code } });
const done = { ok: true };

function clearReply(packet: OsdpPacket, code: number, data: number[] = []): Uint8Array {
  const { unit, sequence } = packet;
  return encodePacket({ unit, from: 'reader', sequence, block: null, code, data: Uint8Array.from(data) });
}

const busyReply = (packet: OsdpPacket) => clearReply({ ...packet, sequence: 0 }, replyCodes.busy);

function online(...units: number[]): BusBench {
  const bench = new BusBench(units.map((unit) => ({ unit }))).start().run(300);
  for (const unit of units) expect(bench.link(unit).status.name).toBe('online');
  return bench;
}

describe('before the channel', () => {
  it('[OS7] asks who it is, what it can do, for its proof, and sends nothing else in clear', () => {
    const bench = online(1).run(500);
    const clear = bench.sent.filter(({ packet }) => !packet.mac).map(({ packet }) => packet.code);
    expect(clear).toEqual([0x61, 0x62, 0x76, 0x77]);
    expect(bench.codesSent(1)).toMatch(/^61 62 76 77 64 60 60/);
    expect(bench.statuses[0]?.status).toMatchObject({
      name: 'online',
      identity: { serialNumber: 1 },
      abilities: { outputs: 2, text: true },
    });
  });

  it('[OS7] takes no order before, and forgets what is told in clear', () => {
    const bench = new BusBench([{ unit: 1 }]).start();
    bench.order(1, 5, commands.pulse(0, 500));
    expect(bench.settled).toMatchObject([{ orderId: 5, result: fault('reader.no-answer') }]);
    bench.answers = (packet) => clearReply(packet, replyCodes.raw, [0, 0, 8, 0, 0x55]);
    bench.run(2_000);
    expect(bench.events).toEqual([]);
    expect(bench.sent.some(({ packet }) => packet.code === commandCodes.output)).toBe(false);
  });

  it('[OS7] goes on with a reader that tells nobody in clear who it is', () => {
    const bench = new BusBench([{ unit: 1 }]);
    bench.answers = (packet) =>
      packet.code === 0x61 || packet.code === 0x62
        ? clearReply(packet, replyCodes.nak, [nakReasons.encryptionRequired])
        : 'as usual';
    bench.start();
    // The reader never saw the first two: its own numbering starts with the challenge.
    bench.run(500);
    expect(bench.link(1).status).toMatchObject({ name: 'online', identity: null });
  });

  it.each([
    ['refuses the challenge', (packet: OsdpPacket) => clearReply(packet, replyCodes.nak, [5])],
    ['does not know the challenge', (packet: OsdpPacket) => clearReply(packet, replyCodes.nak, [3])],
    ['answers the challenge in clear', (packet: OsdpPacket) => clearReply(packet, replyCodes.ack)],
    ['answers half a cryptogram', (packet: OsdpPacket) => clearReply(packet, 0x76, [1, 2, 3])],
    [
      'answers under the default key',
      (packet: OsdpPacket) =>
        encodePacket({
          unit: 1,
          from: 'reader',
          sequence: packet.sequence,
          block: { type: 0x12, data: Uint8Array.of(0) },
          code: 0x76,
          data: new Uint8Array(32),
        }),
    ],
  ])('[OS8] does not use a reader that %s, and asks again after 10 s', (_what, answer) => {
    const bench = new BusBench([{ unit: 1 }]);
    bench.answers = (packet) => (packet.code === commandCodes.challenge ? answer(packet) : 'as usual');
    bench.start().run(9_900);
    expect(bench.faultOf(1)).toBe('reader.not-secure');
    expect(bench.codesSent(1)).toBe('61 62 76');
    bench.answers = () => 'as usual';
    bench.run(400);
    expect(bench.link(1).status.name).toBe('online');
  });

  it('[OS9] does not use another reader in its place, nor one that does not accept our proof', () => {
    const swapped = new BusBench([{ unit: 1, scbk: keyOfUnit(9) }]).start().run(9_900);
    expect(swapped.faultOf(1)).toBe('reader.wrong-key');
    expect(swapped.codesSent(1)).toBe('61 62 76');
    swapped.hang(1, keyOfUnit(1));
    swapped.run(400);
    expect(swapped.link(1).status.name).toBe('online');

    const deaf = new BusBench([{ unit: 1 }]);
    deaf.answers = (packet) =>
      packet.code === commandCodes.panelCryptogram
        ? clearReply(packet, replyCodes.initialMac, [])
        : 'as usual';
    deaf.start().run(500);
    expect(deaf.faultOf(1)).toBe('reader.wrong-key');
  });

  it('[OS10] does not challenge a reader without a key', () => {
    const bench = new BusBench([{ unit: 1, keys: { current: null, next: null } }]).start().run(9_000);
    expect(bench.faultOf(1)).toBe('reader.no-key');
    expect(bench.codesSent(1)).toBe('61 62');
  });
});

describe('in the channel', () => {
  it.each([
    ['in clear', (packet: OsdpPacket) => clearReply(packet, replyCodes.raw, [0, 0, 8, 0, 0x55]), 0],
    ['a refusal in clear', (packet: OsdpPacket) => clearReply(packet, replyCodes.nak, [6]), 0],
    [
      'with a wrong MAC',
      ({ unit, sequence }: OsdpPacket) =>
        finishPacket(
          packetBeforeMac({
            unit,
            from: 'reader',
            sequence,
            block: { type: 0x16, data: new Uint8Array(0) },
            code: replyCodes.ack,
            data: new Uint8Array(0),
          }),
          Uint8Array.of(1, 2, 3, 4),
        ),
      1,
    ],
  ])('[OS11] a reply %s carries nothing, and the channel is opened anew', (_what, reply, wrongMacs) => {
    const bench = online(1);
    const before = bench.sent.length;
    let once = true;
    bench.answers = (packet) => {
      if (!once || packet.code !== commandCodes.poll) return 'as usual';
      once = false;
      return reply(packet);
    };
    bench.run(1_000);
    expect(bench.events.filter(({ type }) => type === 'read')).toEqual([]);
    expect(
      bench.statuses.map(({ status }) => (status.name === 'down' ? status.fault.code : status.name)),
    ).toEqual(['online', 'reader.channel-lost', 'online']);
    expect(bench.link(1).counts.wrongMac).toBe(wrongMacs);
    const after = bench.sent.slice(before).map(({ packet }) => packet.code);
    expect(after.join(' ')).toContain([0x61, 0x62, 0x76, 0x77].join(' '));
  });

  it('[OS11] and does not believe a BUSY more than *later*', () => {
    const bench = online(1);
    let left = 3;
    bench.answers = (packet) => (left-- > 0 ? busyReply(packet) : 'as usual');
    bench.run(600);
    expect(bench.statuses).toHaveLength(1);
    expect(bench.link(1).counts.busy).toBe(3);
  });
});

describe('keys', () => {
  const newKey = keyOfUnit(7);

  it('[OS12] writes a key through the default key, and nothing of it can be read on the line', () => {
    const bench = new BusBench([{ unit: 1, keys: { current: null, next: null }, scbk: null }])
      .start()
      .run(100);
    bench.changeKey(1, { orderId: 9, newKey, through: 'installation' });
    bench.run(500);
    expect(bench.settled).toMatchObject([{ orderId: 9, result: done }]);
    expect(bench.reader(1).scbk).toEqual(newKey);
    expect(bench.reader(1).installing).toBe(false);
    const onTheLine = bench.sent.map(({ bytes }) => Buffer.from(bytes).toString('hex')).join('');
    expect(onTheLine).not.toContain(Buffer.from(newKey).toString('hex'));
  });

  it('[OS12] writes a key through the one that the reader has', () => {
    const bench = online(1);
    bench.changeKey(1, { orderId: 9, newKey, through: 'current' });
    bench.run(500);
    expect(bench.settled).toMatchObject([{ orderId: 9, result: done }]);
    expect(bench.reader(1).scbk).toEqual(newKey);
    expect(bench.sent.every(({ packet }) => packet.block?.type !== 0x11 || packet.block.data[0] === 1)).toBe(
      true,
    );
  });

  it('[OS13] uses the default key for nothing but the key, and never again after it', () => {
    const bench = new BusBench([{ unit: 1, keys: { current: null, next: null }, scbk: null }])
      .start()
      .run(100);
    bench.changeKey(1, { orderId: 9, newKey, through: 'installation' });
    bench.run(2_000);
    bench.reader(1).restart();
    bench.run(2_000);
    const marks = bench.sent.flatMap(({ packet }) =>
      packet.block?.type === 0x11 ? [packet.block.data[0]] : [],
    );
    expect(marks[0]).toBe(0);
    expect(marks.slice(1).every((mark) => mark === 1)).toBe(true);
    // Between the default key's proof and the next start: the key, once.
    expect(bench.codesSent(1)).toMatch(/76 77 75 61 62 76 77 64 60/);
    expect(bench.link(1).status.name).toBe('online');
  });

  it.each([
    [
      'refuses it',
      (packet: OsdpPacket) => (packet.block?.type === 0x11 ? clearReply(packet, replyCodes.nak, [5]) : null),
    ],
    ['says nothing any more', () => null],
  ])('[OS13] goes back to the reader’s own key when a reader in installation mode %s', (_what, answer) => {
    const bench = online(1);
    bench.answers = (packet) =>
      packet.block?.data[0] === 0 || packet.code === 0x75 ? answer(packet) : 'as usual';
    bench.changeKey(1, { orderId: 9, newKey, through: 'installation' });
    bench.run(25_000);
    expect(bench.settled).toMatchObject([{ orderId: 9, result: { ok: false } }]);
    expect(bench.link(1).status.name).toBe('online');
    expect(bench.reader(1).scbk).toEqual(keyOfUnit(1));
  });

  it('[OS14] takes a key for the reader’s own once it was proved, and not before', () => {
    const bench = online(1);
    bench.answers = (packet) =>
      bench.orders.some(({ type }) => type === 'key') && packet.code !== 0x75 ? null : 'as usual';
    bench.changeKey(1, { orderId: 9, newKey, through: 'current' });
    bench.run(3_000);
    expect(bench.reader(1).scbk).toEqual(newKey);
    expect(bench.proven).toEqual([]);
    expect(bench.settled).toMatchObject([{ orderId: 9, result: { ok: false } }]);
    bench.answers = () => 'as usual';
    bench.run(6_000);
    expect(bench.proven).toEqual([1]);
    expect(bench.link(1).keys).toEqual({ current: newKey, next: null });
    expect(bench.link(1).status.name).toBe('online');
  });

  it('[OS14] tries the old and the new one after a power cut between the two', () => {
    for (const held of ['old', 'new'] as const) {
      const keys = { current: keyOfUnit(1), next: newKey };
      const bench = new BusBench([{ unit: 1, keys, scbk: held === 'old' ? keyOfUnit(1) : newKey }]);
      bench.start().run(1_000);
      expect([held, bench.link(1).status.name, bench.proven]).toEqual([
        held,
        'online',
        held === 'old' ? [] : [1],
      ]);
    }
    const first = new BusBench([{ unit: 1, keys: { current: null, next: newKey }, scbk: newKey }])
      .start()
      .run(1_000);
    expect(first.proven).toEqual([1]);
    const neither = new BusBench([
      { unit: 1, keys: { current: keyOfUnit(1), next: newKey }, scbk: keyOfUnit(5) },
    ]);
    expect(neither.start().run(1_000).faultOf(1)).toBe('reader.wrong-key');
  });

  it('[OS14] says that a key change has failed when another comes after it, and when the reader keeps its key', () => {
    const bench = online(1);
    bench.changeKey(1, { orderId: 8, newKey: keyOfUnit(6), through: 'current' });
    bench.changeKey(1, { orderId: 9, newKey, through: 'current' });
    bench.run(500);
    expect(bench.settled).toMatchObject([
      { orderId: 8, result: fault('reader.refused') },
      { orderId: 9, result: done },
    ]);
  });
});

describe('one line', () => {
  it('[OS16] one speaks at a time, and waits 200 ms and the time of its own bytes for an answer', () => {
    const bench = new BusBench([{ unit: 1 }, { unit: 2 }]);
    bench.answers = (packet) => (packet.unit === 1 ? null : 'as usual');
    bench.start().run(400);
    const [first, second] = bench.sent;
    expect(second && first && second.atMs - first.atMs).toBe(200 + (first?.bytes.length ?? 0));
    for (const [index, { atMs }] of bench.sent.entries()) {
      const next = bench.sent[index + 1];
      if (next) expect(next.atMs).toBeGreaterThan(atMs + 2);
    }
  });

  it('[OS16] waits on while bytes come, but not for ever', () => {
    const bench = new BusBench([{ unit: 1 }]);
    bench.answers = () => null;
    bench.start();
    const sent = bench.sent.length;
    for (let ms = 0; ms < 205; ms += 5) {
      bench.run(5);
      bench.puts(Uint8Array.of(0x00));
    }
    bench.run(15);
    expect(bench.sent.length).toBe(sent);
    bench.run(20);
    expect(bench.sent.length).toBe(sent + 1);
    for (let ms = 0; ms < 2_000; ms += 5) {
      bench.run(5);
      bench.puts(Uint8Array.of(0x00));
    }
    expect(bench.sent.length).toBe(sent + 2);
  });

  it('[OS17] asks readers in turn, none more often than told, and an order first', () => {
    const bench = online(1, 2, 3, 4);
    const from = bench.sent.length;
    bench.run(1_000);
    const polls = bench.sent.slice(from);
    for (const unit of [1, 2, 3, 4]) {
      const times = polls.filter(({ packet }) => packet.unit === unit).map(({ atMs }) => atMs);
      const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(50);
      expect(Math.max(...gaps)).toBeLessThan(75);
    }
    const before = bench.sent.length;
    bench.order(3, 1, commands.pulse(0, 500));
    bench.run(10);
    const next = bench.sent.slice(before).map(({ packet }) => [packet.unit, packet.code]);
    expect(next[0]).toEqual([3, 0x68]);
  });

  it('[OS18] numbers commands 0, 1, 2, 3, 1 …', () => {
    const bench = online(1).run(500);
    const numbers = bench.sent.map(({ packet }) => packet.sequence);
    expect(numbers.slice(0, 9)).toEqual([0, 1, 0, 1, 2, 3, 1, 2, 3]);
  });

  it('[OS18] sends the same bytes again, and the reader carries an order out once', () => {
    const bench = online(1);
    let lost = 1;
    bench.answers = (packet, reader) => {
      if (packet.code !== commandCodes.output || lost-- <= 0) return 'as usual';
      reader?.answer(packet); // carried out, and the answer lost
      return null;
    };
    bench.order(1, 7, commands.pulse(0, 500));
    bench.run(500);
    const orders = bench.sent.filter(({ packet }) => packet.code === commandCodes.output);
    expect(orders).toHaveLength(2);
    expect(orders[0]?.bytes).toEqual(orders[1]?.bytes);
    expect(bench.orders).toHaveLength(1);
    expect(bench.settled).toMatchObject([{ orderId: 7, result: done }]);
  });

  it('[OS19] three tries and it is down, two for an output, and what waited has failed', () => {
    const silent = online(1);
    silent.answers = () => null;
    const before = silent.sent.length;
    silent.run(700);
    expect(silent.faultOf(1)).toBe('reader.no-answer');
    expect(silent.sent.slice(before, before + 3).map(({ packet }) => packet.code)).toEqual([
      0x60, 0x60, 0x60,
    ]);
    expect(silent.sent[before + 3]?.packet.code).not.toBe(0x60);

    const order = online(1);
    order.answers = () => null;
    order.order(1, 1, commands.pulse(0, 500));
    order.order(1, 2, commands.text(0, 'Bonjour', 2));
    order.run(600);
    expect(order.sent.filter(({ packet }) => packet.code === commandCodes.output)).toHaveLength(2);
    expect(order.settled).toMatchObject([
      { orderId: 1, result: fault('reader.no-answer') },
      { orderId: 2, result: fault('reader.no-answer') },
    ]);
  });

  it('[OS19] calls it garbled when bytes came that were no answer', () => {
    for (const answer of [
      () => Uint8Array.of(1, 2, 3, 4, 5),
      (packet: OsdpPacket) => clearReply({ ...packet, sequence: (packet.sequence + 1) % 4 }, replyCodes.ack),
      (packet: OsdpPacket) => clearReply({ ...packet, unit: 33 }, replyCodes.ack),
    ]) {
      const bench = online(1);
      bench.answers = answer;
      bench.run(900);
      expect(bench.faultOf(1)).toBe('line.garbled');
      bench.answers = () => 'as usual';
      bench.run(6_000);
      expect(bench.link(1).status.name).toBe('online');
    }
  });

  it('[OS19] tries again when the reader found a wrong check sum', () => {
    const bench = online(1);
    let left = 2;
    const checkNak = (packet: OsdpPacket) => clearReply(packet, replyCodes.nak, [nakReasons.badCheck]);
    const challenging = new BusBench([{ unit: 1 }]);
    challenging.answers = (packet) => (left-- > 0 ? checkNak(packet) : 'as usual');
    challenging.start().run(500);
    expect(challenging.link(1).status.name).toBe('online');
    expect(bench.link(1).counts.garbled).toBe(0);
  });

  it('[OS20] asks one that is down less and less often, while the others are served', () => {
    const bench = online(1, 2);
    bench.answers = (packet) => (packet.unit === 1 ? null : 'as usual');
    bench.run(40_000);
    const tries = bench.sent
      .filter(({ packet }) => packet.unit === 1 && packet.code === 0x61)
      .map(({ atMs }) => atMs);
    const starts = tries.filter((atMs, index) => index === 0 || atMs - (tries[index - 1] ?? 0) > 240);
    const rests = starts.slice(1).map((atMs, index) => atMs - (starts[index] ?? 0));
    expect(Math.max(...rests)).toBeLessThan(6_500);
    expect(rests.at(-1)).toBeGreaterThan(4_500);
    const polls = bench.sent.filter(({ packet }) => packet.unit === 2 && packet.code === 0x60);
    expect(polls.length).toBeGreaterThan(500);
    expect(bench.statuses.filter(({ unit }) => unit === 2)).toHaveLength(1);
    bench.answers = () => 'as usual';
    bench.run(6_500);
    expect(bench.link(1).status.name).toBe('online');
  });

  it('[OS21] waits for a busy reader, under the same number, and not for ever', () => {
    const bench = online(1);
    let left = 2;
    bench.answers = (packet) =>
      packet.code === commandCodes.text && left-- > 0 ? busyReply(packet) : 'as usual';
    bench.order(1, 4, commands.text(0, 'Bonjour', 2));
    bench.run(400);
    const texts = bench.sent.filter(({ packet }) => packet.code === commandCodes.text);
    expect(texts).toHaveLength(3);
    expect(new Set(texts.map(({ bytes }) => Buffer.from(bytes).toString('hex'))).size).toBe(1);
    expect(bench.settled).toMatchObject([{ orderId: 4, result: done }]);
    bench.answers = busyReply;
    bench.run(3_500);
    expect(bench.faultOf(1)).toBe('reader.no-answer');
  });

  it('[OS22] counts packets that answer nothing, and is not moved by them', () => {
    const bench = online(1, 2);
    bench.puts(clearReply({ ...asked, unit: 1 }, replyCodes.raw, [0, 0, 8, 0, 0x55]));
    bench.answers = (packet, reader) => {
      const right = reader?.answer(packet) ?? new Uint8Array(0);
      const stale = clearReply({ ...packet, sequence: (packet.sequence + 1) % 4 }, replyCodes.ack);
      return Uint8Array.from([...clearReply({ ...packet, unit: 44 }, replyCodes.ack), ...stale, ...right]);
    };
    bench.run(1_000);
    expect(bench.unasked).toBeGreaterThan(20);
    expect(bench.events.filter(({ type }) => type === 'read')).toEqual([]);
    expect(bench.statuses).toHaveLength(2);
  });

  it('[OS23] refuses the order after the sixteenth that waits', () => {
    const bench = online(1);
    for (let index = 0; index <= queuedOrders; index++)
      bench.order(1, index, commands.text(0, `${index}`, 1));
    // The line was free: the first is on its way already.
    bench.order(1, 99, commands.text(0, 'one too many', 1));
    expect(bench.settled).toMatchObject([{ orderId: 99, result: fault('reader.refused') }]);
    bench.run(2_000);
    expect(bench.settled.filter(({ result }) => result.ok)).toHaveLength(queuedOrders + 1);
  });

  it('[OS24] takes every reader down with the line, and begins anew with 0', () => {
    const bench = online(1, 2);
    bench.order(2, 3, commands.text(0, 'x', 1));
    bench.input({ type: 'line-down', fault: { code: 'transport.pulled', detail: 'cable' } });
    expect([bench.faultOf(1), bench.faultOf(2)]).toEqual(['transport.pulled', 'transport.pulled']);
    expect(bench.settled).toMatchObject([{ orderId: 3, result: fault('transport.pulled') }]);
    const before = bench.sent.length;
    bench.run(5_000);
    expect(bench.sent.length).toBe(before);
    bench.start().run(300);
    expect(bench.sent[before]?.packet).toMatchObject({ code: 0x61, sequence: 0 });
    expect(bench.link(1).status.name).toBe('online');
  });
});

const asked = { unit: 1, sequence: 2 } as OsdpPacket;

describe('what readers tell', () => {
  it('[OS25] hands on reads and keys, and drops what is malformed', () => {
    const bench = online(1);
    bench.reader(1).report(replyCodes.raw, [0, 0, 32, 0, 0x04, 0xaa, 0xbb, 0xcc]);
    bench.reader(1).report(replyCodes.raw, [0, 0, 32, 0, 0x04]);
    bench.reader(1).report(replyCodes.keypad, [0, 2, 0x31, 0x0d]);
    bench.reader(1).report(0x99, [1, 2, 3]);
    bench.run(500);
    expect(bench.events.filter(({ type }) => type === 'read' || type === 'keys')).toEqual([
      { type: 'read', reader: 0, bitCount: 32, bits: Uint8Array.of(0x04, 0xaa, 0xbb, 0xcc) },
      { type: 'keys', reader: 0, keys: '1#' },
    ]);
    expect(bench.link(1).counts.malformed).toBe(1);
    expect(bench.statuses).toHaveLength(1);
  });

  it('[OS26] shows tamper and power failure from the start, until they end', () => {
    const bench = new BusBench([{ unit: 1 }]);
    bench.levels.tampered = true;
    bench.start().run(300);
    expect(bench.link(1).status).toMatchObject({ tampered: true, powerFailed: false });
    bench.levels.tampered = false;
    bench.levels.powerFailed = true;
    bench.reader(1).reportLocal();
    bench.run(200);
    expect(bench.link(1).status).toMatchObject({ tampered: false, powerFailed: true });
    bench.levels.powerFailed = false;
    bench.reader(1).reportLocal();
    bench.run(200);
    expect(bench.statuses.map(({ status }) => status)).toMatchObject([
      { tampered: false },
      { tampered: true },
      { tampered: false, powerFailed: true },
      { powerFailed: false },
    ]);
  });

  it.each([
    ['an output', commands.pulse(1, 500), [replyCodes.ack, replyCodes.outputStatus]],
    ['a sound', commands.sound(0, 1, 1, 1), [replyCodes.ack]],
    ['a question about outputs', commands.outputStatus, [replyCodes.outputStatus]],
    ['a question about inputs', commands.inputStatus, [replyCodes.inputStatus]],
  ])('[OS34] takes for an answer to %s what belongs to it, and nothing else', (_what, command, right) => {
    const codes = [...Object.values(replyCodes), 0x99].filter(
      (code) => code !== replyCodes.nak && code !== replyCodes.busy,
    );
    for (const code of codes) {
      const bench = online(1);
      bench.instead = (asked) => (asked === command.code ? { code, data: Uint8Array.of(0, 1) } : null);
      bench.order(1, 1, command);
      bench.run(500);
      const outcome = (right as readonly number[]).includes(code) ? done : fault('line.garbled');
      expect([code, bench.settled]).toMatchObject([code, [{ result: outcome }]]);
      expect(bench.link(1).status.name).toBe('online');
    }
  });

  it('[OS27] fails an order that is refused, and goes on', () => {
    const bench = online(1);
    bench.order(1, 1, { code: 0x7f, data: new Uint8Array(0) });
    bench.order(1, 2, commands.pulse(9, 500));
    bench.order(1, 3, commands.pulse(1, 500));
    bench.run(500);
    expect(bench.settled).toMatchObject([
      { orderId: 1, result: fault('reader.refused') },
      { orderId: 2, result: fault('reader.refused') },
      { orderId: 3, result: done },
    ]);
    expect(bench.link(1).status).toMatchObject({ name: 'online', refusing: null });
  });
});
