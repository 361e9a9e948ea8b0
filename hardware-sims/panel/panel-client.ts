import type { SimCardMemory } from '../card/sim-card.ts';
import type { ClubView, Paper, ReceivedEntry, WorldActName, WorldActs } from './club-view.ts';

/** The panel did not do what was asked. The message is its sentence. */
export class PanelRefusal extends Error {
  override readonly name = 'PanelRefusal';
  readonly status: number;

  constructor(status: number, sentence: string) {
    super(sentence);
    this.status = status;
  }
}

/** The panel's API for programs and for its own page. Every method rejects with `PanelRefusal` when it is told no. */
export class PanelClient {
  readonly #url: string;

  /** `url` as in the ready file; empty for the page itself. */
  constructor(url: string) {
    this.#url = url.replace(/\/$/, '');
  }

  club(): Promise<ClubView> {
    return this.#ask('GET', '/api/club');
  }

  /** What a person does to one device; the device's own actions are listed in its view. */
  async act(device: string, action: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const path = `/api/sims/${encodeURIComponent(device)}/act`;
    return (await this.#ask<{ answer: unknown }>('POST', path, { action, args })).answer;
  }

  /** What a person does across devices. */
  async world<Name extends WorldActName>(
    act: Name,
    args: WorldActs[Name]['args'],
  ): Promise<WorldActs[Name]['answer']> {
    return (await this.#ask<{ answer: WorldActs[Name]['answer'] }>('POST', `/api/world/${act}`, args)).answer;
  }

  /** Everything a device received, oldest first, at most 1,000 entries. */
  async received(device: string): Promise<readonly ReceivedEntry[]> {
    const path = `/api/sims/${encodeURIComponent(device)}/received`;
    return (await this.#ask<{ received: readonly ReceivedEntry[] }>('GET', path)).received;
  }

  paper(index: number): Promise<Paper> {
    return this.#ask('GET', `/api/papers/${index}`);
  }

  async paperSvg(index: number): Promise<string> {
    const response = await fetch(this.paperSvgUrl(index));
    if (!response.ok) throw await refusalOf(response);
    return response.text();
  }

  paperSvgUrl(index: number): string {
    return `${this.#url}/api/papers/${index}.svg`;
  }

  cardMemory(cardId: string): Promise<SimCardMemory> {
    return this.#ask('GET', `/api/cards/${encodeURIComponent(cardId)}/memory`);
  }

  async #ask<Answer>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!response.ok) throw await refusalOf(response);
    return (await response.json()) as Answer;
  }
}

async function refusalOf(response: Response): Promise<PanelRefusal> {
  const text = await response.text();
  try {
    return new PanelRefusal(response.status, (JSON.parse(text) as { error: string }).error);
  } catch {
    return new PanelRefusal(response.status, `The panel answered ${response.status}: ${text.slice(0, 200)}`);
  }
}
