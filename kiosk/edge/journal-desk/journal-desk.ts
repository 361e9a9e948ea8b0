import { access, constants, mkdir } from 'node:fs/promises';
import type { ClubRecord } from '@portillon/core/access/access-facts.ts';
import type { Fault } from '@portillon/core/base/fault-codes.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { StoreFault } from '@portillon/core/base/store-fault.ts';
import type { FiscalEventDetail } from '@portillon/core/journal/fiscal-event.ts';
import { startOfDayMs } from '@portillon/core/journal/fiscal-time.ts';
import type { Software } from '@portillon/core/journal/payload-shapes.ts';
import { chains } from '@portillon/core/journal/record-layout.ts';
import { writeArchiveFolder } from '../../store/archive-folder.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import type { ArchiveRefusal, FinishedArchive } from '../../store/fiscal-archives.ts';
import type { FiscalJournal } from '../../store/fiscal-journal.ts';
import { writeArchiveCompanions } from './archive-companions.ts';
import { companyOf } from './company-of-club.ts';
import type { DeskAnswer, DeskRequest, RequestOf } from './desk-request.ts';
import { archiveText, listText, statusText, ticketText } from './desk-text.ts';

export interface JournalDeskOptions {
  readonly store: EdgeStore;
  /** The journal, once it is open. */
  readonly journal: () => FiscalJournal | null;
  /** Why nothing may be sold; null when it may. */
  readonly fault: () => Fault | null;
  readonly club: () => ClubRecord | null;
  readonly software: Software;
  readonly log: Log;
  /** Something was written, or what stood in the way of selling may be gone. */
  readonly onRecord: () => void;
  /**
   * Does the work while no visit can begin, and resolves once the kiosk acts upon what was written; `visit-under-way` when
   * there is one, and nothing was done. Null at a till that does not run.
   */
  readonly whileQuiet: (<T>(work: () => Promise<T>) => Promise<T | 'visit-under-way'>) | null;
}

/** Takings shown in one list. */
const listMax = 5_000;

/**
 * Where an operator and an auditor reach the journal of a till: one request at a time, in the order they came. What an
 * auditor reads is recorded before it is given (P50). Where the journal cannot be opened, takings are shown all the same,
 * since the administration must see them, and the answer says that this could not be recorded.
 */
export class JournalDesk {
  readonly #options: JournalDeskOptions;
  readonly #closing = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: JournalDeskOptions) {
    this.#options = options;
  }

  /** Resolves with the answer. A disk that fails is a refusal; rejects for a bug only. */
  answer(request: DeskRequest): Promise<DeskAnswer> {
    const answered = this.#turn.then(() => this.#serve(request));
    this.#turn = answered.catch(() => undefined);
    return answered;
  }

  /** Ends a check that is under way, and resolves when the last request is answered. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#turn;
  }

  async #serve(request: DeskRequest): Promise<DeskAnswer> {
    if (this.#closing.signal.aborted)
      return refused('stopping', 'The till is stopping: ask again when it runs.');
    try {
      return await this.#do(request);
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error;
      const { code, detail } = error.fault;
      return refused(code, `${sentence(detail)} (${code}) ${whatToDo[code] ?? 'See docs/faults.md.'}`);
    }
  }

  #do(request: DeskRequest): Promise<DeskAnswer> {
    switch (request.command) {
      case 'status':
        return this.#status();
      case 'ticket':
        return this.#ticket(request);
      case 'list':
        return this.#list(request);
      case 'archive':
        return this.#archive(request);
      case 'archive-again':
        return this.#archiveAgain(request);
      case 'verify':
        return this.#verify();
      case 'settle-broken':
        return this.#settleBroken(request);
      case 'close':
        return this.#close();
      case 'confirm-clock':
        return this.#confirmClock(request);
      case 'rotate-key':
        return this.#rotateKey(request);
      case 'practice-start':
        return this.#practise('training-start', request.operator);
      case 'practice-stop':
        return this.#practise('training-end', request.operator);
      case 'purge':
        return this.#purge(request);
    }
  }

  async #status(): Promise<DeskAnswer> {
    const { store, software, fault } = this.#options;
    const { est, timeZone } = await store.books.told();
    const found = fault();
    const value = {
      establishment: est ?? null,
      timeZone: timeZone ?? null,
      software: software.version,
      perimeter: software.perimeter,
      keyId: await store.books.currentKeyId(),
      fault: found && { code: found.code, detail: found.detail },
      practice: await this.#practice(),
      chains: (await store.books.chains()).map((standing) => ({ ...standing })),
      closed: (await store.books.lastClosed()).map((closed) => ({ ...closed })),
    };
    return done(statusText(value), value);
  }

  async #ticket({ no, operator }: RequestOf<'ticket'>): Promise<DeskAnswer> {
    const { books } = this.#options.store;
    const dossier = await books.taking(no);
    if (!dossier) {
      const purged = await books.purgedThrough('T');
      if (purged && no <= purged.no)
        return refused(
          'purged',
          `Taking ${no} was purged. Takings through ${purged.no} are in the archives through number ${purged.archiveNo}.`,
        );
      const last = (await books.chains()).find(({ chain }) => chain === 'T')?.lastNo ?? 0;
      return refused('no-such-taking', `There is no taking ${no}: the last one is ${last}.`);
    }
    const accessEvent = await this.#recordAccess({ chain: 'T', recordNo: no }, operator);
    const value = { ...dossier, accessEvent };
    return done(ticketText(dossier, accessEvent), toJson(value));
  }

  async #list({ from, to, operator }: RequestOf<'list'>): Promise<DeskAnswer> {
    if (from >= to) return refused('not-a-period', backwards(from, to));
    const { books } = this.#options.store;
    const timeZone = (await books.told()).timeZone ?? 'UTC';
    const found = await books.takings(startOfDayMs(from, timeZone), startOfDayMs(to, timeZone), listMax + 1);
    if (found.length > listMax)
      return refused(
        'too-many',
        `There are more than ${listMax} takings from ${from} to ${to}: ask for fewer days.`,
      );
    const accessEvent = await this.#recordAccess({ chain: 'T', from, to, count: found.length }, operator);
    const purged = await books.purgedThrough('T');
    const value = { from, to, takings: found, purgedThrough: purged?.no ?? 0, accessEvent };
    return done(listText(found, { from, to }, purged, accessEvent), toJson(value));
  }

  /** The number of the event that says so; null when it could not be recorded. */
  async #recordAccess(detail: FiscalEventDetail, operator: string): Promise<number | null> {
    const { store, log } = this.#options;
    const journal = this.#options.journal();
    if (!journal) {
      log.error('desk.access-not-recorded', { code: this.#options.fault()?.code });
      return null;
    }
    const event = await store.write((tx) => journal.appendEvent(tx, 'auditor-access', detail, operator));
    this.#options.onRecord();
    return event.no;
  }

  async #archive({ from, to, folder, yearly }: RequestOf<'archive'>): Promise<DeskAnswer> {
    const journal = this.#options.journal();
    if (!journal) return this.#notOpen();
    if (yearly && !isFiscalYear(from, to))
      return refused(
        'not-a-year',
        `The fiscal year is the calendar year: with --yearly, --from is ${from.slice(0, 4)}-01-01 and --to is ${Number(from.slice(0, 4)) + 1}-01-01.`,
      );
    const club = this.#options.club();
    if (!club)
      return refused(
        'no-company',
        'The member base has not told yet whose till this is. Connect the box and ask again.',
      );
    const company = companyOf(club);
    if (!company.ok) return refused('no-company', company.error);
    // Before anything is recorded: an archive that cannot be written is no archive.
    const problem = await folderProblem(folder);
    if (problem) return refused('folder', problem);
    const made = await journal.archive(company.value, { from, to }, yearly ? 'yearly' : 'intermediate');
    if (!made.ok) return refused(made.error, archiveRefusals[made.error](from, to));
    this.#options.onRecord();
    return this.#written(made.value, folder);
  }

  async #archiveAgain({ no, folder }: RequestOf<'archive-again'>): Promise<DeskAnswer> {
    const journal = this.#options.journal();
    if (!journal) return this.#notOpen();
    const problem = await folderProblem(folder);
    if (problem) return refused('folder', problem);
    const archive = await journal.archiveAgain(no);
    if (!archive)
      return refused(
        'no-such-archive',
        `There is no archive ${no}, or its records were purged since: use a copy of it.`,
      );
    return this.#written(archive, folder);
  }

  async #written(archive: FinishedArchive, parent: string): Promise<DeskAnswer> {
    const { no, manifest, anchor } = archive;
    try {
      const path = await writeArchiveFolder(parent, archive);
      const companions = await writeArchiveCompanions(path, archive);
      const value = {
        no,
        folder: path,
        from: manifest.from,
        to: manifest.to,
        total: manifest.total,
        anchor,
        ...companions,
      };
      return done(archiveText(value), toJson(value));
    } catch (error) {
      const problem = problemOfMedium(error);
      if (!problem) throw error;
      return refused(
        'folder',
        `Archive ${no} is recorded, but its folder could not be written: ${problem}. Write it again, to where there is room: archive --again ${no} --to-folder DIR`,
      );
    }
  }

  /** Looks at every record on the disk; what came of it is an event, and a failure one that is never purged. */
  async #verify(): Promise<DeskAnswer> {
    const { store, log } = this.#options;
    const checked = await store.books.check(this.#closing.signal);
    if (checked === 'stopped') return refused('stopping', 'The till is stopping: verify again when it runs.');
    const { counts, broken } = checked;
    const count = chains.reduce((sum, chain) => sum + counts[chain], 0);
    const journal = this.#options.journal();
    // A failure that the events themselves are part of cannot be written among them.
    const recorded = journal !== null && broken?.chain !== 'J';
    if (broken) await store.rememberBreak(broken);
    if (recorded)
      await store.write(async (tx) => {
        if (broken)
          await journal.appendEvent(tx, 'integrity-failure', { chain: broken.chain, recordNo: broken.no });
        await journal.appendEvent(tx, 'verification', {
          count,
          reason: broken ? 'does-not-hold' : 'holds',
          ...(broken ? { chain: broken.chain, recordNo: broken.no } : {}),
        });
      });
    this.#options.onRecord();
    const note = recorded ? '' : '\nThis verification could not be entered in the journal.';
    const value = {
      holds: broken === null,
      counts: { ...counts },
      broken: broken && { ...broken },
      recorded,
    };
    if (!broken)
      return done(
        `The journal holds: ${count} records (${chains.map((chain) => `${chain} ${counts[chain]}`).join(', ')}).${note}`,
        value,
      );
    log.error('journal.broken', { chain: broken.chain, no: broken.no, problem: broken.problem });
    return {
      outcome: 'refused',
      text: `The journal does not hold: ${broken.chain}1 number ${broken.no} ${broken.problem}. This box sells nothing any more. Erase nothing, tell support and accounting; once they have settled it: settle-broken --operator ID${note}`,
      value,
    };
  }

  /** FJ41. */
  async #settleBroken({ operator }: RequestOf<'settle-broken'>): Promise<DeskAnswer> {
    const journal = this.#options.journal();
    if (!journal) return this.#notOpen();
    const settled = await this.#options.store.write((tx) => journal.settleBreaks(tx, operator));
    if (settled.length === 0) return refused('nothing-open', 'Nothing that verify found is open.');
    this.#options.onRecord();
    const places = settled.map(({ chain, no }) => `${chain}1 number ${no}`);
    return done(`Settled: ${places.join(', ')}. The till sells again; verify would stop it again.`, {
      settled: settled.map((each) => ({ ...each })),
    });
  }

  async #close(): Promise<DeskAnswer> {
    const journal = this.#options.journal();
    if (!journal) return this.#notOpen();
    const closed = await this.#options.store.write((tx) => journal.closeWhatIsDue(tx));
    return this.#closed(closed.map(({ level, period }) => ({ level, period })));
  }

  async #confirmClock({ operator }: RequestOf<'confirm-clock'>): Promise<DeskAnswer> {
    const journal = this.#options.journal();
    if (!journal) return this.#notOpen();
    const closed = await this.#options.store.write((tx) => journal.confirmClock(tx, operator));
    return this.#closed(closed.map(({ level, period }) => ({ level, period })));
  }

  #closed(closed: { readonly level: string; readonly period: string }[]): DeskAnswer {
    this.#options.onRecord();
    const text =
      closed.length === 0 ? 'Nothing was due.' : `Closed: ${closed.map(({ period }) => period).join(', ')}.`;
    return done(text, { closed });
  }

  async #rotateKey({ operator }: RequestOf<'rotate-key'>): Promise<DeskAnswer> {
    const journal = this.#options.journal();
    if (!journal) return this.#notOpen();
    const { books } = this.#options.store;
    const before = await books.currentKeyId();
    await journal.rotateKey(operator);
    this.#options.onRecord();
    const keyId = await books.currentKeyId();
    return done(`Key ${keyId} signs from now on; key ${before} is destroyed.`, { keyId, before });
  }

  /** FJ25: practice begins and ends by an event, between two visits. */
  async #practise(
    kind: 'training-start' | 'training-end',
    operator: string | undefined,
  ): Promise<DeskAnswer> {
    const { store, whileQuiet } = this.#options;
    const journal = this.#options.journal();
    if (!journal) return this.#notOpen();
    if (!whileQuiet)
      return refused(
        'not-running',
        'Practice begins and ends at a till that runs: start it, then ask again.',
      );
    const switched = await whileQuiet(() =>
      store.write(async (tx) => {
        const before = await journal.practice(tx);
        if ((before !== null) === (kind === 'training-start'))
          return { already: true, operator: before?.operator };
        const by = operator ?? before?.operator;
        const event = await journal.appendEvent(tx, kind, {}, by);
        return { already: false, operator: by, event: event.no };
      }),
    );
    if (switched === 'visit-under-way')
      return refused(
        'visit-under-way',
        'A visit is under way at the kiosk: ask again when the start screen is back.',
      );
    if (switched.already)
      return refused(
        'already',
        kind === 'training-start'
          ? `The till is in practice already, begun by ${switched.operator}.`
          : 'The till is not in practice.',
      );
    this.#options.onRecord();
    return done(
      kind === 'training-start'
        ? `The till is in practice (event ${switched.event}): nothing is sold until practice stop.`
        : `Practice is over (event ${switched.event}): the till sells again.`,
      {
        practice: kind === 'training-start',
        operator: switched.operator ?? null,
        event: switched.event ?? null,
      },
    );
  }

  async #practice(): Promise<{ readonly operator: string; readonly eventNo: number } | null> {
    const practice = await this.#options.journal()?.practice();
    return practice ? { ...practice } : null;
  }

  async #purge({ years, operator }: RequestOf<'purge'>): Promise<DeskAnswer> {
    const journal = this.#options.journal();
    if (!journal) return this.#notOpen();
    const purged = await journal.purge({ keptYears: years, operator });
    if (!purged.ok)
      return refused(
        purged.error,
        `There are line data older than ${years} full years that are in no archive. Make the archives of those years first.`,
      );
    this.#options.onRecord();
    const gone = purged.value.map((each) => ({ ...each }));
    const text =
      gone.length === 0
        ? `Nothing is older than ${years} full years.`
        : `Purged: ${gone.map(({ chain, count, throughNo }) => `${count} records of chain ${chain}, through number ${throughNo}`).join('; ')}.`;
    return done(text, { purged: gone });
  }

  #notOpen(): DeskAnswer {
    const fault = this.#options.fault();
    return refused(
      fault?.code ?? 'not-open',
      `The journal is not open${fault ? `: ${fault.detail} (${fault.code})` : ''}. ${(fault && whatToDo[fault.code]) ?? 'See docs/faults.md.'}`,
    );
  }
}

const whatToDo: Readonly<Record<string, string>> = {
  'journal.clock-doubtful': 'Look at the clock of the box; if it is right: confirm-clock --operator ID',
  'journal.broken':
    'Run verify, and tell support and accounting; once they have settled it: settle-broken --operator ID',
  'journal.period-closed': 'Set the clock of the box right.',
};

const archiveRefusals: Readonly<Record<ArchiveRefusal, (from: string, to: string) => string>> = {
  'not-a-period': (from, to) =>
    from >= to ? backwards(from, to) : 'An archive holds twelve months at most: make one a year.',
  'period-open': (_, to) =>
    `Not every day before ${to} is closed. A day is closed when it is over: choose an earlier --to, or run close first.`,
  'period-purged': (from, to) =>
    `Records from ${from} to ${to} were purged: they are in the archive that was made of them before.`,
};

function backwards(from: string, to: string): string {
  return `The period from ${from} to ${to} has no day in it: --to is the day after the last one.`;
}

function isFiscalYear(from: string, to: string): boolean {
  return from.endsWith('-01-01') && to === `${Number(from.slice(0, 4)) + 1}-01-01`;
}

async function folderProblem(folder: string): Promise<string | null> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return null;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    return `The till cannot write to ${folder} (${code}): choose a folder that its account may write to.`;
  }
}

/** What the file system said; null for a bug. A medium may be full, worn or pulled at any moment. */
function problemOfMedium(error: unknown): string | null {
  if (error instanceof StoreFault) return error.fault.detail;
  return error instanceof Error && 'syscall' in error ? error.message : null;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

function done(text: string, value: DeskAnswer['value']): DeskAnswer {
  return { outcome: 'done', text, value };
}

function refused(reason: string, text: string): DeskAnswer {
  return { outcome: 'refused', text, value: { refused: reason, sentence: text } };
}

/** Plain data as the wire carries it. */
function toJson(value: object): DeskAnswer['value'] {
  return JSON.parse(JSON.stringify(value));
}
