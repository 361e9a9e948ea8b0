import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DebtReason } from '@portillon/core/wire/messages.ts';
import { readClubFile } from '@portillon/hardware-sims/club-file.ts';
import type { BankAnswer, DeviceView } from '@portillon/hardware-sims/panel/club-view.ts';
import { PanelClient } from '@portillon/hardware-sims/panel/panel-client.ts';
import {
  type InterventionList,
  interventionListSchema,
} from '@portillon/sync-service/http/staff/intervention-view.ts';
import { BaseFacts } from '@portillon/tools/main-job/base-facts.ts';
import { inProject } from '@portillon/tools/set-up/project.mjs';
import { ClubPrograms, usualClubFile } from '@portillon/tools/start/club-programs.mjs';
import { StateFolder } from '@portillon/tools/start/state-folder.mjs';
import type { EdgeHealth } from '../edge/edge.ts';
import { BridgePerson } from './bridge-person.ts';

interface Reached {
  readonly panel: PanelClient;
  readonly panelUrl: string;
  readonly kioskUrl: string;
  readonly gateScreens: Readonly<Record<string, string>>;
  readonly edgeConfig: string;
  readonly gateId: string;
  readonly facts: BaseFacts;
  /** Of the staff page: its address, and who may sign in. */
  readonly staff: { readonly url: string; readonly user: string; readonly password: string };
}

async function reach(programs: ClubPrograms): Promise<Reached> {
  const { base, sims, kioskUrl, gateScreens } = await programs.start({ electron: false });
  const panelUrl = String(sims.panelUrl);
  const panel = new PanelClient(panelUrl);
  const gateId = (await panel.club()).gates[0]?.id ?? '';
  const { user = '', password = '' } = (base.staff ?? {}) as { user?: string; password?: string };
  const staff = { url: String(base.staffUrl), user, password };
  const edgeConfig = String(sims.edgeConfigPath);
  return {
    panel,
    panelUrl,
    kioskUrl,
    gateScreens,
    edgeConfig,
    gateId,
    staff,
    facts: await BaseFacts.connect(String(base.databaseUrl)),
  };
}

/** What a command said, and what it ended with. */
export interface CommandOutcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function command(name: string, ...args: readonly string[]): Promise<CommandOutcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [inProject('build', `${name}.mjs`), ...args], (error, out, err) => {
      resolve({ code: error ? Number(error.code ?? -1) : 0, out, err });
    });
  });
}

/** The usual club with settings of its own. */
function writeClubFile(folder: string, sale: Readonly<Record<string, unknown>>): string {
  const path = join(folder, 'club.json');
  writeFileSync(path, JSON.stringify({ ...readClubFile(usualClubFile), sale }));
  return path;
}

/** A whole club of real processes in a folder of its own: member base, devices, edge. What `npm start` runs. */
export class TestClub {
  #reached: Reached;
  #programs: ClubPrograms;
  readonly #state: StateFolder;
  readonly #folder: string;
  readonly #killed = new Set<number>();
  #closed = false;

  private constructor(programs: ClubPrograms, state: StateFolder, folder: string, reached: Reached) {
    this.#programs = programs;
    this.#state = state;
    this.#folder = folder;
    this.#reached = reached;
  }

  /** One command at the journal of the till, as an operator types it; what it answered, and what it ended with. */
  journal(...args: readonly string[]): Promise<CommandOutcome> {
    return command('journal', '--config', this.#reached.edgeConfig, ...args);
  }

  /** One command on the member base, as its operator types it. */
  base(...args: readonly string[]): Promise<CommandOutcome> {
    return command('base', ...args, '--state', this.#state.in('sync-service'));
  }

  /**
   * Resolves when everything is ready to sell. `terminal`, `gate` and `speed` are those of the virtual club; `sale` is what the
   * operator sets of selling in the edge's configuration.
   */
  static async open({
    sale,
    ...options
  }: {
    terminal?: string;
    gate?: string;
    speed?: number;
    /** Another club than the usual one. */
    clubFile?: string;
    sale?: Readonly<Record<string, unknown>>;
  } = {}): Promise<TestClub> {
    const folder = mkdtempSync(join(tmpdir(), 'portillon club '));
    const state = new StateFolder(join(folder, 'state'));
    const programs = new ClubPrograms(state, () => undefined, {
      anyPorts: true,
      ...options,
      ...(sale ? { clubFile: writeClubFile(folder, sale) } : {}),
    });
    try {
      const club = new TestClub(programs, state, folder, await reach(programs));
      await club.#ready();
      return club;
    } catch (error) {
      await programs.stop();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Ends all programs, lets the test change the edge's own folder while nothing runs, and starts them again. */
  async restart(change: (edgeFolder: string) => void | Promise<void>): Promise<void> {
    await this.#reached.facts.close();
    await this.#programs.stop();
    await change(this.edgeFolder);
    this.#programs = new ClubPrograms(this.#state, () => undefined, { anyPorts: true });
    this.#reached = await reach(this.#programs);
    await this.#ready();
  }

  /** Store and keys of the edge. */
  get edgeFolder(): string {
    return this.#state.in('sims', 'edge');
  }

  /** Every device answers, and the plans are there. */
  #ready(): Promise<void> {
    return this.until(async () => {
      const { devices, plans } = await this.health();
      return plans > 0 && Object.values(devices).every(({ status }) => status === 'ready');
    });
  }

  get facts(): BaseFacts {
    return this.#reached.facts;
  }

  /** Everything that the programs of this club keep on the disk, their logs included. */
  get folder(): string {
    return this.#folder;
  }

  get staff(): Reached['staff'] {
    return this.#reached.staff;
  }

  get panel(): PanelClient {
    return this.#reached.panel;
  }

  get panelUrl(): string {
    return this.#reached.panelUrl;
  }

  get kioskUrl(): string {
    return this.#reached.kioskUrl;
  }

  /** The page of the screen beside the gate. */
  get gateScreenUrl(): string {
    return this.#reached.gateScreens[this.gateId] ?? '';
  }

  /** What the edge has logged of this event, as it is on the disk now. */
  logged(event: string): readonly Readonly<Record<string, unknown>>[] {
    const lines = readFileSync(this.#state.in('logs', 'edge.log'), 'utf8').split('\n');
    return lines.filter((line) => line.includes(`"${event}"`)).map((line) => JSON.parse(line));
  }

  get gateId(): string {
    return this.#reached.gateId;
  }

  /** After the base was killed: its PostgreSQL has a new process, and maybe a new port. */
  async reconnectFacts(): Promise<void> {
    await this.facts.close();
    await this.until(async () => {
      const ready = this.#state.read('ready/sync-service.json') as { databaseUrl?: string } | null;
      if (!ready?.databaseUrl || this.#killed.has(this.#programs.pidOf('sync-service') ?? 0)) return false;
      this.#reached = { ...this.#reached, facts: await BaseFacts.connect(ready.databaseUrl) };
      return true;
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.facts.close();
    await this.#programs.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async health(): Promise<EdgeHealth> {
    return (await fetch(new URL('/health', this.kioskUrl))).json() as Promise<EdgeHealth>;
  }

  /** Null while nobody answers. */
  async healthOrNull(): Promise<EdgeHealth | null> {
    try {
      return await this.health();
    } catch {
      return null;
    }
  }

  person(): Promise<BridgePerson> {
    return BridgePerson.attach(this.kioskUrl);
  }

  /** Looks again and again, as fast as answers come, until it holds; the time limit is the test's. Ends with the club. */
  async until(holds: () => Promise<boolean>): Promise<void> {
    while (!(await holds())) {
      if (this.#closed) throw new Error('the club was closed before it came true');
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  /** As the power would: at once, no goodbye. */
  kill(program: 'edge' | 'sync-service'): void {
    const pid = this.#programs.pidOf(program);
    if (pid === undefined) throw new Error(`${program} does not run`);
    this.#killed.add(pid);
    process.kill(pid, 'SIGKILL');
  }

  async device(kind: string): Promise<DeviceView> {
    const found = (await this.panel.club()).devices.find((device) => device.kind === kind);
    if (!found) throw new Error(`the club has no ${kind}`);
    return found;
  }

  /** Switches a named fault of the device of this kind. */
  async fault(kind: string, name: string, on: boolean): Promise<void> {
    await this.panel.act((await this.device(kind)).name, 'fault', { name, on });
  }

  /** The club's own moment now, for `releasedSince`. */
  async now(): Promise<number> {
    return (await this.panel.club()).atMonotonicMs;
  }

  /** Whether the board has received the order to release the entry since that moment. */
  async releasedSince(sinceMs: number): Promise<boolean> {
    const board = (await this.panel.club()).gates[0]?.board ?? '';
    return (await this.panel.received(board)).some(
      ({ meaning, atMonotonicMs }) => /^pulse (relay|output)/.test(meaning) && atMonotonicMs >= sinceMs,
    );
  }

  /** Presents a payment card as soon as the terminal waits for one. */
  async presentCard(answer: BankAnswer): Promise<void> {
    await this.until(async () => (await this.device('terminal')).view.phase === 'waiting-card');
    await this.panel.world('present-card', { answer });
  }

  /** Leans on the arm until it gives way: it may still turn for the one before. */
  async push(direction: 'entry' | 'exit'): Promise<void> {
    await this.until(async () => (await this.panel.world('push', { gateId: this.gateId, direction })).passed);
  }

  /** Buys a membership up to the card in the hand, and leaves. */
  async buyCard(planIndex = 1): Promise<string> {
    const person = await this.person();
    try {
      await person.signContract(planIndex);
      await person.sees('payment', ({ phase }) => phase.name === 'waiting-for-card');
      await this.presentCard('approve');
      await person.sees('take-card', ({ phase }) => phase === 'at-mouth');
      const { cardId } = await this.panel.world('take-card', {});
      await person.sees('receipt');
      await person.say({ type: 'choose-receipt', receipt: 'none' });
      await person.sees('welcome');
      await person.say({ type: 'finish' });
      await person.sees('attract');
      return cardId;
    } finally {
      person.leave();
    }
  }

  /** A card of the plan that is paid at once for a term, known at the base. */
  async buyPrepaidCard(): Promise<string> {
    const looking = await this.person();
    await looking.enter('join');
    const { plans } = await looking.sees('plan');
    await looking.say({ type: 'finish' });
    await looking.sees('attract');
    looking.leave();
    const cardId = await this.buyCard(plans.findIndex(({ prepaidMonths }) => prepaidMonths !== null));
    await this.until(async () => (await this.facts.memberOfCard(cardId)) !== null);
    return cardId;
  }

  /** What staff write down of the member with this card; resolves when the base has it. */
  async writeDebt(
    cardId: string,
    debt: { readonly amountCents: number; readonly reason: DebtReason },
  ): Promise<void> {
    const memberId = await this.facts.memberOfCard(cardId);
    const words = 'Written by a test';
    await this.#asStaff('POST', `members/${memberId}/debts`, { ...debt, vatRate: 2_000, words });
  }

  /** The member of this card works here from now on. */
  async employ(cardId: string): Promise<void> {
    const memberId = await this.facts.memberOfCard(cardId);
    await this.#asStaff('PUT', `members/${memberId}/standing`, { staff: true, reason: 'Hired by a test' });
  }

  /** What staff did to devices, as the member base shows it. */
  async interventions(): Promise<InterventionList['interventions']> {
    const answer = await this.#asStaff('GET', 'interventions');
    return interventionListSchema.parse(await answer.json()).interventions;
  }

  async #asStaff(method: string, path: string, body?: object): Promise<Response> {
    const { url, user, password } = this.staff;
    const send = async (how: string, where: string, what: object | undefined, cookie: string) => {
      const headers = { cookie, ...(what ? { 'content-type': 'application/json' } : {}) };
      const init = { method: how, headers, ...(what ? { body: JSON.stringify(what) } : {}) };
      const answer = await fetch(new URL(where, url), init);
      if (!answer.ok) throw new Error(`${where}: ${answer.status}`);
      return answer;
    };
    const signedIn = await send('POST', '/staff/api/sign-in', { user, password }, '');
    const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    return send(method, `/staff/api/${path}`, body, cookie);
  }
}
