import type { GateOrderRequest } from '@portillon/sync-service/http/staff/gate-view.ts';
import { type LiveView, liveViewSchema } from '@portillon/sync-service/http/staff/live-view.ts';

/** Somebody of the staff, at the interface of the staff page: finds a sale and gives an order for it. */
export class StaffDesk {
  readonly #url: string;
  readonly #cookie: string;

  private constructor(url: string, cookie: string) {
    this.#url = url;
    this.#cookie = cookie;
  }

  static async signIn(staff: { url: string; user: string; password: string }): Promise<StaffDesk> {
    const { user, password } = staff;
    const response = await fetch(new URL('api/sign-in', staff.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user, password }),
    });
    const cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    return new StaffDesk(staff.url, cookie);
  }

  async find(reference: string): Promise<FoundAtDesk> {
    const found = (await this.#ask(`api/sales?reference=${reference}`)) as FoundAtDesk;
    return found;
  }

  /** Money back for the whole sale, or for as much of its first line. Returns the code. */
  async orderRefund(
    reference: string,
    more: { cents?: number; endsMembership?: boolean } = {},
  ): Promise<string> {
    const [sale] = (await this.find(reference)).sales;
    if (!sale) throw new Error(`no sale ${reference}`);
    const backCents = sale.lines.map(({ grossCents, givenBackCents }, index) =>
      more.cents === undefined ? grossCents - givenBackCents : index === 0 ? more.cents : 0,
    );
    return this.#order({
      kind: 'refund',
      saleId: sale.saleId,
      backCents,
      endsMembership: more.endsMembership ?? false,
    });
  }

  /** Another card for the member of this sale. Returns the code. */
  async orderCard(reference: string, free: boolean): Promise<string> {
    const { sales, kiosks } = await this.find(reference);
    return this.#order({
      kind: 'card-replacement',
      credentialId: sales[0]?.card?.credentialId,
      edgeId: kiosks[0]?.edgeId,
      free,
    });
  }

  async cancelOrders(): Promise<void> {
    const { open } = (await this.#ask('api/orders')) as { open: readonly { id: string }[] };
    for (const { id } of open) await this.#ask(`api/orders/${id}/cancellation`, {});
  }

  /** The gates as the live page shows them now. */
  async gates(): Promise<LiveView['gates']> {
    const response = await fetch(new URL('live', this.#url), { headers: { cookie: this.#cookie } });
    let text = '';
    const words = new TextDecoder();
    for await (const bytes of response.body ?? []) {
      text += words.decode(bytes, { stream: true });
      const view = /^data: (.*)\n\n/m.exec(text)?.[1];
      // Leaving the loop ends the stream.
      if (view !== undefined) return liveViewSchema.parse(JSON.parse(view)).gates;
    }
    throw new Error('the live page shows nothing');
  }

  /** Has the first gate do something; resolves at once, with what the order is called. */
  async orderGate(action: GateOrderRequest['action']): Promise<string> {
    const [gate] = await this.gates();
    if (!gate) throw new Error('the staff page knows no gate');
    const { edgeId, gateId } = gate;
    const made = await this.#ask('api/gate-orders', { edgeId, gateId, action, reason: 'visitor' });
    return (made as { id: string }).id;
  }

  async #order(order: object): Promise<string> {
    const made = await this.#ask('api/orders', { ...order, reason: 'As the test says', caseId: null });
    return (made as { code: string }).code;
  }

  async #ask(path: string, body?: object): Promise<unknown> {
    const response = await fetch(new URL(path, this.#url), {
      headers: { cookie: this.#cookie, 'content-type': 'application/json' },
      ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}

interface FoundAtDesk {
  readonly sales: readonly {
    readonly saleId: string;
    readonly lines: readonly { readonly grossCents: number; readonly givenBackCents: number }[];
    readonly givenBackCents: number;
    readonly noRefund: string | null;
    readonly membership: boolean;
    readonly card: { readonly credentialId: string; readonly blocked: boolean } | null;
  }[];
  readonly kiosks: readonly { readonly edgeId: string }[];
}
