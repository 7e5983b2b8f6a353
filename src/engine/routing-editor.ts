import { readFile, stat } from 'node:fs/promises';
import type { Clock } from '../base/clock.ts';
import { Refused } from '../base/errors.ts';
import { OneAtATime } from '../base/one-at-a-time.ts';
import { putFlowText } from '../ivr/flow-writing.ts';
import { type SpannedProblem, withEnds } from '../ivr/problem-span.ts';
import { type Problem, problemText } from '../ivr/report.ts';
import { MAX_FILE_BYTES } from '../ivr/yaml.ts';
import type { RoutingRules } from '../queue/rules.ts';
import { digestOf, type RoutingWatch } from './routing-watch.ts';

/** As the file of the rules is named in problems. */
const FILE = 'routing.yaml';

export interface RoutingEditorParts {
  /** Absolute path of the rules. */
  readonly file: string;
  readonly watch: Pick<RoutingWatch, 'reread' | 'isInForce' | 'read' | 'current'>;
  /** Who sends callers to a queue. */
  readonly uses: () => readonly { readonly queue: string; readonly by: string }[];
  readonly clock: Clock;
}

export interface RoutingText {
  readonly text: string;
  /** Names the text, as the event log does; '' while there is no such file. */
  readonly version: string;
  readonly isInForce: boolean;
}

export interface CheckedRouting {
  readonly problems: readonly SpannedProblem[];
  /** Whether these rules would come into force. */
  readonly goesLive: boolean;
}

/** The file of the routing rules for those who edit it from elsewhere than on disk. */
export class RoutingEditor {
  readonly #parts: RoutingEditorParts;
  readonly #writing = new OneAtATime();

  constructor(parts: RoutingEditorParts) {
    this.#parts = parts;
  }

  /** @throws Refused `routing-file-too-large` */
  async read(): Promise<RoutingText> {
    return this.#shown(await this.#text());
  }

  async check(text: string): Promise<CheckedRouting> {
    const { rules, problems } = await this.#parts.watch.read(text, FILE);
    const lost = rules ? this.#lost(rules) : [];
    const spanned = withEnds([...problems, ...lost], new Map([[FILE, text]]));
    return { problems: spanned, goesLive: rules !== undefined };
  }

  /**
   * Writes the file, whole, and lets it come into force.
   * @param basedOn the version that was edited
   * @throws Refused `changed-meanwhile`, `routing-problems`, `no-right`
   */
  save(text: string, basedOn: string, evenWithErrors: boolean): Promise<RoutingText & CheckedRouting> {
    return this.#writing.run('', async () => {
      const { version } = await this.read();
      if (version !== basedOn)
        throw new Refused(
          'changed-meanwhile',
          'The routing rules were changed by somebody else meanwhile: look at what they say now, and save again.',
          { version },
        );
      const checked = await this.check(text);
      if (!checked.goesLive && !evenWithErrors) throw withProblems(checked.problems);
      const { file, watch, clock } = this.#parts;
      await putFlowText(file, text, (before) => digestOf(before) === basedOn, clock.now());
      await watch.reread();
      return { ...this.#shown(text), ...checked };
    });
  }

  #shown(text: string | undefined): RoutingText {
    if (text === undefined) return { text: '', version: '', isInForce: false };
    return { text, version: digestOf(text), isInForce: this.#parts.watch.isInForce(text) };
  }

  /** Undefined while there is no such file. */
  async #text(): Promise<string | undefined> {
    const { file } = this.#parts;
    const found = await stat(file).catch(() => undefined);
    if (!found?.isFile()) return undefined;
    if (found.size > MAX_FILE_BYTES)
      throw new Refused(
        'routing-file-too-large',
        'The routing rules are larger than 1 MB: edit them on disk.',
      );
    return readFile(file, 'utf8');
  }

  /** Callers of a queue that would be gone take the way out of the step. */
  #lost({ queues }: RoutingRules): Problem[] {
    const { watch, uses } = this.#parts;
    const gone = uses().filter(({ queue }) => !queues.has(queue) && watch.current().queues.has(queue));
    return gone.map(({ queue, by }) => ({
      file: FILE,
      line: 1,
      column: 1,
      severity: 'warning',
      message: `${by} still sends callers to "${queue}", and there would be no such queue`,
      hint: 'keep the queue, or change that first',
    }));
  }
}

function withProblems(problems: readonly SpannedProblem[]): Refused {
  const errors = problems.filter(({ severity }) => severity === 'error').map(problemText);
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more, see details)` : '';
  return new Refused('routing-problems', `These rules would not come into force. ${errors[0] ?? ''}${more}`, {
    problems: problems.map(problemText),
    diagnostics: problems,
  });
}
