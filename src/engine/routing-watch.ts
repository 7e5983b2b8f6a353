import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { type Problem, problemText } from '../ivr/report.ts';
import { MAX_FILE_BYTES } from '../ivr/yaml.ts';
import { type RoutingDirectory, type RoutingRules, routingRules } from '../queue/rules.ts';
import type { EventWriter } from './changes.ts';
import { rulesChanged } from './routing-changes.ts';
import { type ReadRouting, readRouting } from './routing-file.ts';
import { agentProblems, callbacksLost, namesWrong, type RoutingSurroundings } from './routing-names.ts';

/** The file is looked at this often, ms. */
const LOOK_EVERY_MS = 2000;

/** Problems that are told at once: the file has them all. */
const TOLD = 3;

/** What is in force while there is nothing else: no queue, so that steps which want one take their way out. */
const NO_RULES = routingRules('service-level', []);

export interface RoutingWatchParts {
  /** Absolute path of the rules. */
  readonly file: string;
  /** Absolute path of the copy of the last rules without a mistake. */
  readonly copy: string;
  /** Absolute folder in which every version that came into force is kept under its digest; none is without it. */
  readonly versions?: string;
  readonly events: EventWriter;
  readonly clock: Clock;
  readonly log: Log;
  /** What else there is, asked again and again. */
  readonly surroundings: () => Promise<RoutingSurroundings>;
}

/** The routing rules in force: those of the file, read again whenever it changes. One with a mistake changes nothing but `problems`. */
export class RoutingWatch implements RoutingDirectory {
  readonly #parts: RoutingWatchParts;
  readonly #listeners: ((rules: RoutingRules) => void)[] = [];
  #rules = NO_RULES;
  /** What was read last, also when it has a mistake. */
  #text?: string;
  /** What is in force. */
  #inForce?: string;
  #problem = '';
  #around: readonly string[] = [];
  #cancel: () => void = () => undefined;
  #closed = false;
  #looking: Promise<void> = Promise.resolve();

  constructor(parts: RoutingWatchParts) {
    this.#parts = parts;
  }

  current(): RoutingRules {
    return this.#rules;
  }

  /** False after a first start with a mistake: then nobody can tell which queues there should be. */
  hasRules(): boolean {
    return this.#inForce !== undefined;
  }

  onChange(listener: (rules: RoutingRules) => void): void {
    this.#listeners.push(listener);
  }

  /** Reads the copy and then the file, and goes on looking at that until `close`. Resolves after the first look; never rejects. */
  async start(): Promise<void> {
    await this.#recall();
    await this.#look();
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  /**
   * What is wrong with the rules or the agents, and with rules that failed in use, a sentence each. Without rules nothing is
   * told but why there are none: the rest would only follow from that.
   */
  problems(): readonly string[] {
    const failed = this.#rules.troubles().map((trouble) => `routing: ${trouble}`);
    return [...(this.#problem === '' ? [] : [this.#problem]), ...this.#around, ...failed];
  }

  /** Looks at the file and around now. Never rejects. */
  reread(): Promise<void> {
    this.#looking = this.#looking.then(async () => {
      await this.#lookAtFile();
      await this.#lookAround();
    });
    return this.#looking;
  }

  /** Whether the rules in force are those of this text. */
  isInForce(text: string): boolean {
    return text === this.#inForce;
  }

  /** The text of the rules in force; undefined where there are none. */
  textInForce(): string | undefined {
    return this.#inForce;
  }

  /** What would become of a text; nothing changes. @param file as it is named in problems */
  async read(text: string, file: string): Promise<ReadRouting> {
    return readRouting(text, file, await this.#parts.surroundings());
  }

  async #look(): Promise<void> {
    await this.reread();
    if (this.#closed) return;
    const { clock } = this.#parts;
    this.#cancel = clock.at(clock.now() + LOOK_EVERY_MS, () => void this.#look());
  }

  /** The rules that were good last count until better ones are read. */
  async #recall(): Promise<void> {
    const { copy, log } = this.#parts;
    try {
      const text = await textOf(copy);
      const { rules } = readRouting(text, copy);
      if (rules) this.#putInForce(rules, text);
      else log.error({ copy }, 'the copy of the routing rules is not to be read');
    } catch (thrown) {
      log.info({ reason: messageOf(thrown) }, 'there is no copy of the routing rules yet');
    }
  }

  async #lookAtFile(): Promise<void> {
    const { file } = this.#parts;
    try {
      const text = await textOf(file);
      if (text !== this.#text) await this.#take(text);
    } catch (thrown) {
      this.#text = undefined;
      this.#broken(`it cannot be read (${messageOf(thrown)})`);
    }
  }

  async #take(text: string): Promise<void> {
    const { file } = this.#parts;
    this.#text = text;
    const { rules, problems } = readRouting(text, file);
    if (!rules) return this.#broken(summaryOf(problems));
    this.#problem = '';
    await this.#archive(text);
    if (text === this.#inForce) return;
    const before = this.#rules;
    this.#putInForce(rules, text);
    this.#tell(before, rules, text);
    await this.#keep(text);
  }

  #putInForce(rules: RoutingRules, text: string): void {
    this.#rules = rules;
    this.#inForce = text;
    for (const listener of this.#listeners) listener(rules);
  }

  #tell(before: RoutingRules, rules: RoutingRules, text: string): void {
    const { events, clock, log, file } = this.#parts;
    const digest = digestOf(text);
    log.info({ file, digest, queues: rules.queues.size }, 'routing rules are in force');
    try {
      events.commit(() => [rulesChanged(before, rules, digest, clock.now())]);
    } catch (thrown) {
      log.error(
        { reason: messageOf(thrown), digest },
        'the change of the routing rules is not in the event log',
      );
    }
  }

  /** So that a day of these rules can be played again by them. */
  async #archive(text: string): Promise<void> {
    const { versions, log } = this.#parts;
    if (versions === undefined) return;
    try {
      await mkdir(versions, { recursive: true });
      await writeFile(join(versions, `${digestOf(text)}.yaml`), text);
    } catch (thrown) {
      log.warn({ reason: messageOf(thrown) }, 'the version of the routing rules was not kept');
    }
  }

  async #keep(text: string): Promise<void> {
    const { copy, log } = this.#parts;
    try {
      const unfinished = `${copy}.new`;
      await writeFile(unfinished, text);
      await rename(unfinished, copy);
    } catch (thrown) {
      log.warn({ reason: messageOf(thrown) }, 'the routing rules were not copied');
    }
  }

  async #lookAround(): Promise<void> {
    if (!this.hasRules()) return;
    const { file, surroundings, log } = this.#parts;
    try {
      const around = await surroundings();
      const wrong = namesWrong(this.#rules, around).map((sentence) => `${sentence}. Mend ${file}`);
      const agents = agentProblems(around.agents ?? [], this.#rules).map(({ message }) => message);
      const all = [...callbacksLost(this.#rules, around), ...wrong, ...agents];
      const more = all.length > TOLD ? [`and ${all.length - TOLD} more: npx carillon routing check`] : [];
      this.#around = [...all.slice(0, TOLD), ...more].map((sentence) => `routing: ${sentence}`);
    } catch (thrown) {
      log.warn(
        { reason: messageOf(thrown) },
        'agents and calendars were not checked against the routing rules',
      );
    }
  }

  #broken(reason: string): void {
    const hasRules = this.hasRules();
    const meanwhile = hasRules ? 'the rules from before stay in force' : 'there are no queues';
    const problem = `routing: ${reason}; ${meanwhile}. Mend ${this.#parts.file} and run: npx carillon routing check`;
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#parts.log.error({ reason, hasRules }, 'the routing rules cannot be used');
  }
}

/** Names a version of the rules, as the event log does. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

async function textOf(file: string): Promise<string> {
  const { size } = await stat(file);
  if (size > MAX_FILE_BYTES) throw new Error('the file is larger than 1 MB');
  return readFile(file, 'utf8');
}

function summaryOf(problems: readonly Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const told = errors.slice(0, TOLD).map(problemText).join('; ');
  return errors.length > TOLD ? `${told}; and ${errors.length - TOLD} more` : told;
}
