import { afterEach, describe, expect, it } from 'vitest';
import { commands, type ReaderEvent } from './osdp-messages.ts';
import { isDown, isOnline, readerBecomes, type WiredLine, wiredLine } from './test/wired-line.ts';

let wired: WiredLine;
afterEach(() => wired.close());

type Given<T> = T extends undefined ? never : T;
const first = <T>(things: readonly T[]): Given<T> => {
  const [thing] = things;
  if (thing === undefined) throw new Error('there is none');
  return thing as Given<T>;
};
const fault = (index: number, name: string, on: boolean) => wired.sims[index]?.act('fault', { name, on });

function nextRead(index: number): Promise<ReaderEvent> {
  return new Promise((resolve) => {
    const stop = wired.readers[index]?.onEvent((event) => {
      if (event.type !== 'read') return;
      stop?.();
      resolve(event);
    });
  });
}

async function reads(index: number): Promise<void> {
  const read = nextRead(index);
  await wired.sims[index]?.act('read', { number: '04AABBCC' });
  expect(await read).toMatchObject({ bitCount: 32, bits: Uint8Array.of(0x04, 0xaa, 0xbb, 0xcc) });
}

describe('readers on one pty', () => {
  it('[OS17] open a channel each, tell what they read, and do what they are told', async () => {
    wired = await wiredLine({ units: [0, 1, 2, 7] });
    await Promise.all(wired.readers.map((reader) => readerBecomes(reader, isOnline)));
    for (const index of [0, 1, 2, 3]) await reads(index);
    const reader = first(wired.readers);
    expect(await reader.send(commands.text(0, 'Bonjour', 3))).toMatchObject({ ok: true });
    expect(first(wired.sims).view()).toMatchObject({ text: 'Bonjour', secure: true });
  });

  it.each([9_600, 19_200, 38_400, 57_600, 115_200, 230_400])(
    '[OS16] at %i baud, at the pace of the wire',
    async (baud) => {
      wired = await wiredLine({ units: [3], baud, sim: { keepsPace: true } });
      await readerBecomes(first(wired.readers), isOnline);
      await reads(0);
      expect(first(wired.readers).counts).toMatchObject({ garbled: 0, wrongMac: 0 });
    },
  );

  it.each([
    ['silent', 'reader.no-answer'],
    ['garbled', 'line.garbled'],
    ['wrong-crc', 'line.garbled'],
    ['wrong-sequence', 'line.garbled'],
    ['wrong-mac', 'reader.channel-lost'],
    ['in-clear', 'reader.channel-lost'],
    ['swapped', 'reader.channel-lost'],
    ['cable-pulled', 'transport.pulled'],
  ])('[OS20] with a reader that is %s: names it, and is well again by itself', async (name, code) => {
    wired = await wiredLine({ units: [1, 2] });
    await Promise.all(wired.readers.map((reader) => readerBecomes(reader, isOnline)));
    await fault(0, name, true);
    await readerBecomes(first(wired.readers), isDown(code));
    if (name !== 'cable-pulled') await reads(1);
    await fault(0, name, false);
    await readerBecomes(first(wired.readers), isOnline);
    await reads(0);
  });

  it.each(['drop', 'split', 'busy', 'unasked'])('[OS18] goes on with a reader that %s', async (name) => {
    wired = await wiredLine({ units: [1, 2] });
    await Promise.all(wired.readers.map((reader) => readerBecomes(reader, isOnline)));
    await fault(0, name, true);
    for (let round = 0; round < 4; round++) await reads(0);
    expect(await first(wired.readers).send(commands.text(0, 'Bonjour', 2))).toMatchObject({ ok: true });
    await reads(1);
    expect(first(wired.readers).status.name).toBe('online');
    expect(first(wired.sims).received.filter(({ meaning }) => meaning.startsWith('text'))).toHaveLength(
      name === 'busy' ? 3 : 1,
    );
  });

  it('[OS22] outlives one that babbles, and serves everybody again when it stops', async () => {
    wired = await wiredLine({ units: [1, 2] });
    await Promise.all(wired.readers.map((reader) => readerBecomes(reader, isOnline)));
    await fault(0, 'babbling', true);
    for (let round = 0; round < 5; round++) await reads(1);
    expect(wired.line.discardedBytes).toBeGreaterThan(0);
    await fault(0, 'babbling', false);
    await Promise.all(wired.readers.map((reader) => readerBecomes(reader, isOnline)));
    await reads(0);
  });

  it('[OS9] never uses another reader in the place of the one that was installed', async () => {
    wired = await wiredLine({ units: [1] });
    await readerBecomes(first(wired.readers), isOnline);
    await fault(0, 'swapped', true);
    await readerBecomes(first(wired.readers), isDown('reader.wrong-key'));
    await first(wired.sims).act('read', { number: '04AABBCC' });
    expect(await first(wired.readers).send(commands.pulse(0, 500))).toMatchObject({
      error: { code: 'reader.wrong-key' },
    });
  });

  it.each(['no-secure-channel', 'default-key'])(
    '[OS8] never talks in clear with a reader of %s',
    async (name) => {
      wired = await wiredLine({ units: [1] });
      await readerBecomes(first(wired.readers), isOnline);
      await fault(0, name, true);
      await first(wired.sims).act('power-cycle');
      await readerBecomes(first(wired.readers), isDown('reader.not-secure'));
    },
  );

  it('[OS26] shows an opened cover', async () => {
    wired = await wiredLine({ units: [1] });
    await readerBecomes(first(wired.readers), isOnline);
    await first(wired.sims).act('open-cover', { open: true });
    await readerBecomes(first(wired.readers), (status) => status.name === 'online' && status.tampered);
    await first(wired.sims).act('open-cover', { open: false });
    await readerBecomes(first(wired.readers), (status) => status.name === 'online' && !status.tampered);
  });
});

describe('installing', () => {
  it('[OS15] gives each reader a fresh key of its own, kept before it is told', async () => {
    wired = await wiredLine({ units: [1, 2], installed: false });
    await Promise.all(wired.readers.map((reader) => readerBecomes(reader, isDown('reader.no-key'))));
    for (const unit of [1, 2]) {
      expect(await wired.line.changeKey(unit, 'installation')).toEqual({ ok: true, value: undefined });
    }
    const [one, two] = [wired.keys.keys.get(1), wired.keys.keys.get(2)];
    expect(one?.next).toBeNull();
    expect(one?.current).toEqual(wired.sims[0]?.scbk);
    expect(two?.current).toEqual(wired.sims[1]?.scbk);
    expect(one?.current).not.toEqual(two?.current);
    await Promise.all(wired.readers.map((reader) => readerBecomes(reader, isOnline)));
    await reads(0);
    await first(wired.sims).act('power-cycle');
    await readerBecomes(first(wired.readers), isDown('reader.channel-lost'));
    await readerBecomes(first(wired.readers), isOnline);
  });

  it('[OS13] does not install a reader that is not in its installation mode, and keeps what works', async () => {
    wired = await wiredLine({ units: [1] });
    await readerBecomes(first(wired.readers), isOnline);
    const before = wired.keys.keys.get(1)?.current;
    expect(await wired.line.changeKey(1, 'installation')).toMatchObject({
      error: { code: 'reader.not-secure' },
    });
    expect(wired.keys.keys.get(1)?.current).toEqual(before);
    expect(first(wired.sims).scbk).toEqual(before);
  });

  it('[OS12] changes the key of a reader in use', async () => {
    wired = await wiredLine({ units: [1] });
    await readerBecomes(first(wired.readers), isOnline);
    const before = wired.keys.keys.get(1)?.current;
    expect(await wired.line.changeKey(1, 'current')).toMatchObject({ ok: true });
    expect(wired.keys.keys.get(1)).toEqual({ current: first(wired.sims).scbk, next: null });
    expect(first(wired.sims).scbk).not.toEqual(before);
    await reads(0);
  });
});
