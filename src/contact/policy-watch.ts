import { createHash } from 'node:crypto';
import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { EventWriter } from '../engine/changes.ts';
import { type Problem, problemText } from '../ivr/report.ts';
import { MAX_FILE_BYTES } from '../ivr/yaml.ts';
import type { ContactPolicy } from './data.ts';
import type { PolicyDirectory } from './gate.ts';
import { type ContactPolicies, type NamedText, type PolicyTexts, readPolicies } from './policy-file.ts';

/** The files are looked at this often, ms. */
const LOOK_EVERY_MS = 2000;

const DAY_MS = 86_400_000;

/** Problems that are told at once: the files have them all. */
const TOLD = 3;

/** A folder with more files is a mistake. */
const MOST_REGULATORS = 100;

export interface PolicyWatchParts {
  /** Absolute path of the policies; the regulators lie in the folder `regulators` beside it. */
  readonly file: string;
  /** Absolute path of the copy of the last texts without a mistake. */
  readonly copy: string;
  readonly events: EventWriter;
  readonly clock: Clock;
  readonly log: Log;
}

/** The policies of contact in force: those of the files, read again whenever one changes. A mistake changes nothing but `problems`. */
export class PolicyWatch implements PolicyDirectory {
  readonly #parts: PolicyWatchParts;
  #policies?: ContactPolicies;
  /** What was read last, also when it has a mistake. */
  #read = '';
  #readOn = 0;
  /** What is in force. */
  #inForce = '';
  #problem = '';
  #warnings: readonly string[] = [];
  #cancel: () => void = () => undefined;
  #closed = false;

  constructor(parts: PolicyWatchParts) {
    this.#parts = parts;
  }

  policy(name: string): ContactPolicy | undefined {
    return this.#policies?.byName.get(name === '' ? this.#policies.usual : name);
  }

  /** Names of the policies, the usual one first; none while there is no file that can be read. */
  names(): readonly string[] {
    const { usual, byName } = this.#policies ?? {};
    return usual === undefined || !byName
      ? []
      : [usual, ...[...byName.keys()].filter((name) => name !== usual)];
  }

  /** Reads the copy and then the files, and goes on looking at those until `close`. Resolves after the first look; never rejects. */
  async start(): Promise<void> {
    await this.#recall();
    await this.#look();
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  /** What is wrong with the files, and what is in force meanwhile, a sentence each. */
  problems(): readonly string[] {
    return [...(this.#problem === '' ? [] : [this.#problem]), ...this.#warnings];
  }

  async #look(): Promise<void> {
    const { file, clock } = this.#parts;
    try {
      await this.#take(await policyTexts(file));
    } catch (thrown) {
      this.#read = '';
      this.#broken(`it cannot be read (${messageOf(thrown)})`);
    }
    if (this.#closed) return;
    this.#cancel = clock.at(clock.now() + LOOK_EVERY_MS, () => void this.#look());
  }

  /** The policies that were good last count until better ones are read. */
  async #recall(): Promise<void> {
    const { copy, log } = this.#parts;
    try {
      const texts = JSON.parse(await readFile(copy, 'utf8')) as PolicyTexts;
      const { policies } = readPolicies(texts);
      if (!policies) return log.error({ copy }, 'the copy of the contact policies is not to be read');
      this.#policies = policies;
      this.#inForce = contentOf(texts);
    } catch (thrown) {
      log.info({ reason: messageOf(thrown) }, 'there is no copy of the contact policies yet');
    }
  }

  async #take(texts: PolicyTexts): Promise<void> {
    const content = contentOf(texts);
    const now = this.#parts.clock.now();
    // Holidays come to be missing without any change of the files.
    const today = Math.floor(now / DAY_MS);
    if (content === this.#read && today === this.#readOn) return;
    this.#read = content;
    this.#readOn = today;
    const { policies, problems } = readPolicies(texts, now);
    this.#warnings = missingYears(problems);
    if (!policies) return this.#broken(summaryOf(problems));
    this.#problem = '';
    if (content === this.#inForce) return;
    await this.#keep(texts);
    this.#policies = policies;
    this.#inForce = content;
    this.#tell(policies, content);
  }

  #tell({ usual, byName }: ContactPolicies, content: string): void {
    const { events, clock, log, file } = this.#parts;
    const digest = createHash('sha256').update(content).digest('hex').slice(0, 12);
    const policies = [...byName].map(([name, { regulator }]) => ({ name, regulator }));
    log.info({ file, digest, policies: byName.size }, 'contact policies are in force');
    const data = { digest, usual, policies };
    try {
      events.commit(() => [{ type: 'ContactPoliciesChanged', version: 1, at: clock.now(), data }]);
    } catch (thrown) {
      log.error(
        { reason: messageOf(thrown), digest },
        'the change of contact policies is not in the event log',
      );
    }
  }

  async #keep(texts: PolicyTexts): Promise<void> {
    const { copy, log } = this.#parts;
    try {
      const unfinished = `${copy}.new`;
      await writeFile(unfinished, JSON.stringify(texts));
      await rename(unfinished, copy);
    } catch (thrown) {
      log.warn({ reason: messageOf(thrown) }, 'the contact policies were not copied');
    }
  }

  #broken(reason: string): void {
    const hasPolicies = this.#policies !== undefined;
    const meanwhile = hasPolicies ? 'the policies from before stay in force' : 'nobody is called';
    const problem = `contact policy: ${reason}; ${meanwhile}. Mend ${this.#parts.file} and run: npx carillon dialer policy check`;
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#parts.log.error({ reason, hasPolicies }, 'the contact policies cannot be used');
  }
}

/**
 * The policies' file and those of the folder `regulators` beside it.
 * @param shown how a path is named in messages
 * @throws when one cannot be read
 */
export async function policyTexts(
  file: string,
  shown: (path: string) => string = (path) => path,
): Promise<PolicyTexts> {
  const folder = join(dirname(file), 'regulators');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort();
  if (names.length > MOST_REGULATORS) throw new Error(`${folder} has more than ${MOST_REGULATORS} files`);
  const read = async (path: string): Promise<NamedText> => ({ file: shown(path), text: await textOf(path) });
  const [policies, regulators] = await Promise.all([
    read(file),
    Promise.all(names.map((name) => read(join(folder, name)))),
  ]);
  return { policies, regulators };
}

async function textOf(file: string): Promise<string> {
  const { size } = await stat(file);
  if (size > MAX_FILE_BYTES) throw new Error(`${file} is larger than 1 MB`);
  return readFile(file, 'utf8');
}

/** Tells whether texts are the same. */
const contentOf = ({ policies, regulators }: PolicyTexts): string =>
  JSON.stringify([policies.text, ...regulators.map(({ file, text }) => [file, text])]);

const missingYears = (problems: readonly Problem[]): string[] =>
  problems
    .filter(({ severity, message }) => severity === 'warning' && message.startsWith('the holidays of'))
    .map((problem) => `contact policy: ${problemText(problem)}`);

function summaryOf(problems: readonly Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const told = errors.slice(0, TOLD).map(problemText).join('; ');
  return errors.length > TOLD ? `${told}; and ${errors.length - TOLD} more` : told;
}
