import { systemClock } from '@portillon/core/base/system-clock.ts';
import { describe, expect, it } from 'vitest';
import { pcscReaderName, transportFor } from './address.ts';
import { SerialTransport } from './serial-transport.ts';
import { TcpTransport } from './tcp-transport.ts';

const clock = systemClock;

describe('address of a line', () => {
  it.each([
    'serial:///dev/ttyUSB0?baud=9600',
    'serial://COM3?baud=115200&data=7&parity=even&stop=2',
    'serial:///dev/a folder with blanks/port?baud=9600',
  ])('makes a serial line of %s and keeps it as written', (address) => {
    const made = transportFor(address, { clock });
    expect(made).toMatchObject({ ok: true, value: { address } });
    expect(made.ok && made.value).toBeInstanceOf(SerialTransport);
  });

  it.each(['tcp://127.0.0.1:9100', 'tcp://printer.local:9100', 'tcp://[::1]:8888'])(
    'makes a TCP line of %s',
    (address) => {
      const made = transportFor(address, { clock });
      expect(made).toMatchObject({ ok: true, value: { address } });
      expect(made.ok && made.value).toBeInstanceOf(TcpTransport);
    },
  );

  it.each([
    ['', 'begins neither'],
    ['/dev/ttyUSB0', 'begins neither'],
    ['udp://10.0.0.1:5', 'begins neither'],
    ['serial://?baud=9600', 'port is missing'],
    ['serial:///dev/ttyUSB0', 'baud must be'],
    ['serial:///dev/ttyUSB0?baud=fast', 'baud must be'],
    ['serial:///dev/ttyUSB0?baud=9600&data=9', 'data must be'],
    ['serial:///dev/ttyUSB0?baud=9600&parity=mark', 'parity must be'],
    ['serial:///dev/ttyUSB0?baud=9600&stop=3', 'stop must be'],
    ['serial:///dev/ttyUSB0?baud=9600&party=even', 'no setting party'],
    ['serial:///dev/50%?baud=9600', '% stands in it alone'],
    ['hid://', 'device is missing'],
    ['tcp://10.0.0.7', 'port is missing'],
    ['tcp://:80', 'begins neither'],
    ['tcp://10.0.0.7:0', 'port is missing'],
    ['tcp://10.0.0.7:99999', 'begins neither'],
    ['tcp://10.0.0.7:80/path', 'nothing may follow'],
  ])('refuses %j and says why', (address, why) => {
    const made = transportFor(address, { clock });
    expect(made).toMatchObject({ ok: false, error: { code: 'transport.bad-address' } });
    expect(made.ok || made.error.detail).toContain(why);
  });

  it('reads the name of a card reader, with blanks as they are or written %20, and another daemon', () => {
    const debian = { name: 'Virtual PCD 00 00', socketPath: '/run/pcscd/pcscd.comm' };
    expect(pcscReaderName('pcsc://Virtual PCD 00 00')).toEqual({ ok: true, value: debian });
    expect(pcscReaderName('pcsc://Virtual%20PCD%2000%2000')).toEqual({ ok: true, value: debian });
    expect(pcscReaderName('pcsc://Virtual PCD 00 00?socket=%2Frun%2Fa b')).toEqual({
      ok: true,
      value: { ...debian, socketPath: '/run/a b' },
    });
  });

  it.each(['tcp://10.0.0.1:1', 'pcsc://', 'pcsc://A?slot=1', 'pcsc://A%2'])(
    'refuses the reader %j',
    (address) => {
      expect(pcscReaderName(address)).toMatchObject({ error: { code: 'transport.bad-address' } });
    },
  );
});
