import fc from 'fast-check';
import { expect, it } from 'vitest';
import { commands, readAbilities, readEvent, readIdentity, replyCodes } from './osdp-messages.ts';
import published from './vectors/published-frames.json' with { type: 'json' };

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

it('[OS28] writes lights, sounds, outputs and keys as the published examples', () => {
  const light = commands.light({
    reader: 2,
    light: 3,
    temporary: { onSteps: 1, offSteps: 2, onColour: 6, offColour: 0, forSteps: 4 },
    permanent: { onSteps: 2, offSteps: 6, onColour: 4, offColour: 3 },
  });
  expect(hexOf(light.data)).toBe(published.commandData.led);
  expect(hexOf(commands.sound(0, 5, 2, 1).data)).toBe(published.commandData.buzzer);
  expect(hexOf(commands.text(0, '*'.repeat(24), 0).data)).toBe(published.commandData.text);
  expect(hexOf(commands.pulse(0, 3_000).data)).toBe('00051e00');
  expect(hexOf(commands.keySet(bytesOf('00010203040506070001020304050607')).data)).toBe(
    published.frames.find(({ what }) => what === 'KEYSET')?.data,
  );
});

it('[OS28] shows words in ASCII, 32 characters at most', () => {
  const shown = (words: string) =>
    Buffer.from(commands.text(0, words, 3).data.subarray(6)).toString('latin1');
  expect(shown('Accès refusé')).toBe('Acces refuse');
  expect(shown('Voir l’accueil')).toBe("Voir l'accueil");
  expect(shown('Não · 入')).toBe('Nao ? ?');
  expect(shown('x'.repeat(50))).toHaveLength(32);
  expect([...commands.text(0, 'A', 3).data]).toEqual([0, 4, 3, 1, 1, 1, 65]);
});

it('[OS25] reads a card, keys, inputs, outputs, tamper and power', () => {
  expect(readEvent({ code: replyCodes.raw, data: bytesOf(published.replyData.raw) })).toEqual({
    type: 'read',
    reader: 5,
    bitCount: 16,
    bits: bytesOf('12ab'),
  });
  expect(readEvent({ code: replyCodes.raw, data: bytesOf('00001a0080010240') })).toMatchObject({
    bitCount: 26,
  });
  expect(readEvent({ code: replyCodes.keypad, data: bytesOf(published.replyData.keypad) })).toEqual({
    type: 'keys',
    reader: 1,
    keys: '01234',
  });
  expect(readEvent({ code: replyCodes.keypad, data: bytesOf('000331320d') })).toMatchObject({ keys: '12#' });
  expect(readEvent({ code: replyCodes.inputStatus, data: bytesOf('00010203') })).toEqual({
    type: 'inputs',
    levels: [false, true, false, false],
  });
  expect(readEvent({ code: replyCodes.localStatus, data: bytesOf('0100') })).toEqual({
    type: 'local',
    tampered: true,
    powerFailed: false,
  });
  expect(readEvent({ code: replyCodes.ack, data: new Uint8Array(0) })).toBeUndefined();
});

it('[OS25] calls what has a wrong length malformed', () => {
  for (const [code, hex] of [
    [replyCodes.raw, ''],
    [replyCodes.raw, '00001a00800102'],
    [replyCodes.raw, '00001a008001024000'],
    [replyCodes.raw, '0000000000'],
    [replyCodes.raw, '0000ffff00'],
    [replyCodes.keypad, '00'],
    [replyCodes.keypad, '000231'],
    [replyCodes.keypad, '0001313233'],
    [replyCodes.localStatus, '01'],
    [replyCodes.localStatus, '010000'],
  ] as const) {
    expect([hex, readEvent({ code, data: bytesOf(hex) })]).toEqual([hex, 'malformed']);
  }
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 60 }), (code, data) => {
      readEvent({ code, data }); // and throws at nothing
    }),
  );
});

it('[OS7] reads who a reader is and what it can do, and takes half an answer for none', () => {
  expect(readIdentity(bytesOf('000ee3101000007497230606'))).toEqual({
    vendor: '000ee3',
    model: 0x10,
    version: 0x10,
    serialNumber: 0x97740000,
    firmware: '35.6.6',
  });
  expect(readAbilities(bytesOf(published.replyData.capabilities))).toEqual({
    inputs: 0,
    outputs: 0,
    lights: true,
    sound: true,
    text: false,
  });
  expect(readIdentity(bytesOf('000ee310'))).toBeUndefined();
  expect(readAbilities(bytesOf('0101'))).toBeUndefined();
});
