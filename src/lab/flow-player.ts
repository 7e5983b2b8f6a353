import { type Hope, Hopes } from './flow-hopes.ts';
import type { ScriptLine } from './flow-script.ts';
import type { Veil } from './flow-transcript.ts';
import type { FlowVisit } from './flow-visit.ts';

/** How long a line waits unless it says otherwise, ms. */
const PATIENCE_MS = 60_000;

/** Plays the lines of a script on a call, one after the other. */
export class ScriptPlayer {
  readonly #visit: FlowVisit;
  readonly #hopes: Hopes;

  /** @param prompts names of prompts: a line that has one of them means that */
  constructor(visit: FlowVisit, prompts: ReadonlySet<string>, veil: Veil) {
    this.#visit = visit;
    this.#hopes = new Hopes(visit, prompts, veil);
  }

  /** @returns what was expected and what was so instead; undefined when all is well */
  async play(line: ScriptLine): Promise<string | undefined> {
    const unheard = line['not-heard'];
    if (unheard !== undefined) return this.#hopes.wasHeard(unheard);
    const hope = this.#hopes.of(line);
    if (!hope) return this.#act(line);
    const failure = await this.#wait(hope, line.within ?? PATIENCE_MS);
    if (failure === undefined && line['hears-out'] !== undefined)
      await this.#visit.until(() => !this.#visit.listens, PATIENCE_MS);
    return failure;
  }

  async #wait(hope: Hope, limitMs: number): Promise<string | undefined> {
    if (await this.#visit.until(hope.met, limitMs)) return undefined;
    const when = this.#visit.ended ? 'before the call was over' : `within ${limitMs / 1000}s`;
    const instead = hope.instead();
    return `expected ${hope.what} ${when}${instead === '' ? '' : `, but ${instead}`}`;
  }

  async #act(line: ScriptLine): Promise<string | undefined> {
    const visit = this.#visit;
    const message = line['leaves-message'];
    this.#hopes.goOnFromHere();
    if (visit.ended) return 'he cannot do this any more: the call is over';
    if (line.presses !== undefined) await visit.press(line.presses);
    else if (line.silent !== undefined) await visit.wait(line.silent);
    else if (message !== undefined) return this.#speak(message);
    else if (line['hangs-up']) visit.hangUp();
    else if (!visit.otherHangsUp()) return 'there is nobody who could hang up: he talks with nobody';
    return undefined;
  }

  async #speak(ms: number): Promise<string | undefined> {
    const visit = this.#visit;
    const isRecorded = {
      what: 'to be recorded',
      met: () => visit.call?.phase.at === 'recording',
      instead: () => '',
    };
    const failure = await this.#wait(isRecorded, PATIENCE_MS);
    if (failure !== undefined) return failure;
    await visit.wait(ms);
    await visit.press('#');
    return undefined;
  }
}
