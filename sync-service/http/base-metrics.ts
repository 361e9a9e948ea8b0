import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type BaseFigures, contactAges, deviceStandings, deviceWarnings } from '../postgres/base-figures.ts';
import type { PoolState } from '../postgres/database.ts';

/** What is read from the base when it is asked for, and not counted as it happens. */
export interface MetricsSource {
  /** Null while PostgreSQL does not answer. */
  readonly figures: () => Promise<BaseFigures | null>;
  readonly pools: () => readonly PoolState[];
}

const secondsBuckets = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30];
const knownMethods = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']);

/**
 * Figures of this process and of the base, in the exposition format of Prometheus. Labels are of closed lists (routes as they
 * are declared, codes, kinds), and nobody's data are in them.
 */
export class BaseMetrics {
  readonly #registry = new Registry();
  readonly #requests = new Counter({
    name: 'portillon_requests_total',
    help: 'Answered requests by route and status.',
    labelNames: ['method', 'route', 'status'] as const,
    registers: [this.#registry],
  });
  readonly #seconds = new Histogram({
    name: 'portillon_request_seconds',
    help: 'How long an answer took, waits for the feed left out.',
    labelNames: ['route'] as const,
    buckets: secondsBuckets,
    registers: [this.#registry],
  });
  readonly #events = new Counter({
    name: 'portillon_push_events_total',
    help: 'Events in pushes that were taken in, repeated ones included.',
    registers: [this.#registry],
  });
  readonly #parked = new Counter({
    name: 'portillon_push_parked_total',
    help: 'Events that were kept aside.',
    registers: [this.#registry],
  });
  readonly #waiting = new Gauge({
    name: 'portillon_feed_waiting',
    help: 'Edges that are being answered or wait for a change.',
    registers: [this.#registry],
  });
  readonly #told = new Histogram({
    name: 'portillon_feed_answer_changes',
    help: 'Changes in an answer of the feed: how far its edge lay behind, up to a page.',
    buckets: [0, 1, 10, 100, 1_000, 10_000],
    registers: [this.#registry],
  });

  /** Edges that are being answered or wait for a change. */
  feedsWaiting = 0;

  requested(method: string, route: string | undefined, status: number, seconds: number): void {
    const of = { method: knownMethods.has(method) ? method : 'other', route: route ?? 'none' };
    this.#requests.inc({ ...of, status });
    if (route !== '/v1/feed' && route !== '/staff/live') this.#seconds.observe({ route: of.route }, seconds);
  }

  pushed(events: number, parked: number): void {
    this.#events.inc(events);
    this.#parked.inc(parked);
  }

  feedWaits(more: 1 | -1): void {
    this.feedsWaiting += more;
    this.#waiting.set(this.feedsWaiting);
  }

  feedTold(changes: number): void {
    this.#told.observe(changes);
  }

  /** Adds what is read when somebody asks. To be called once. */
  readFrom(source: MetricsSource): void {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry, prefix: 'portillon_' });
    const pool = new Gauge({
      name: 'portillon_pool_connections',
      help: 'Connections to PostgreSQL by use and state; waiting counts who wants one.',
      labelNames: ['use', 'state'] as const,
      registers,
      collect: () => {
        for (const { use, size, open, idle, waiting } of source.pools()) {
          for (const [state, count] of Object.entries({ size, open, idle, waiting })) {
            pool.set({ use, state }, count);
          }
        }
      },
    });
    const gauge = (name: string, help: string) => new Gauge({ name: `portillon_${name}`, help, registers });
    const up = gauge('database_up', '1 when the figures below could be read.');
    const epoch = gauge('epoch', 'Epoch of the base.');
    const version = gauge('feed_version', 'Last version of the feed.');
    const edges = new Gauge({
      name: 'portillon_edges',
      help: 'Enrolled boxes by how long ago they were last heard of.',
      labelNames: ['heard_within'] as const,
      registers,
    });
    const devices = new Gauge({
      name: 'portillon_devices',
      help: 'Devices of enrolled boxes by how they stand, as their boxes told last.',
      labelNames: ['status'] as const,
      registers,
    });
    const warnings = new Gauge({
      name: 'portillon_device_warnings',
      help: 'Devices of enrolled boxes that work and will not for long, by what they lack.',
      labelNames: ['warning'] as const,
      registers,
    });
    const cases = new Gauge({
      name: 'portillon_open_cases',
      help: 'Cases that nobody has settled, by kind.',
      labelNames: ['kind'] as const,
      registers,
    });
    const oldestCase = gauge('open_cases_oldest_seconds', 'Age of the oldest open case.');
    const parked = gauge('parked_events', 'Events kept aside and not settled.');
    const oldestParked = gauge('parked_events_oldest_seconds', 'Age of the oldest of them.');
    const attachments = gauge(
      'attachments_awaited',
      'Attachments that an event has named and that have not come.',
    );
    const orders = gauge('open_orders', 'Orders that no kiosk has carried out.');
    const beside = (name: string, help: string) =>
      new Gauge({ name: `portillon_adapter_${name}`, help, labelNames: ['adapter'] as const, registers });
    const adapters = {
      waiting: beside('waiting', 'Messages that wait for a member base of others.'),
      oldestSeconds: beside('waiting_oldest_seconds', 'Age of the oldest of them.'),
      putAside: beside('put_aside', 'Messages that were refused, or overruled by theirs.'),
      dropped: beside('passages_dropped', 'Passages that were not told because too many waited.'),
      answers: beside('answers', '1 while it answers, in both directions.'),
      applied: beside('changes_applied', 'Changes of theirs that were applied.'),
      parked: beside('changes_parked', 'Changes of theirs that could not be applied and are put aside.'),
      readSeconds: beside('changes_read_seconds', 'Since they last had nothing more to say.'),
    };
    this.#readFigures = async () => {
      const figures = await source.figures();
      up.set(figures ? 1 : 0);
      if (!figures) return;
      epoch.set(figures.epoch);
      version.set(figures.feedVersion);
      for (const age of contactAges) edges.set({ heard_within: age }, figures.edgesByContact[age]);
      for (const status of deviceStandings) devices.set({ status }, figures.devices[status]);
      for (const warning of deviceWarnings) warnings.set({ warning }, figures.warnings[warning]);
      cases.reset();
      for (const [kind, count] of Object.entries(figures.openCases)) cases.set({ kind }, count);
      oldestCase.set(figures.oldestCaseSeconds);
      parked.set(figures.parkedEvents);
      oldestParked.set(figures.oldestParkedSeconds);
      attachments.set(figures.attachmentsAwaited);
      orders.set(figures.openOrders);
      for (const [figure, shown] of Object.entries(adapters)) {
        shown.reset();
        for (const each of figures.adapters) {
          const value = each[figure as keyof typeof adapters];
          if (value !== null) shown.set({ adapter: each.name }, Number(value));
        }
      }
    };
  }

  #readFigures: () => Promise<void> = async () => undefined;

  /** The page, and the type it is served as. */
  async page(): Promise<{ readonly text: string; readonly type: string }> {
    await this.#readFigures();
    return { text: await this.#registry.metrics(), type: this.#registry.contentType };
  }
}
