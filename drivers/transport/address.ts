import type { Clock } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { HidTransport } from './hid-transport.ts';
import { type PcscReaderName, pcscdSocketPath } from './pcsc/pcsc-port.ts';
import { SerialTransport } from './serial-transport.ts';
import { TcpTransport } from './tcp-transport.ts';
import type { Transport } from './transport.ts';

/**
 * The line that an address of the configuration names:
 *
 *   serial:///dev/ttyUSB0?baud=9600&data=7&parity=even&stop=1     data 8, parity none, stop 1 unless said
 *   serial://COM3?baud=115200
 *   tcp://192.168.1.20:9100
 *   hid:///dev/hidraw0
 *
 * `transport.bad-address` says what is wrong with it. Nothing is opened here.
 */
export function transportFor(
  address: string,
  { clock }: { readonly clock: Clock },
): Result<Transport, Fault> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === 'serial:') return serial(address, url);
  if (url?.protocol === 'tcp:') return tcp(address, url, clock);
  if (url?.protocol === 'hid:') return hid(address, url);
  return bad(address, 'it begins neither with serial:// nor with tcp:// nor with hid://');
}

/**
 * The reader that an address names, as PC/SC names it or its beginning; blanks may be written %20:
 *
 *   pcsc://ACS ACR122U PICC Interface 00 00
 *   pcsc://Virtual PCD 00 00?socket=/run/other/pcscd.comm       a pcscd that listens elsewhere than Debian's does
 */
export function pcscReaderName(address: string): Result<PcscReaderName, Fault> {
  const [, name, socket] = /^pcsc:\/\/([^?]+)(?:\?socket=([^&]+))?$/.exec(address) ?? [];
  if (name === undefined) return bad(address, 'a card reader is written pcsc://name-of-the-reader');
  try {
    return ok({
      name: decodeURIComponent(name),
      socketPath: socket === undefined ? pcscdSocketPath : decodeURIComponent(socket),
    });
  } catch {
    return bad(address, 'a % is not followed by two hexadecimal digits');
  }
}

function serial(address: string, url: URL): Result<Transport, Fault> {
  const path = pathOf(url);
  if (path === undefined) return bad(address, 'the port is missing, or a % stands in it alone');
  const unknown = [...url.searchParams.keys()].find(
    (key) => !['baud', 'data', 'parity', 'stop'].includes(key),
  );
  if (unknown !== undefined) return bad(address, `there is no setting ${unknown}`);
  const baudRate = Number(url.searchParams.get('baud') ?? 'missing');
  if (!Number.isInteger(baudRate) || baudRate < 300 || baudRate > 4_000_000) {
    return bad(address, 'baud must be a speed such as 9600');
  }
  const dataBits = oneOf(url.searchParams.get('data') ?? '8', ['7', '8']);
  if (!dataBits) return bad(address, 'data must be 7 or 8');
  const parity = oneOf(url.searchParams.get('parity') ?? 'none', ['none', 'even', 'odd']);
  if (!parity) return bad(address, 'parity must be none, even or odd');
  const stopBits = oneOf(url.searchParams.get('stop') ?? '1', ['1', '2']);
  if (!stopBits) return bad(address, 'stop must be 1 or 2');
  return ok(
    new SerialTransport(address, {
      path,
      baudRate,
      dataBits: dataBits === '7' ? 7 : 8,
      parity,
      stopBits: stopBits === '1' ? 1 : 2,
    }),
  );
}

function tcp(address: string, url: URL, clock: Clock): Result<Transport, Fault> {
  const port = Number(url.port);
  if (url.hostname === '') return bad(address, 'the host is missing');
  if (port === 0) return bad(address, 'the port is missing');
  if ((url.pathname !== '' && url.pathname !== '/') || url.search !== '') {
    return bad(address, 'nothing may follow the port');
  }
  return ok(new TcpTransport({ host: url.hostname.replace(/^\[|\]$/g, ''), port, clock }));
}

function hid(address: string, url: URL): Result<Transport, Fault> {
  const path = pathOf(url);
  if (path === undefined) return bad(address, 'the device is missing, or a % stands in it alone');
  return ok(new HidTransport(address, path));
}

function pathOf(url: URL): string | undefined {
  try {
    const path = decodeURIComponent(url.host + url.pathname);
    return path === '' || path === '/' ? undefined : path;
  } catch {
    return undefined;
  }
}

function oneOf<const T extends string>(value: string, allowed: readonly T[]): T | undefined {
  return allowed.find((candidate) => candidate === value);
}

function bad(address: string, why: string): Result<never, Fault> {
  return err(fault('transport.bad-address', `${address}: ${why}`));
}
