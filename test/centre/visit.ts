import { type RunningCentre, until } from './centre.ts';

/** The record of a call, as far as tests look at it. */
export interface VisitRecord {
  readonly id: string;
  readonly flow: string;
  readonly flowVersion: string;
  readonly endedAt: number | null;
  readonly endedBy: string | null;
}

export interface VisitEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What the centre tells of the latest call from a number. */
export class Visit {
  readonly #centre: RunningCentre;
  readonly #ani: string;

  constructor(centre: RunningCentre, ani: string) {
    this.#centre = centre;
    this.#ani = ani;
  }

  /** His call; undefined when it has not arrived. */
  async record(): Promise<VisitRecord | undefined> {
    const { items } = await this.#centre.api<{ items: VisitRecord[] }>(`/api/calls?ani=${this.#ani}&limit=1`);
    return items[0];
  }

  async events(): Promise<readonly VisitEvent[]> {
    const call = await this.record();
    return call ? (await this.#centre.api<{ events: VisitEvent[] }>(`/api/calls/${call.id}`)).events : [];
  }

  /** `flow/step` of each step that he came into, in their order. */
  async steps(): Promise<string[]> {
    return (await this.events())
      .filter((event) => event.type === 'StepEntered')
      .map(({ data }) => `${data.flow}/${data.step}`);
  }

  /** Waits until he is in this step, `flow/step`. */
  async isIn(step: string, ms = 20_000): Promise<void> {
    let taken: string[] = [];
    const isThere = async (): Promise<boolean> => {
      taken = await this.steps();
      return taken.at(-1) === step;
    };
    await until(`${this.#ani} in ${step}`, isThere, ms).catch((cause: unknown) => {
      throw new Error(`${this.#ani} is not in ${step}, but took ${taken.join(' → ')}`, { cause });
    });
  }

  /** Waits for an event of this type whose data hold `data`. */
  async sees(type: string, data: VisitEvent['data'] = {}): Promise<VisitEvent> {
    const fits = (event: VisitEvent): boolean =>
      event.type === type && Object.entries(data).every(([name, value]) => event.data[name] === value);
    return until(`${type} of ${this.#ani}`, async () => (await this.events()).find(fits));
  }

  /** Waits until the call is over. */
  ended(): Promise<VisitRecord> {
    return until(`the end of ${this.#ani}`, async () => {
      const call = await this.record();
      return call?.endedAt ? call : undefined;
    });
  }
}
