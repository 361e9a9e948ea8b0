import { WebSocket } from 'ws';
import {
  type DownEnvelope,
  downEnvelopeSchema,
  type ScreenMessage,
  tokenAnswerSchema,
} from '../bridge/messages.ts';
import type { KioskView, Screen, ScreenName } from '../bridge/view.ts';

type GivenAccount = Extract<ScreenMessage, { type: 'give-account' }>['account'];

/** The example of the French IBAN in its registry: of nobody. */
export const sampleAccount = {
  kind: 'iban',
  iban: 'FR76 3000 6000 0112 3456 7890 189',
  holder: 'Aïcha Benoît',
} as const satisfies GivenAccount;

/** Somebody at the kiosk without a screen: speaks the bridge as the screen does. */
export class BridgePerson {
  readonly #socket: WebSocket;
  #view: KioskView | null = null;
  /** Every message of the edge, as it came. */
  readonly views: string[] = [];
  #waiting: (() => void)[] = [];
  #nextId = 1;
  readonly #answers = new Map<number, (answer: Extract<DownEnvelope, { type: 'answer' }>) => void>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      this.views.push(String(data));
      this.#take(downEnvelopeSchema.parse(JSON.parse(String(data))));
    });
  }

  static async attach(url: string): Promise<BridgePerson> {
    const { token } = tokenAnswerSchema.parse(await (await fetch(new URL('/bridge/token', url))).json());
    const socket = new WebSocket(`${url.replace('http', 'ws')}bridge?token=${token}`, {
      origin: new URL(url).origin,
    });
    const person = new BridgePerson(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    return person;
  }

  get view(): KioskView | null {
    return this.#view;
  }

  async say(message: ScreenMessage): Promise<string> {
    const id = this.#nextId++;
    const answer = new Promise<Extract<DownEnvelope, { type: 'answer' }>>((resolve) =>
      this.#answers.set(id, resolve),
    );
    this.#socket.send(JSON.stringify({ id, message }));
    return (await answer).outcome;
  }

  /** Resolves with the screen once it is there and fits. */
  async sees<Name extends ScreenName>(
    name: Name,
    fits: (screen: Extract<Screen, { name: Name }>) => boolean = () => true,
  ): Promise<Extract<Screen, { name: Name }>> {
    for (;;) {
      const screen = this.#view?.screen;
      if (screen?.name === name) {
        const found = screen as Extract<Screen, { name: Name }>;
        if (fits(found)) return found;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** From the start screen through a door. */
  async enter(door: 'join' | 'day-entry' | 'membership', language: 'fr' | 'en' = 'fr'): Promise<void> {
    await this.sees('attract', ({ offers }) =>
      door === 'membership'
        ? offers.membership
        : (door === 'join' ? offers.join : offers.dayEntry)?.possible === true,
    );
    await this.say({ type: 'start', language });
    await this.sees('doors');
    await this.say({ type: 'choose-door', door });
  }

  /** Answers every question up to the signature; `planIndex` picks from what is offered. */
  async signContract(planIndex = 0, account: GivenAccount = sampleAccount): Promise<void> {
    const { isPrepaid } = await this.answerAll(planIndex, account);
    await this.say({ type: 'confirm-answers' });
    await this.say({ type: 'contract-read' });
    if (account.kind === 'iban' && !isPrepaid) {
      await this.sees('mandate');
      await this.say({ type: 'mandate-read' });
    }
    await this.sees('sign');
    await this.say({ type: 'sign', signature: { kind: 'typed', text: 'Aïcha Benoît' } });
  }

  /** From the first touch to the check screen. Nobody is asked for the account of a prepaid plan. */
  async answerAll(planIndex: number, account: GivenAccount): Promise<{ readonly isPrepaid: boolean }> {
    await this.enter('join');
    const { plans } = await this.sees('plan');
    const plan = plans[planIndex];
    const isPrepaid = plan !== undefined && plan.prepaidMonths !== null;
    await this.say({ type: 'choose-plan', planId: plan?.planId ?? '' });
    await this.say({ type: 'give-name', givenName: 'Aïcha', familyName: 'Benoît' });
    await this.say({ type: 'give-birth-date', day: '9', month: 'mai', year: '1988' });
    await this.say({ type: 'give-contact', contact: { kind: 'phone', phone: '06 12 34 56 78' } });
    if (!isPrepaid) await this.say({ type: 'give-account', account });
    await this.say({ type: 'give-photo', photo: { kind: 'later' } });
    await this.say({ type: 'give-consents', news: false });
    await this.sees('check');
    return { isPrepaid };
  }

  /** Resolves when the edge has gone away: it was killed, and its successor is not to be taken for it. */
  async loses(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    await new Promise<void>((resolve) => this.#socket.once('close', () => resolve()));
  }

  leave(): void {
    this.#socket.terminate();
  }

  #take(envelope: DownEnvelope): void {
    if (envelope.type === 'answer') {
      this.#answers.get(envelope.id)?.(envelope);
      this.#answers.delete(envelope.id);
      return;
    }
    this.#view = envelope.view;
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
