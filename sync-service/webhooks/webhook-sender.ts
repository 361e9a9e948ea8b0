import { setMaxListeners } from 'node:events';
import { delay } from '@portillon/core/base/clock.ts';
import type { BaseContext } from '../http/base-context.ts';
import {
  dropOldMessages,
  type LeasedMessage,
  leaseMessages,
  type MessageOutcome,
  settleMessage,
} from '../postgres/webhooks.ts';
import { postWebhook } from './post-webhook.ts';
import { webhookHeaders } from './webhook-signature.ts';
import type { WebhookTargets } from './webhook-targets.ts';

/** How long until the next attempt, after the first and so on: ten attempts in three days, as Standard Webhooks advises. */
export const retryAfterS = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400] as const;
const answerLimitMs = 15_000;
/** Longer than an answer may take, with time to write down what came of it. */
const leaseMs = 60_000;
/** Of this process. */
const atOnce = 100;
const pauseMs = 500;
const sweepMs = 600_000;

/** Sends what waits, for as long as the process runs. Every process of the base does; none sends what another is sending. */
export class WebhookSender {
  readonly #base: BaseContext;
  readonly #targets: WebhookTargets;
  readonly #stopped = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(base: BaseContext, targets: WebhookTargets) {
    this.#base = base;
    this.#targets = targets;
    // Each message on its way listens for the end.
    setMaxListeners(atOnce + 10, this.#stopped.signal);
  }

  start(): void {
    this.#running = this.#run();
  }

  /** What is being sent is given back, to be sent again. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { database, keys, clock, log } = this.#base;
    const sending = new Set<Promise<void>>();
    let pause: Promise<void> | null = null;
    const paused = () => {
      pause ??= this.#pause().finally(() => {
        pause = null;
      });
      return pause;
    };
    let sweptMs = clock.monotonicMs();
    while (!this.#stopped.signal.aborted) {
      try {
        const room = atOnce - sending.size;
        const messages = room === 0 ? [] : await leaseMessages(database, keys, room, leaseMs);
        for (const message of messages) {
          const sent: Promise<void> = this.#send(message)
            .catch((error: Error) => log.warn('webhook.not-settled', { detail: error.message }))
            .finally(() => sending.delete(sent));
          sending.add(sent);
        }
        if (clock.monotonicMs() - sweptMs > sweepMs) {
          sweptMs = clock.monotonicMs();
          await dropOldMessages(database);
        }
        // What is settled makes room for the next of its receiver; nobody waits for the slowest.
        if (messages.length > 0) await Promise.race([...sending, paused()]);
        else await paused();
      } catch (error) {
        log.warn('webhook.not-sent', { detail: (error as Error).message });
        await paused();
      }
    }
    await Promise.all(sending);
  }

  #pause(): Promise<void> {
    return delay(this.#base.clock, pauseMs, this.#stopped.signal).catch(() => undefined);
  }

  async #send(message: LeasedMessage): Promise<void> {
    const { database, clock, log } = this.#base;
    const post = {
      url: message.url,
      headers: webhookHeaders(message, message.secret, clock.wallMs()),
      body: message.body,
      limitMs: answerLimitMs,
    };
    const answer = await postWebhook(post, this.#targets, clock, this.#stopped.signal);
    const outcome: MessageOutcome =
      'problem' in answer && this.#stopped.signal.aborted
        ? { is: 'given-back' }
        : this.#outcomeOf(answer, message.attempts);
    if (outcome.is !== 'delivered') {
      log.warn('webhook.not-taken', {
        webhookId: message.webhookId,
        messageId: message.id,
        outcome: outcome.is,
      });
    }
    await settleMessage(database, message, outcome);
  }

  #outcomeOf(answer: Awaited<ReturnType<typeof postWebhook>>, attempts: number): MessageOutcome {
    if ('status' in answer) {
      if (answer.status >= 200 && answer.status < 300) return { is: 'delivered' };
      if (answer.status === 410) return { is: 'gone' };
    }
    const problem = 'problem' in answer ? answer.problem : `HTTP ${answer.status}`;
    const seconds = retryAfterS[attempts - 1];
    if (seconds === undefined) return { is: 'dead', problem };
    // Up to a fifth more, so that what failed together does not come again together.
    return { is: 'again', problem, inMs: seconds * 1_000 * (1 + this.#base.random.fraction() / 5) };
  }
}
