// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { electronProgram, hasDisplay } from '../set-up/electron-runtime.mjs';
import { step } from '../set-up/progress.mjs';
import { inProject, projectFolder } from '../set-up/project.mjs';
import { runCommand } from '../set-up/run-command.mjs';
import { anyPort, freePort } from './free-port.mjs';
import { ProgramLog } from './program-log.mjs';
import { SupervisedProgram } from './supervised-program.mjs';

/** @typedef {import('./state-folder.mjs').StateFolder} StateFolder */
/** @typedef {{ kiosk: number, base: number, panel: number, gateScreens: number }} Ports */

const usualPorts = { kiosk: 4610, base: 4620, panel: 4630, gateScreens: 4640 };
export const usualClubFile = inProject('hardware-sims', 'clubs', 'lyon-part-dieu.json');
const errorLookMs = 1_000;

/**
 * The programs of a whole club on one machine: member base, simulated devices, edge, and Electron's window where it can
 * open. They start in that order and end in the reverse one.
 */
export class ClubPrograms {
  /** @type {StateFolder} */
  #state;
  /** @type {(line: string) => void} */
  #say;
  /** @type {{ name: string, program: SupervisedProgram, log: ProgramLog }[]} */
  #running = [];
  /** @type {NodeJS.Timeout | undefined} */
  #errorWatch;
  #stopping = false;

  /** @type {boolean} */
  #anyPorts;
  /** @type {string | undefined} */
  #terminal;
  /** @type {string | undefined} */
  #gate;
  /** @type {number} */
  #speed;
  /** @type {string} */
  #clubFile;

  /**
   * @param {StateFolder} state
   * @param {(line: string) => void} say
   * @param {{ anyPorts?: boolean, terminal?: string | undefined, gate?: string | undefined, speed?: number, clubFile?: string }} [options]
   *   `anyPorts`: for a club of its own beside others, not at the addresses that people know; `terminal`, `gate`: other
   *   models than the club file names; `speed`: terminal, dispenser and printer work so many times faster; `clubFile`: another club
   */
  constructor(state, say, { anyPorts = false, terminal, gate, speed = 1, clubFile = usualClubFile } = {}) {
    this.#anyPorts = anyPorts;
    this.#terminal = terminal;
    this.#gate = gate;
    this.#speed = speed;
    this.#clubFile = clubFile;
    this.#state = state;
    this.#say = say;
    for (const folder of ['logs', 'ready']) mkdirSync(state.in(folder), { recursive: true, mode: 0o700 });
  }

  /**
   * Starts everything and resolves with what a person needs to know.
   * @param {{ electron: boolean }} options
   */
  async start({ electron }) {
    const ports = await this.#ports();
    this.#errorWatch = setInterval(() => this.#tellErrors(), errorLookMs);

    const base = await this.#startNode('sync-service', 180_000, () => [
      ['--state', this.#state.in('sync-service')],
      ['--port', String(ports.base)],
      ['--seed', inProject('sync-service', 'seed', seedOf(this.#clubFile))],
      ['--staff-page', inProject('build', 'staff')],
    ]);
    const baseUrl = text(base.ready, 'url');
    const enrolmentCode = enrolmentCodeOf(base.ready, this.#clubFile);
    const sims = await this.#startNode('sims', 60_000, () => [
      ['--state', this.#state.in('sims')],
      ['--club', this.#clubFile],
      ...(this.#terminal ? [['--terminal', this.#terminal]] : []),
      ...(this.#gate ? [['--gate', this.#gate]] : []),
      ['--speed', String(this.#speed)],
      ['--base-url', baseUrl],
      ...(enrolmentCode ? [['--enrolment-code', enrolmentCode]] : []),
      ['--bridge-port', String(ports.kiosk)],
      ['--gate-screen-port', String(ports.gateScreens)],
      ['--panel-port', String(ports.panel)],
      ['--panel-page', inProject('build', 'panel')],
    ]);
    const configFile = text(sims.ready, 'edgeConfigPath');
    await this.#installReaders(configFile);
    const edge = await this.#startNode('edge', 60_000, () => [['--config', configFile]]);

    // A virtual device may have a new address after its program died; the edge reads its configuration at its start.
    let configDigest = digestOf(configFile);
    sims.program.onRestarted(async () => {
      if (digestOf(configFile) === configDigest) return;
      configDigest = digestOf(configFile);
      await edge.program.restart('has devices at new addresses');
    });

    const kioskUrl = text(edge.ready, 'url');
    return {
      base: base.ready,
      sims: sims.ready,
      kioskUrl,
      gateScreens: /** @type {Readonly<Record<string, string>>} */ (edge.ready.gateScreens ?? {}),
      window: electron && (await this.#openWindow(kioskUrl)),
    };
  }

  /**
   * The process of one of the programs now; tests kill it.
   * @param {string} name as in build/
   */
  pidOf(name) {
    return this.#running.find((running) => running.name === name)?.program.pid;
  }

  /** Ends what runs, the last started first. Safe to repeat. */
  async stop() {
    this.#stopping = true;
    for (const { name, program } of this.#running.toReversed()) {
      this.#say(`· ending ${name}`);
      await program.stop();
    }
    this.#running = [];
    clearInterval(this.#errorWatch);
  }

  /** The ports of the last time where they are free, so that addresses in use stay good; else the next free ones. */
  async #ports() {
    if (this.#anyPorts) {
      const [kiosk, base, panel, gateScreens] = [
        await anyPort(),
        await anyPort(),
        await anyPort(),
        await anyPort(),
      ];
      return { kiosk, base, panel, gateScreens };
    }
    const last = /** @type {Partial<Ports>} */ (this.#state.read('ports.json') ?? {});
    const kiosk = await freePort(last.kiosk ?? usualPorts.kiosk);
    const base = await freePort(last.base ?? usualPorts.base, [kiosk]);
    const panel = await freePort(last.panel ?? usualPorts.panel, [kiosk, base]);
    const gateScreens = await freePort(last.gateScreens ?? usualPorts.gateScreens, [kiosk, base, panel]);
    const ports = { kiosk, base, panel, gateScreens };
    this.#state.write('ports.json', ports);
    return ports;
  }

  /**
   * @param {string} name of the program, as it is called in build/
   * @param {number} readyLimitMs
   * @param {() => readonly (readonly string[])[]} options
   */
  #startNode(name, readyLimitMs, options) {
    const readyFile = this.#state.in('ready', `${name}.json`);
    return this.#startProgram({
      name,
      command: process.execPath,
      args: () => [
        '--enable-source-maps',
        inProject('build', `${name}.mjs`),
        ...options().flat(),
        '--ready-file',
        readyFile,
        '--follow-parent',
      ],
      readyFile,
      readyLimitMs,
    });
  }

  /**
   * What an operator does once, before the edge has the line: readers fresh from their box get keys of their own.
   * @param {string} configFile
   */
  async #installReaders(configFile) {
    if (!hangsOnOsdp(configFile)) return;
    const args = [inProject('build', 'readers.mjs'), '--config', configFile, '--install-new'];
    const { code, output } = await step('installing the readers on the OSDP line', () =>
      runCommand(process.execPath, args, { cwd: projectFolder, quiet: true }),
    );
    if (code !== 0) this.#say(`Not every reader is well:\n${output.trim()}`);
  }

  /** @param {{ name: string, command: string, args: () => readonly string[], readyFile: string, readyLimitMs: number }} plan */
  async #startProgram(plan) {
    if (this.#stopping) throw new Error('Asked to end before everything had started.');
    const log = new ProgramLog(this.#state.in('logs', `${plan.name}.log`));
    const program = new SupervisedProgram({ ...plan, log, cwd: projectFolder }, this.#say);
    this.#running.push({ name: plan.name, program, log });
    const ready = await step(`starting ${plan.name}`, () => program.start());
    return { program, ready };
  }

  /**
   * @param {string} kioskUrl
   * @returns {Promise<boolean>} whether Electron's window is open
   */
  async #openWindow(kioskUrl) {
    const script = inProject('build', 'electron', 'main.cjs');
    const program = electronProgram();
    if (!program || !hasDisplay() || !existsSync(script) || process.getuid?.() === 0) return false;
    const readyFile = this.#state.in('ready', 'window.json');
    try {
      await this.#startProgram({
        name: 'window',
        command: program,
        args: () => [script, '--url', kioskUrl, '--dev', '--ready-file', readyFile, '--follow-parent'],
        readyFile,
        readyLimitMs: 20_000,
      });
      return true;
    } catch (error) {
      this.#say(`Electron's window does not open. ${error instanceof Error ? error.message : String(error)}`);
      const window = this.#running.pop();
      await window?.program.stop();
      return false;
    }
  }

  #tellErrors() {
    for (const { name, log } of this.#running)
      for (const words of log.newErrors().slice(0, 3)) this.#say(`${name}: ${words}`);
  }
}

/**
 * A field every program promises to write into its ready file.
 * @param {Record<string, unknown>} ready
 * @param {string} field
 */
function text(ready, field) {
  const value = ready[field];
  if (typeof value !== 'string') throw new Error(`A ready file lacks ${field}: ${JSON.stringify(ready)}`);
  return value;
}

/**
 * The one-time code that waits for the box of our club; none once it has been used, and the edge keeps its own identity.
 * @param {Record<string, unknown>} ready
 * @param {string} clubFile
 */
function enrolmentCodeOf({ enrolmentCodes }, clubFile) {
  const { name } = JSON.parse(readFileSync(clubFile, 'utf8'));
  const code = /** @type {Record<string, unknown> | undefined} */ (enrolmentCodes)?.[name];
  return typeof code === 'string' ? code : null;
}

/**
 * The club file of a name (`madrid`), or at a path.
 * @param {string} club
 */
export function clubFileNamed(club) {
  const file = /^[a-z0-9-]+$/.test(club) ? inProject('hardware-sims', 'clubs', `${club}.json`) : club;
  if (existsSync(file)) return file;
  const names = readdirSync(inProject('hardware-sims', 'clubs')).map((name) => name.replace(/\.json$/, ''));
  throw new Error(
    `There is no club "${club.slice(0, 80)}". There are: ${names.join(', ')}, or the path of a club file.`,
  );
}

/**
 * What a new member base of that club begins with.
 * @param {string} clubFile
 */
function seedOf(clubFile) {
  const { network } = JSON.parse(readFileSync(clubFile, 'utf8'));
  return typeof network === 'string' ? network : 'demo-network.json';
}

/** @param {string} configFile */
function hangsOnOsdp(configFile) {
  const { devices } = JSON.parse(readFileSync(configFile, 'utf8'));
  return devices.gates.some(
    (/** @type {{ board: { model: string } }} */ { board }) => board.model === 'osdp',
  );
}

/** @param {string} file */
const digestOf = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');
