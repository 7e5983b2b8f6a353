import type { Clock } from '../base/clock.ts';
import type { LookUp, LookUpAnswer, LookUpRequest } from '../ivr/look-up.ts';
import type { Answer, World } from './world.ts';

/** A look-up that a flow made. */
export interface Asked {
  readonly service: string;
  readonly path: string;
  /** What was sent, in the address or as JSON. */
  readonly sent: Readonly<Record<string, unknown>>;
  /** What will be answered, for people. */
  readonly answer: string;
}

const TOO_LATE = 'the service did not answer in time';

/** Services that give the answers of a world, in virtual time. */
export class ScriptedServices implements LookUp {
  readonly #services: World['services'];
  readonly #clock: () => Clock;
  readonly #told: (asked: Asked) => void;
  /** Answers given, by service and path. */
  readonly #given = new Map<string, number>();

  /** @param told of each look-up when it is made */
  constructor(services: World['services'], clock: () => Clock, told: (asked: Asked) => void) {
    this.#services = services;
    this.#clock = clock;
    this.#told = told;
  }

  async ask(request: LookUpRequest, signal: AbortSignal): Promise<LookUpAnswer> {
    const { service, path } = this.#find(request.url);
    const answer = this.#next(service, path);
    this.#told({ service, path, sent: { ...request.query, ...request.body }, answer: inWords(answer) });
    if (!answer) return failed('there is no answer for this in the world of the test');
    const endless = 'fails' in answer && answer.fails === 'timeout';
    const takesMs = endless ? request.deadlineMs : Math.min(answer.after, request.deadlineMs);
    await this.#pass(takesMs, signal);
    if (endless || answer.after > request.deadlineMs) return failed(TOO_LATE);
    if ('fails' in answer) return failed('the service cannot be reached');
    const { status, body } = answer;
    const understood = status < 300 || (status >= 400 && status < 500);
    return understood ? { kind: 'answered', status, body } : failed(`the service answered ${status}`);
  }

  /** A service of the house is asked at `http://<its name>`. */
  #find(url: string): { service: string; path: string } {
    for (const service of Object.keys(this.#services)) {
      const base = service.includes('://') ? service : `http://${service}`;
      if (url === base || url.startsWith(`${base}/`)) return { service, path: url.slice(base.length) };
    }
    const [, service = url, path = ''] = /^https?:\/\/([^/]+)(.*)$/.exec(url) ?? [];
    return { service, path };
  }

  #next(service: string, path: string): Answer | undefined {
    const answers = this.#services[service]?.[path] ?? [];
    const key = `${service} ${path}`;
    const given = this.#given.get(key) ?? 0;
    this.#given.set(key, given + 1);
    return answers[given] ?? answers.at(-1);
  }

  #pass(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const clock = this.#clock();
      const over = (): void => {
        cancel();
        reject(signal.reason);
      };
      const cancel = clock.at(clock.now() + ms, () => {
        signal.removeEventListener('abort', over);
        resolve();
      });
      signal.addEventListener('abort', over, { once: true });
    });
  }
}

function failed(reason: string): LookUpAnswer {
  return { kind: 'failed', reason };
}

function inWords(answer: Answer | undefined): string {
  if (!answer) return 'not in the world';
  return 'fails' in answer ? answer.fails : `${answer.status}`;
}
