import type { LiveCallView } from '../../../call/http.ts';
import type { Rig } from '../rig.ts';
import { type PbxEye, pbxEye } from './pbx-eye.ts';

/** What the API and the PBX of a rig tell, as far as benches look at it. */
export class Sight {
  /** Past the daemon. */
  readonly pbx: PbxEye;
  readonly #rig: Rig;

  constructor(rig: Rig) {
    this.#rig = rig;
    this.pbx = pbxEye(rig);
  }

  /** An answer of the API to an admin; a POST when there is a body. Rejects when it refuses or is silent for 5 s. */
  async api<Body>(path: string, body?: object): Promise<Body> {
    const response = await fetch(`http://127.0.0.1:${this.#rig.settings.httpPort}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${this.#rig.secrets.adminToken}`,
        'content-type': 'application/json',
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(5_000),
    });
    const answer = (await response.json()) as Body;
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  }

  async liveCalls(): Promise<readonly LiveCallView[]> {
    return (await this.api<{ items: LiveCallView[] }>('/api/calls/live')).items;
  }

  async agents(): Promise<readonly { readonly id: string; readonly state: string }[]> {
    return (await this.api<{ items: { id: string; state: string }[] }>('/api/agents')).items;
  }

  /** Logs the agent in at his own phone; he is not ready then. */
  async logIn(agent: string): Promise<void> {
    await this.api(`/api/agents/${agent}/log-in`, {});
  }

  async makeReady(agent: string): Promise<void> {
    await this.api(`/api/agents/${agent}/ready`, {});
  }

  /** How many `CallEnded` the log holds for this call. */
  async endsOf(call: string): Promise<number> {
    const { events } = await this.api<{ events: { type: string }[] }>(`/api/calls/${call}`);
    return events.filter((event) => event.type === 'CallEnded').length;
  }

  /** How often each of these types stands in the event log. */
  async eventCounts(types: readonly string[]): Promise<Record<string, number>> {
    const counts = Object.fromEntries(types.map((type) => [type, 0]));
    for (const { type } of await this.#events(types)) counts[type] = (counts[type] ?? 0) + 1;
    return counts;
  }

  /** How many calls ended because the caller's channel did. */
  async endedByCaller(): Promise<number> {
    return (await this.#events(['CallEnded'])).filter(({ data }) => data.by === 'caller').length;
  }

  async #events(types: readonly string[]): Promise<LoggedEvent[]> {
    const events: LoggedEvent[] = [];
    for (let after = 0; ; ) {
      const query = `after=${after}&limit=1000&types=${types.join(',')}`;
      const page = await this.api<{ events: LoggedEvent[]; next: number }>(`/api/events?${query}`);
      events.push(...page.events);
      if (page.next === after) return events;
      after = page.next;
    }
  }
}

interface LoggedEvent {
  readonly type: string;
  readonly data: { readonly by?: unknown };
}

/** Waits until `look` gives something that counts; rejects with `what` after `ms`. A look that throws counts as nothing. */
export async function until<Found>(
  what: string,
  look: () => Promise<Found | undefined | false>,
  ms = 10_000,
  everyMs = 50,
): Promise<Found> {
  let trouble: unknown;
  for (const deadline = Date.now() + ms; ; ) {
    const found = await look().catch((thrown: unknown) => {
      trouble = thrown;
      return undefined;
    });
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`, { cause: trouble });
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
