import { readFile, stat } from 'node:fs/promises';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { OutsideDialling } from '../call/outside-dialling.ts';
import { type Problem, problemText } from '../ivr/report.ts';
import { MAX_FILE_BYTES } from '../ivr/yaml.ts';
import { readClassOfService } from './class-of-service-file.ts';
import { type KnownSources, unknownInRules } from './class-of-service-names.ts';

/** The file is looked at this often, ms. */
const LOOK_EVERY_MS = 2000;

/** Problems that are told at once: the file has them all. */
const TOLD = 3;

export interface ClassOfServiceWatchParts {
  /** Absolute path of the file. */
  readonly file: string;
  readonly outside: OutsideDialling;
  readonly clock: Clock;
  readonly log: Log;
  /** Whom the rules can name. Asked again and again while they name anybody. */
  readonly known: () => Promise<KnownSources>;
}

/** Gives the rules in the file to the gate, again whenever they change. A file with a mistake changes nothing but `problems`. */
export class ClassOfServiceWatch {
  readonly #parts: ClassOfServiceWatchParts;
  #text?: string;
  #hasRules = false;
  #problem = '';
  #unknown: readonly string[] = [];
  #cancel: () => void = () => undefined;
  #closed = false;

  constructor(parts: ClassOfServiceWatchParts) {
    this.#parts = parts;
  }

  /** Reads the file, and goes on looking at it until `close`. Resolves after the first look; never rejects. */
  async start(): Promise<void> {
    await this.#look();
    await this.#lookForNames();
    if (this.#closed) return;
    const { clock } = this.#parts;
    this.#cancel = clock.at(clock.now() + LOOK_EVERY_MS, () => void this.start());
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  /** What is wrong with the rules, and what is in force meanwhile, a sentence each. */
  problems(): readonly string[] {
    return [...(this.#problem === '' ? [] : [this.#problem]), ...this.#unknown];
  }

  async #look(): Promise<void> {
    const { file } = this.#parts;
    try {
      const { size } = await stat(file);
      if (size > MAX_FILE_BYTES) throw new Error('the file is larger than 1 MB');
      const text = await readFile(file, 'utf8');
      if (text !== this.#text) this.#take(text);
    } catch (thrown) {
      this.#text = undefined;
      this.#broken(`it cannot be read (${messageOf(thrown)})`);
    }
  }

  async #lookForNames(): Promise<void> {
    const { file, outside, known, log } = this.#parts;
    const { phone, flow, campaign } = outside.rules.sources;
    const named = phone.own.size + flow.own.size + campaign.own.size > 0;
    try {
      const unknown = named ? unknownInRules(outside.rules, await known()) : [];
      this.#unknown = unknown.map((sentence) => `class of service: ${sentence} Mend "sources" in ${file}`);
    } catch (thrown) {
      log.warn({ reason: messageOf(thrown) }, 'names in class of service were not checked');
    }
  }

  #take(text: string): void {
    const { file, outside, log } = this.#parts;
    this.#text = text;
    const { rules, problems } = readClassOfService(text, file);
    if (!rules) return this.#broken(summaryOf(problems));
    outside.change(rules);
    this.#hasRules = true;
    this.#problem = '';
    log.info({ file, groups: rules.groups.length }, 'class of service is in force');
  }

  #broken(reason: string): void {
    const meanwhile = this.#hasRules
      ? 'the rules from before stay in force'
      : 'only emergency numbers are dialled outside';
    const problem = `class of service: ${reason}; ${meanwhile}. Mend ${this.#parts.file} and run: npx carillon dial-plan check`;
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#parts.log.error({ reason, hasRules: this.#hasRules }, 'class of service cannot be used');
  }
}

function summaryOf(problems: readonly Problem[]): string {
  const told = problems.slice(0, TOLD).map(problemText).join('; ');
  return problems.length > TOLD ? `${told}; and ${problems.length - TOLD} more` : told;
}
