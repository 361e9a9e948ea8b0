import { fault } from '@portillon/core/base/fault-codes.ts';
import { err, ok } from '@portillon/core/base/result.ts';
import { expect, it } from 'vitest';
import type { CardChannel } from '../card-channel.ts';
import { bytesOfHex, hexOf } from '../hex.ts';
import { exchange, wrapCommand } from './wrapped-apdu.ts';

/** A channel that expects these commands in this order. */
function scripted(script: readonly (readonly [string, string])[]): CardChannel & { readonly left: number } {
  const left = [...script];
  return {
    uid: bytesOfHex('04A1B2C3D4E5F6'),
    get left() {
      return left.length;
    },
    transmit: (apdu) => {
      const [command, answer] = left.shift() ?? ['nothing', ''];
      expect(hexOf(apdu)).toBe(command.replaceAll(' ', ''));
      return Promise.resolve(ok(bytesOfHex(answer)));
    },
  };
}

it('wraps a command with and without data', () => {
  expect(hexOf(wrapCommand(0x60, new Uint8Array(0)))).toBe('9060000000');
  expect(hexOf(wrapCommand(0x5a, bytesOfHex('505254')))).toBe('905A00000350525400');
});

it('gathers an answer of several frames', async () => {
  const channel = scripted([
    ['90 60 00 00 00', '04010101001A05 91AF'],
    ['90 AF 00 00 00', '04010101041A05 91AF'],
    ['90 AF 00 00 00', '0402030405060708 9100'],
  ]);
  const answer = await exchange(channel, 0x60, new Uint8Array(0));
  expect(answer).toEqual(
    ok({ status: 0x9100, data: bytesOfHex('04010101001A05 04010101041A05 0402030405060708') }),
  );
  expect(channel.left).toBe(0);
});

it('cuts a long command into frames of 54 bytes and stops at the first error', async () => {
  const data = Uint8Array.from({ length: 60 }, (_, index) => index);
  const head = `90 3D 00 00 36 ${hexOf(data.subarray(0, 54))} 00`;
  const tail = `90 AF 00 00 06 ${hexOf(data.subarray(54))} 00`;
  const whole = scripted([
    [head, '91AF'],
    [tail, '9100'],
  ]);
  expect(await exchange(whole, 0x3d, data)).toEqual(ok({ status: 0x9100, data: new Uint8Array(0) }));
  const refused = scripted([[head, '91BE']]);
  expect(await exchange(refused, 0x3d, data)).toEqual(ok({ status: 0x91be, data: new Uint8Array(0) }));
});

it('gives up on a card that never comes to an end', async () => {
  const endless: CardChannel = {
    uid: bytesOfHex('04A1B2C3D4E5F6'),
    transmit: () => Promise.resolve(ok(bytesOfHex('91AF'))),
  };
  const answer = await exchange(endless, 0x60, new Uint8Array(0));
  expect(answer).toMatchObject({ ok: false, error: { code: 'card.refused' } });
});

it('names an answer that is no answer', async () => {
  const mute = scripted([['90 60 00 00 00', '91']]);
  expect(await exchange(mute, 0x60, new Uint8Array(0))).toMatchObject({ error: { code: 'card.refused' } });
});

it('hands on the fault of the channel', async () => {
  const gone = fault('card.gone', 'left the field');
  const channel: CardChannel = { uid: new Uint8Array(7), transmit: () => Promise.resolve(err(gone)) };
  expect(await exchange(channel, 0x60, new Uint8Array(0))).toEqual(err(gone));
});
