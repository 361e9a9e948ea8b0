import type { ClubAccessRequest, StandingRequest } from '@portillon/sync-service/http/staff/access-view.ts';
import type { MemberBaseReady } from '@portillon/sync-service/member-base.ts';

/** Somebody of the staff at the staff page's own API. */
export class StaffDesk {
  readonly #base: MemberBaseReady;
  readonly #cookie: string;

  private constructor(base: MemberBaseReady, cookie: string) {
    this.#base = base;
    this.#cookie = cookie;
  }

  static async signIn(base: MemberBaseReady): Promise<StaffDesk> {
    if (!base.staff) throw new Error('the member base has no first staff user');
    const answer = await send(base, 'POST', '/staff/api/sign-in', base.staff, '');
    return new StaffDesk(base, (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '');
  }

  async setPolicy(clubId: string, policy: NonNullable<ClubAccessRequest['policy']>): Promise<void> {
    await this.#send('PUT', `clubs/${clubId}/access`, { policy, reason: 'A day that is played' });
  }

  async setStanding(memberId: string, standing: Omit<StandingRequest, 'reason'>): Promise<void> {
    await this.#send('PUT', `members/${memberId}/standing`, { ...standing, reason: 'A day that is played' });
  }

  async writeDebt(memberId: string): Promise<void> {
    const debt = { amountCents: 2_990, vatRate: 2_000, reason: 'direct-debit-rejected' };
    await this.#send('POST', `members/${memberId}/debts`, { ...debt, words: 'A day that is played' });
  }

  /** Resolves when the base has blocked it. */
  async block(credentialId: string): Promise<void> {
    await this.#send('PUT', `credentials/${credentialId}/status`, {
      status: 'blocked',
      reason: 'Said to be lost',
    });
  }

  /** Resolves when the base has ended the card: from then on it counts (I5). */
  async reportLost(credentialId: string, kioskId: string): Promise<void> {
    await this.#send('POST', 'orders', {
      kind: 'card-replacement',
      credentialId,
      edgeId: kioskId,
      free: true,
      reason: 'Lost, in a day that is played',
      caseId: null,
    });
  }

  async #send(method: string, path: string, body: object): Promise<void> {
    await send(this.#base, method, `/staff/api/${path}`, body, this.#cookie);
  }
}

async function send(
  base: MemberBaseReady,
  method: string,
  path: string,
  body: object,
  cookie: string,
): Promise<Response> {
  const answer = await fetch(new URL(path, base.url), {
    method,
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}
