import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Persona } from '../speech/persona.ts';
import type { Prompt } from '../speech/prompt.ts';
import { type Flow, promptsOf } from './flow.ts';

export interface FlowSoundsParts {
  /** Makes prompts before they are said; returns what went wrong. */
  readonly prepare: (
    prompts: readonly Prompt[],
    languages: readonly string[],
    personas: readonly string[],
  ) => Promise<readonly string[]>;
  readonly personasOfCampaigns: () => Promise<readonly string[]>;
  readonly log: Log;
}

/** Has the prompts of flows made before callers hear them. What was made, and would be made the same, is not asked for again. */
export class FlowSounds {
  readonly #parts: FlowSoundsParts;
  readonly #ordinary = new Made();
  readonly #personas = new Made();

  constructor(parts: FlowSoundsParts) {
    this.#parts = parts;
  }

  /**
   * The ordinary voice.
   * @param recordings changes with every change of a recording
   * @returns what keeps prompts from sounding as they should, a sentence each
   */
  async ordinary(flows: readonly Flow[], recordings: string): Promise<readonly string[]> {
    const due = this.#ordinary.due(flows, recordings);
    const problems = await this.#prepare(due, ['']);
    this.#ordinary.note(flows, recordings, problems.length === 0);
    return problems;
  }

  /** The voices of personas. Never rejects: until they are made, the ordinary voice speaks. That may take a minute. */
  async personas(
    flows: readonly Flow[],
    recordings: string,
    personas: Readonly<Record<string, Persona>>,
  ): Promise<void> {
    const { log, personasOfCampaigns } = this.#parts;
    try {
      const named = flows.flatMap((flow) =>
        flow.mentions.flatMap(({ kind, name }) => (kind === 'persona' ? [name] : [])),
      );
      const names = [...new Set([...named, ...(await personasOfCampaigns())])].filter((name) =>
        Object.hasOwn(personas, name),
      );
      const stamp = JSON.stringify([recordings, names.map((name) => [name, personas[name]])]);
      const due = names.length === 0 ? [] : this.#personas.due(flows, stamp);
      const problems = await this.#prepare(due, names);
      this.#personas.note(flows, stamp, problems.length === 0);
      for (const problem of problems) log.error({}, problem);
    } catch (thrown) {
      log.error({ reason: messageOf(thrown) }, 'the voices of personas could not be made');
    }
  }

  async #prepare(flows: readonly Flow[], personas: readonly string[]): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const group of new Set(flows.map((flow) => flow.languages.join()))) {
      const speaking = flows.filter((flow) => flow.languages.join() === group);
      problems.push(...(await this.#parts.prepare(speaking.flatMap(promptsOf), group.split(','), personas)));
    }
    return problems;
  }
}

/** The flows whose prompts were made, and with what. */
class Made {
  #stamp = '';
  #flows = new WeakSet<Flow>();

  /** All of them where something else changed, or something went wrong the last time. */
  due(flows: readonly Flow[], stamp: string): readonly Flow[] {
    return stamp === this.#stamp ? flows.filter((flow) => !this.#flows.has(flow)) : flows;
  }

  note(flows: readonly Flow[], stamp: string, isRight: boolean): void {
    this.#stamp = isRight ? stamp : '';
    this.#flows = new WeakSet(flows);
  }
}
