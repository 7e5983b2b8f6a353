import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { Refused } from '../base/errors.ts';
import { readRouting } from '../engine/routing-file.ts';
import { VERBS } from '../engine/verbs.ts';
import { digest, fileIn, recordedIn } from '../ivr/flow-files.ts';
import { FlowReader, type SourceFile } from '../ivr/flow-set.ts';
import { drawFlow, type PictureOptions } from '../ivr/picture.ts';
import type { Problem } from '../ivr/report.ts';
import type { GoingLive } from '../ivr/trial.ts';
import { answerTryOut, type Judged, judgedOf, type TryOut } from '../ivr/trying-out.ts';
import { MAX_FILE_BYTES } from '../ivr/yaml.ts';
import { type RoutingRules, wrongWish } from '../queue/rules.ts';
import type { Prompt, Voice } from '../speech/prompt.ts';
import type { Standing } from './flow-standing.ts';
import { readFlowTests } from './flow-test-file.ts';
import type { TrialAction, TrialEntry } from './flow-trial.ts';
import { FlowTrials, type Session, type TrialWish } from './flow-trials.ts';

/** What takes longer to read may not be written: calls would stand still for as long, ms. */
const LONGEST_TO_SAVE_MS = 2000;

/** What somebody wants to try, beside the routing rules that are in force; '' where there are none. */
export interface BenchQuestion extends TryOut {
  readonly rules: string;
}

/** A simulated call as it stands, as plain data. */
export interface TrialState extends Omit<Session, 'trial' | 'owner' | 'touchedAt'> {
  readonly standing: Standing;
  readonly entries: readonly (TrialEntry & { readonly hasSound: boolean })[];
}

/** A prompt and whose voice says it. */
export interface Said {
  readonly prompt: Prompt;
  readonly voice: Voice;
}

/** Checks flow files that nobody saved, draws them, and holds simulated calls through them: on a thread of its own, away from real calls. */
export class FlowBench {
  readonly #reader = new FlowReader(VERBS, digest);
  readonly #trials: FlowTrials;
  readonly #folder: string;
  readonly #clock: Clock;
  #rules: { readonly text: string; readonly read: RoutingRules | undefined } = { text: '', read: undefined };

  /** @param folder absolute path of the flow files */
  constructor({ folder, clock }: { readonly folder: string; readonly clock: Clock }) {
    this.#folder = folder;
    this.#clock = clock;
    this.#trials = new FlowTrials({
      fileOf: (name) => fileIn(folder, name),
      textOf: (name) => textIn(folder, name),
      clock,
    });
  }

  tryOut(question: BenchQuestion): Judged {
    return judgedOf(this.#answer(question));
  }

  /**
   * The same of what is about to be written: the thread of the calls will read it, too.
   * @param before without what is about to be written
   * @throws Refused `flow-check-too-long`
   */
  tryOutToSave(before: BenchQuestion, question: BenchQuestion): Judged {
    // From here on all but the new texts is known, as it is to the calls' thread: they alone are timed.
    this.#answer(before);
    const begun = this.#clock.now();
    const judged = this.tryOut(question);
    if (this.#clock.now() - begun <= LONGEST_TO_SAVE_MS) return judged;
    throw new Refused('flow-check-too-long', 'This takes too long to check: make several flows of it.');
  }

  /** What is wrong in the texts of flow tests. */
  checkTests(tests: readonly SourceFile[]): readonly Problem[] {
    return tests.flatMap(({ text, file }) => readFlowTests(text, file).problems);
  }

  /** The picture of the flow that a file would be; undefined while it has errors. */
  picture(question: BenchQuestion, { file, text }: SourceFile, options: PictureOptions): string | undefined {
    const live = this.#answer(question).flows.get(file);
    return live?.text === text ? drawFlow(live.flow, options) : undefined;
  }

  /** @throws Refused `flow-unknown`, `language-unknown`, `flow-problems` */
  async beginTrial(question: BenchQuestion, id: string, wish: TrialWish, owner: string): Promise<TrialState> {
    return stateOf(await this.#trials.begin(id, wish, owner, this.#answer(question)));
  }

  /** @throws Refused `flow-trial-unknown` */
  async actInTrial(id: string, owner: string, action: TrialAction): Promise<TrialState> {
    return stateOf(await this.#trials.act(id, owner, action));
  }

  /** @throws Refused `flow-trial-unknown` */
  trial(id: string, owner: string): TrialState {
    return stateOf(this.#trials.of(id, owner));
  }

  /** @throws Refused `flow-trial-unknown` */
  endTrial(id: string, owner: string): void {
    this.#trials.end(id, owner);
  }

  /** What an entry said, if its words are always the same. @throws Refused `flow-trial-unknown` */
  saidIn(id: string, owner: string, entry: number): Said | undefined {
    const { trial } = this.#trials.of(id, owner);
    const said = trial.entries[entry];
    return said?.kind === 'says' ? trial.promptOf(said) : undefined;
  }

  #answer(question: BenchQuestion): GoingLive {
    const rules = this.#rulesOf(question.rules);
    return answerTryOut(question, this.#reader, {
      isRecorded: recordedIn(this.#folder),
      ...(rules && { wrongWish: (wish) => wrongWish(rules, wish) }),
    });
  }

  #rulesOf(text: string): RoutingRules | undefined {
    if (text !== this.#rules.text) this.#rules = { text, read: readRouting(text, 'routing.yaml').rules };
    return this.#rules.read;
  }
}

function stateOf({ trial, owner: _owner, touchedAt: _touchedAt, ...session }: Session): TrialState {
  return {
    ...session,
    standing: trial.standing,
    entries: trial.entries.map((entry) => ({
      ...entry,
      hasSound: entry.kind === 'says' && trial.promptOf(entry) !== undefined,
    })),
  };
}

async function textIn(folder: string, name: string): Promise<string | undefined> {
  const path = join(folder, name);
  const found = await lstat(path).catch(() => undefined);
  return found?.isFile() && found.size <= MAX_FILE_BYTES ? readFile(path, 'utf8') : undefined;
}
