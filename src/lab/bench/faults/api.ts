import type { LiveCallView } from '../../../call/http.ts';
import type { Rig } from '../rig.ts';

/** What the API and ARI of a rig tell, as far as benches look at it. */
export class Sight {
  readonly #rig: Rig;

  constructor(rig: Rig) {
    this.#rig = rig;
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
    for (let after = 0; ; ) {
      const query = `after=${after}&limit=1000&types=${types.join(',')}`;
      const page = await this.api<{ events: { type: string }[]; next: number }>(`/api/events?${query}`);
      for (const { type } of page.events) counts[type] = (counts[type] ?? 0) + 1;
      if (page.next === after) return counts;
      after = page.next;
    }
  }

  /** Channels and bridges that Asterisk has. */
  async leftInPbx(): Promise<{ readonly channels: number; readonly bridges: number }> {
    const [channels, bridges] = await Promise.all([this.#ari('channels'), this.#ari('bridges')]);
    return { channels: channels.length, bridges: bridges.length };
  }

  /** Whether Asterisk says that it is fully booted. */
  async isPbxUp(): Promise<boolean> {
    try {
      return (await this.#askAri('asterisk/ping', 500)).ok;
    } catch {
      return false;
    }
  }

  async #ari(path: string): Promise<readonly unknown[]> {
    const list: unknown = await (await this.#askAri(path, 5_000)).json();
    if (!Array.isArray(list)) throw new Error(`ARI gives no list of ${path}`);
    return list;
  }

  #askAri(path: string, timeoutMs: number): Promise<Response> {
    const login = Buffer.from(`carillon:${this.#rig.secrets.ariPassword}`).toString('base64');
    return fetch(`http://127.0.0.1:${this.#rig.ports.ari}/ari/${path}`, {
      headers: { authorization: `Basic ${login}` },
      signal: AbortSignal.timeout(timeoutMs),
    });
  }
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
