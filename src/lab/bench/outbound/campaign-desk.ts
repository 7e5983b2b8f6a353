import type { PacingSettings } from '../../../dialer/outbound.ts';
import type { ProgressView } from '../../../http/outbound-figures.ts';
import type { AttemptView } from '../../../http/outbound-views.ts';
import type { AttemptOutcome } from '../../../list/lead.ts';
import { type Sight, until } from '../faults/api.ts';
import type { Rig } from '../rig.ts';

/** How a campaign of a bench is. */
export interface BenchCampaign {
  readonly queue: string;
  readonly flow: string;
  readonly pacing: Partial<PacingSettings>;
  readonly ringMs: number;
  readonly retry: Partial<Record<AttemptOutcome, { readonly afterMs: number; readonly tries: number }>>;
}

const DAY_MS = 86_400_000;
const PAGE = 200;

/** Makes a campaign with its list, as an administrator does over the API, and watches it. */
export class CampaignDesk {
  readonly #rig: Rig;
  readonly #sight: Sight;
  readonly id: string;

  private constructor(rig: Rig, sight: Sight, id: string) {
    this.#rig = rig;
    this.#sight = sight;
    this.id = id;
  }

  /** Adds the campaign, stopped, with these numbers to call, one for each lead. */
  static async open(
    rig: Rig,
    sight: Sight,
    campaign: BenchCampaign,
    numbers: readonly string[],
  ): Promise<CampaignDesk> {
    const now = Date.now();
    const { id } = await sight.api<{ id: string }>('/api/outbound', {
      name: 'bench',
      callerNumber: '95533',
      policy: 'bench',
      validFrom: now - DAY_MS,
      validUntil: now + DAY_MS,
      ...campaign,
    });
    const desk = new CampaignDesk(rig, sight, id);
    await desk.import(numbers);
    return desk;
  }

  /** Imports a list and waits until all of it is in. */
  async import(numbers: readonly string[]): Promise<void> {
    const list = await this.#sight.api<{ id: string }>(`/api/outbound/${this.id}/lists`, { name: 'bench' });
    const text = ['customer,phone', ...numbers.map((number) => `c${number},${number}`)].join('\n');
    const { httpPort } = this.#rig.settings;
    const response = await fetch(
      `http://127.0.0.1:${httpPort}/api/outbound/lists/${list.id}/imports?name=bench.csv`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${this.#rig.secrets.adminToken}`, 'content-type': 'text/csv' },
        body: `${text}\n`,
      },
    );
    const answer = (await response.json()) as { readonly id: string };
    if (!response.ok) throw new Error(`the import is refused: ${response.status} ${JSON.stringify(answer)}`);
    await until(
      'the list is imported',
      async () => {
        const { status } = await this.#sight.api<{ status: string }>(`/api/outbound/imports/${answer.id}`);
        return status !== 'running' && status !== 'waiting';
      },
      60_000,
    );
    const { leads } = await this.progress();
    if (leads.total < numbers.length)
      throw new Error(`only ${leads.total} of ${numbers.length} leads are imported`);
  }

  async control(what: 'start' | 'pause' | 'drain' | 'stop'): Promise<void> {
    await this.#sight.api(`/api/outbound/${this.id}/${what}`, {});
  }

  /** How many leads stand where. */
  progress(): Promise<ProgressView> {
    return this.#sight.api(`/api/outbound/${this.id}/progress`);
  }

  /** All attempts, the latest first. */
  async attempts(): Promise<AttemptView[]> {
    const all: AttemptView[] = [];
    for (let cursor = ''; ; ) {
      const query = `campaign=${this.id}&limit=${PAGE}${cursor === '' ? '' : `&cursor=${cursor}`}`;
      const { items, next } = await this.#sight.api<{ items: AttemptView[]; next: string | null }>(
        `/api/outbound/attempts?${query}`,
      );
      all.push(...items);
      if (!next) return all;
      cursor = next;
    }
  }
}
