import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemLog } from '@portillon/core/base/system-log.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { VirtualClub } from './club.ts';
import { edgeConfigOf } from './club-edge-config.ts';
import { type ClubFile, readClubFile } from './club-file.ts';
import { writePrivately } from './club-state.ts';
import { gateModels, withBoard } from './gate/gate-in-club-file.ts';
import { PanelServer } from './panel/panel-server.ts';
import { terminalInClubFile, terminalModels } from './payment-terminal/terminal-sim.ts';

const usage = `Starts a virtual club: every device of a club file as a simulator, and the panel to play the people.

  --state FOLDER         where cards, papers and the edge's configuration are kept
  --club FILE            the club file, hardware-sims/clubs/lyon-part-dieu.json
  --terminal MODEL       another payment terminal than the club file names: concert, caisse-ap or zvt
  --gate MODEL           other boards at the gates than the club file names: modbus or osdp
  --base-url URL         the member base the edge is to reach, through a cable that can be cut
  --enrolment-code CODE  goes into the edge's configuration
  --bridge-port PORT     port on which the edge will wait for the screen (4610; 0: any)
  --gate-screen-port PORT  port on which the edge will wait for the screens beside the gates (4640; 0: any, and no link)
  --panel-port PORT      port of the panel (4630; 0: any)
  --panel-page FOLDER    the built page (build/panel)
  --speed X              terminal, dispenser and printer work X times faster (1)
  --ready-file PATH      written when everything stands: panelUrl, edgeConfigPath, addresses, missing
  --follow-parent        ends when standard input ends`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      state: { type: 'string' },
      club: { type: 'string' },
      terminal: { type: 'string' },
      gate: { type: 'string' },
      'base-url': { type: 'string' },
      'enrolment-code': { type: 'string', default: '' },
      'bridge-port': { type: 'string', default: '4610' },
      'gate-screen-port': { type: 'string', default: '4640' },
      'panel-port': { type: 'string', default: '4630' },
      'panel-page': { type: 'string', default: join('build', 'panel') },
      speed: { type: 'string', default: '1' },
      'ready-file': { type: 'string' },
      'follow-parent': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  if (!values.state || !values.club || !values['base-url']) {
    throw new Error(`--state, --club and --base-url are needed.\n\n${usage}`);
  }
  const stateFolder = resolve(values.state);
  const log = systemLog('sims');
  const clubFile = withGates(withTerminal(readClubFile(values.club), values.terminal), values.gate);
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });

  const gateScreenPort = numberOption('--gate-screen-port', values['gate-screen-port'], 0, 65_535);
  const club = new VirtualClub({
    file: clubFile,
    gateScreenPort,
    clock: systemClock,
    random: systemRandom,
    stateFolder,
    baseUrl: urlOption('--base-url', values['base-url']),
    speed: numberOption('--speed', values.speed, 0.1, 100),
  });
  const panel = new PanelServer({
    club,
    clock: systemClock,
    log,
    port: numberOption('--panel-port', values['panel-port'], 0, 65_535),
    pageFolder: resolve(values['panel-page']),
  });
  const bridgePort = numberOption('--bridge-port', values['bridge-port'], 0, 65_535);
  const asked = askedToEnd(values['follow-parent']);
  try {
    await club.start((progress) =>
      log.info('device started', { device: progress.name, done: progress.done, of: progress.of }),
    );
    await panel.start();
    const edgeConfigPath = join(stateFolder, 'edge.json');
    writeJson(
      edgeConfigPath,
      edgeConfigOf(club, {
        stateFolder: join(stateFolder, 'edge'),
        enrolmentCode: values['enrolment-code'],
        bridgePort,
        gateScreenPort,
      }),
    );
    for (const missing of club.missing) {
      log.warn('device is missing', { device: missing.name, why: missing.why, command: missing.command });
    }
    if (values['ready-file']) {
      writeJson(values['ready-file'], {
        panelUrl: panel.url,
        edgeConfigPath,
        addresses: club.addresses,
        missing: club.missing,
      });
    }
    log.info('virtual club is open', { club: clubFile.edgeName, panel: panel.url });
    await asked;
  } finally {
    await panel.stop();
    await club.stop();
  }
}

function withTerminal(file: ClubFile, model: string | undefined): ClubFile {
  if (model === undefined || model === file.terminal.model) return file;
  const terminal = terminalInClubFile.safeParse({ model });
  if (!terminal.success) {
    throw new Error(`--terminal is one of ${terminalModels.join(', ')}, not "${model.slice(0, 40)}".`);
  }
  return { ...file, terminal: terminal.data };
}

function withGates(file: ClubFile, named: string | undefined): ClubFile {
  if (named === undefined) return file;
  const model = gateModels.find((known) => known === named);
  if (!model) throw new Error(`--gate is one of ${gateModels.join(', ')}, not "${named.slice(0, 40)}".`);
  return { ...file, gates: file.gates.map((gate) => withBoard(gate, model)) };
}

/** Resolves when the operator, the service manager or the parent wants the program to end. */
async function askedToEnd(followParent: boolean): Promise<void> {
  const ways = [once(process, 'SIGTERM'), once(process, 'SIGINT')];
  if (followParent) {
    process.stdin.resume();
    ways.push(once(process.stdin, 'close'));
  }
  await Promise.race(ways);
}

function writeJson(path: string, content: unknown): void {
  writePrivately(path, `${JSON.stringify(content, null, 2)}\n`);
}

function numberOption(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= least && value <= most)) {
    throw new Error(`${option} takes a number from ${least} to ${most}, not "${text}".`);
  }
  return value;
}

function urlOption(option: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:') throw new Error(`${option} takes an address such as http://127.0.0.1:4620.`);
  return url;
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);
