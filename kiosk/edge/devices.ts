import type { PersonLanguage } from '@portillon/core/access/person-language.ts';
import type { Clock } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { CardDispenser } from '@portillon/drivers/card-dispenser/card-dispenser.ts';
import type { CardReader, NumberReader } from '@portillon/drivers/card-reader/card-reader.ts';
import { OsdpCardReader } from '@portillon/drivers/card-reader/osdp/osdp-card-reader.ts';
import { PcscCardReader } from '@portillon/drivers/card-reader/pcsc/pcsc-card-reader.ts';
import type { ReaderSigns } from '@portillon/drivers/card-reader/reader-signs.ts';
import type { Device } from '@portillon/drivers/device.ts';
import type { Gate } from '@portillon/drivers/gate/gate.ts';
import { ModbusGate } from '@portillon/drivers/gate/modbus-board/modbus-gate.ts';
import { OsdpGate } from '@portillon/drivers/gate/osdp/osdp-gate.ts';
import type { OsdpLine } from '@portillon/drivers/osdp/osdp-line.ts';
import { CaisseApTerminal } from '@portillon/drivers/payment-terminal/caisse-ap/caisse-ap-terminal.ts';
import { ConcertTerminal } from '@portillon/drivers/payment-terminal/concert/concert-terminal.ts';
import type { PaymentTerminal } from '@portillon/drivers/payment-terminal/payment-terminal.ts';
import { ZvtTerminal } from '@portillon/drivers/payment-terminal/zvt/zvt-terminal.ts';
import { EscPosPrinter } from '@portillon/drivers/printer/escpos/escpos-printer.ts';
import type { Printer } from '@portillon/drivers/printer/printer.ts';
import { PrinterWithSpare } from '@portillon/drivers/printer/printer-with-spare.ts';
import { HidPosScanner } from '@portillon/drivers/scanner/hid-pos/hid-pos-scanner.ts';
import type { Scanner } from '@portillon/drivers/scanner/scanner.ts';
import { SerialScanner } from '@portillon/drivers/scanner/serial/serial-scanner.ts';
import { pcscReaderName, transportFor } from '@portillon/drivers/transport/address.ts';
import { ForkedPcsc } from '@portillon/drivers/transport/pcsc/forked-pcsc.ts';
import type { Transport } from '@portillon/drivers/transport/transport.ts';
import type { ReaderKeys } from '../store/reader-keys.ts';
import { dispenserOf } from './dispenser-models.ts';
import type { EdgeConfig, GateConfig } from './edge-config.ts';
import { OsdpLines, osdpPlaces } from './osdp-lines.ts';

/** What people present something to at one side of a gate. */
export interface GateSide {
  /** Through which the chip of a card is asked. */
  readonly reader: CardReader | null;
  /** Readers that know numbers only and show what was decided. */
  readonly badgeReaders: readonly BadgeReader[];
  readonly scanner: Scanner | null;
}

/** A gate with what stands at its entry. */
export interface GateDevices extends GateSide {
  readonly config: GateConfig;
  readonly gate: Gate;
  /** What stands at its exit; null where nobody is asked who leaves. */
  readonly exit: GateSide | null;
}

export interface BadgeReader {
  readonly device: NumberReader & ReaderSigns;
  readonly language: PersonLanguage;
}

/** Every device of the box, made from the configuration and not yet started. */
export interface EdgeDevices {
  readonly terminal: PaymentTerminal | null;
  readonly dispenser: CardDispenser | null;
  readonly printer: Printer | null;
  /** The kiosk's own, for members who come with their card. */
  readonly reader: CardReader | null;
  readonly gates: readonly GateDevices[];
  /** All of them by name, for health and supervision. */
  readonly all: readonly { readonly name: string; readonly device: Device }[];
}

interface Surroundings {
  readonly clock: Clock;
  readonly log: Log;
  /** Of readers on OSDP lines. */
  readonly readerKeys: ReaderKeys;
  /** The bundled program that talks to the smart-card service; beside the running program unless said. */
  readonly pcscProcess?: string;
}

/** The screen drives it: of the edge's devices it is none. */
export const cameraName = 'camera';

/** Where a model's name becomes a driver, with dispenser-models.ts. `transport.bad-address` names the address that is wrong. */
export function makeDevices(config: EdgeConfig['devices'], around: Surroundings): Result<EdgeDevices, Fault> {
  const { clock } = around;
  const all: { name: string; device: Device }[] = [];
  const wrong: Fault[] = [];
  const pcsc = new ForkedPcsc({
    ...around,
    ...(around.pcscProcess ? { childEntry: around.pcscProcess } : {}),
  });

  function over<D extends Device>(
    name: string,
    settings: { readonly address: string } | undefined,
    make: (options: { transport: Transport; clock: Clock; log: Log }) => D,
  ): D | null {
    if (!settings) return null;
    const transport = transportFor(settings.address, { clock });
    if (!transport.ok) {
      wrong.push({ ...transport.error, detail: `${name}: ${transport.error.detail}` });
      return null;
    }
    const device = make({ transport: transport.value, clock, log: around.log });
    all.push({ name, device });
    return device;
  }

  const lines = new OsdpLines({
    clock,
    log: around.log,
    keys: around.readerKeys,
    places: osdpPlaces(config),
  });

  function onLine<D extends Device>(
    name: string,
    settings: { readonly address: string },
    make: (line: OsdpLine) => D,
  ): D | null {
    const line = lines.line(settings.address);
    if (!line.ok) {
      wrong.push({ ...line.error, detail: `${name}: ${line.error.detail}` });
      return null;
    }
    const device = make(line.value);
    all.push({ name, device });
    return device;
  }

  function gateOf(name: string, board: GateConfig['board']): Gate | null {
    if (board.model === 'modbus-board') {
      return over(name, board, (options) => new ModbusGate({ ...options, ...board }));
    }
    return onLine(name, board, (line) => new OsdpGate({ ...board, line, clock, log: around.log }));
  }

  function badgeReader(name: string, settings: GateConfig['reader']): BadgeReader[] {
    if (settings?.model !== 'osdp') return [];
    const { unit, language } = settings;
    const device = onLine(name, settings, (line) => new OsdpCardReader({ line, log: around.log, unit }));
    return device ? [{ device, language }] : [];
  }

  function reader(name: string, settings: GateConfig['reader']): CardReader | null {
    if (settings?.model !== 'pcsc') return null;
    const readerName = pcscReaderName(settings.address);
    if (!readerName.ok) {
      wrong.push({ ...readerName.error, detail: `${name}: ${readerName.error.detail}` });
      return null;
    }
    const device = new PcscCardReader({ pcsc, readerName: readerName.value, clock, log: around.log });
    all.push({ name, device });
    return device;
  }

  function sideOf(gateId: string, side: '' | 'exit-', at: NonNullable<GateConfig['exit']>): GateSide {
    const { scanner } = at;
    return {
      reader: reader(`${gateId}.${side}reader`, at.reader),
      badgeReaders: [
        ...badgeReader(`${gateId}.${side}reader`, at.reader),
        ...badgeReader(`${gateId}.${side}badge-reader`, at.badgeReader),
      ],
      scanner: over<Scanner>(`${gateId}.${side}scanner`, scanner, (options) =>
        scanner?.model === 'hid-pos'
          ? new HidPosScanner({ ...options, ...scanner })
          : new SerialScanner({ ...options, ...scanner }),
      ),
    };
  }

  const terminal = over<PaymentTerminal>('terminal', config.terminal, (options) =>
    terminalOf(config.terminal, options),
  );
  const { dispenser: dispenserSettings } = config;
  const dispenser =
    dispenserSettings === undefined
      ? null
      : over('dispenser', dispenserSettings, (options) => dispenserOf(dispenserSettings, options));
  const printer = withSpare(
    over('printer', config.printer, (options) => new EscPosPrinter({ ...options, ...config.printer })),
    over('printer.spare', config.sparePrinter, (options) => {
      return new EscPosPrinter({ ...options, ...config.sparePrinter });
    }),
  );
  const kioskReader = reader('reader', config.reader);
  const gates: GateDevices[] = [];
  for (const gateConfig of config.gates) {
    const { id, board } = gateConfig;
    const gate = gateOf(`${id}.board`, board);
    if (!gate) continue;
    gates.push({
      config: gateConfig,
      gate,
      ...sideOf(id, '', gateConfig),
      exit: gateConfig.exit ? sideOf(id, 'exit-', gateConfig.exit) : null,
    });
  }
  for (const name of Object.keys(config.plates)) {
    if (name === cameraName || all.some((each) => each.name === name)) continue;
    const names = all.map((each) => each.name).join(', ');
    wrong.push(fault('config.invalid', `devices.plates.${name}: there is no such device, but ${names}`));
  }
  const [first] = wrong;
  return first ? err(first) : ok({ terminal, dispenser, printer, reader: kioskReader, gates, all });
}

function terminalOf(
  settings: EdgeConfig['devices']['terminal'],
  options: { transport: Transport; clock: Clock; log: Log },
): PaymentTerminal {
  switch (settings?.model) {
    case 'concert':
      return new ConcertTerminal({ ...options, dialect: settings.dialect });
    case 'zvt':
      return new ZvtTerminal({ ...options, ...(settings.password ? { password: settings.password } : {}) });
    default:
      return new CaisseApTerminal(options);
  }
}

function withSpare(printer: Printer | null, spare: Printer | null): Printer | null {
  return printer && spare ? new PrinterWithSpare({ printer, spare }) : (printer ?? spare);
}
