import type { VirtualClub } from './club.ts';

export interface EdgeConfigOptions {
  readonly stateFolder: string;
  /** Empty once the edge is enrolled. */
  readonly enrolmentCode: string;
  readonly bridgePort: number;
  /** Of the screens beside the gates; 0: any. */
  readonly gateScreenPort: number;
}

/** The configuration file of the edge that is to run this club, as `kiosk/edge` reads it. */
export function edgeConfigOf(club: VirtualClub, options: EdgeConfigOptions): object {
  const { file, addresses } = club;
  const device = (model: string, name: string) => ({ model, address: addresses[name] });
  return {
    name: file.edgeName,
    stateFolder: options.stateFolder,
    baseUrl: club.baseUrl,
    ...(options.enrolmentCode ? { enrolmentCode: options.enrolmentCode } : {}),
    bridge: { port: options.bridgePort },
    gateScreens: { port: options.gateScreenPort },
    brand: file.brand,
    screen: file.screen,
    ...(file.sale ? { sale: file.sale } : {}),
    devices: {
      terminal: {
        ...device(file.terminal.model, 'terminal'),
        ...('dialect' in file.terminal ? { dialect: file.terminal.dialect } : {}),
      },
      ...(file.dispenser
        ? {
            dispenser: {
              ...device(file.dispenser.model, 'dispenser'),
              ...('dialect' in file.dispenser ? { dialect: file.dispenser.dialect } : {}),
            },
          }
        : {}),
      printer: { ...device(file.printer.model, 'printer'), paperMm: file.printer.paperMm },
      ...(file.kioskReader ? { reader: device(file.kioskReader.model, 'kiosk-reader') } : {}),
      gates: file.gates.map(
        ({
          id,
          name,
          board: { model, baud: _baud, ...board },
          reader,
          badgeReader,
          scanner: { model: scannerModel, baud: _scannerBaud, ...codeForm },
          screen,
        }) => ({
          id,
          name,
          board: { ...device(model, `${id}-board`), ...board },
          ...(reader ? { reader: device(reader.model, `${id}-reader`) } : {}),
          ...(badgeReader
            ? { badgeReader: { ...device(badgeReader.model, `${id}-badge-reader`), unit: badgeReader.unit } }
            : {}),
          scanner: { ...device(scannerModel, `${id}-scanner`), ...codeForm },
          ...(screen ? { screen } : {}),
        }),
      ),
    },
  };
}
