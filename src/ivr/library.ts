import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { answersTo, type Flow, promptsOf } from './flow.ts';
import { MAX_FLOW_BYTES, type Problem, parseFlow, problemText } from './parse.ts';
import type { Prompt, StepKind } from './step.ts';

export interface FlowLibraryParts {
  /** Folder of the flow files, `*.yaml`. */
  readonly folder: string;
  readonly kinds: readonly StepKind[];
  readonly queueExists: (name: string) => boolean;
  /** Makes the prompts of a flow before it goes live; returns what went wrong. */
  readonly prepare: (prompts: readonly Prompt[], languages: readonly string[]) => Promise<readonly string[]>;
  readonly log: Log;
}

/** What is told of a flow that runs. */
export interface FlowSummary {
  readonly name: string;
  readonly version: string;
  readonly numbers: readonly string[];
  readonly file: string;
}

/** The flows that run, read from files. A file that cannot be read never replaces one that could. */
export class FlowLibrary {
  readonly #parts: FlowLibraryParts;
  #flows = new Map<string, Flow>();
  /** Every version that ran since the start, by `name@version`: callers keep the one that they entered. */
  readonly #versions = new Map<string, Flow>();
  #problems: readonly string[] = [];
  #missing: readonly string[] = [];

  constructor(parts: FlowLibraryParts) {
    this.#parts = parts;
  }

  /**
   * Reads all files anew. Returns every problem as `file:line:column message`. A file goes live only without one; the others
   * keep their last good version.
   */
  async reload(): Promise<readonly string[]> {
    const parsed = await this.#readAll();
    const problems = parsed.flatMap((one) => one.problems.map(problemText));
    let live = parsed.flatMap(({ file, flow }) => flow ?? this.#running(file) ?? []);
    // One that does not go with the others gives way to its last good version, which may be what another one clashed with.
    for (const found of crossChecks(live, this.#parts.queueExists)) {
      problems.push(found.message);
      live = live.flatMap((flow) => (flow.file === found.file ? (this.#running(flow.file) ?? []) : flow));
    }
    for (const flow of live) problems.push(...(await this.#parts.prepare(promptsOf(flow), flow.languages)));
    this.#flows = new Map(live.map((flow) => [flow.name, flow]));
    for (const flow of live) this.#versions.set(`${flow.name}@${flow.version}`, flow);
    const running = new Set(live.map((flow) => flow.file));
    this.#missing = parsed
      .filter(({ file }) => !running.has(file))
      .map(({ file }) => problems.find((problem) => problem.startsWith(file)) ?? `${file} cannot be used`);
    this.#problems = problems;
    for (const problem of problems) this.#parts.log.error({}, problem);
    return problems;
  }

  /** A problem for each file of which no version runs at all: its numbers are not answered. */
  missing(): readonly string[] {
    return this.#flows.size === 0 && this.#missing.length === 0
      ? [`there is no flow file in ${this.#parts.folder}`]
      : this.#missing;
  }

  #running(file: string): Flow | undefined {
    return [...this.#flows.values()].find((flow) => flow.file === file);
  }

  list(): readonly FlowSummary[] {
    return [...this.#flows.values()].map(({ name, version, numbers, file }) => ({
      name,
      version,
      numbers,
      file,
    }));
  }

  problems(): readonly string[] {
    return this.#problems;
  }

  /** @param fromPhone whether one of our own phones dialled */
  forNumber(dnis: string, fromPhone: boolean): Flow | undefined {
    for (const flow of this.#flows.values()) {
      if (answersTo(flow, dnis) && (fromPhone || flow.callers === 'anyone')) return flow;
    }
    return undefined;
  }

  byName(name: string): Flow | undefined {
    return this.#flows.get(name);
  }

  version(name: string, version: string): Flow | undefined {
    return this.#versions.get(`${name}@${version}`) ?? this.#flows.get(name);
  }

  async #readAll(): Promise<{ file: string; flow?: Flow; problems: readonly Problem[] }[]> {
    const { folder, kinds } = this.#parts;
    const names = (await readdir(folder))
      .filter((name) => /\.ya?ml$/.test(name) && !/\.test\.ya?ml$/.test(name))
      .sort();
    return Promise.all(
      names.map(async (name) => {
        const file = join(basename(folder), name);
        try {
          if ((await stat(join(folder, name))).size > MAX_FLOW_BYTES)
            throw new Error('the file is larger than 1 MB');
          const text = await readFile(join(folder, name), 'utf8');
          const version = createHash('sha256').update(text).digest('hex').slice(0, 12);
          return { file, ...parseFlow(text, file, version, kinds) };
        } catch (thrown) {
          return { file, problems: [{ file, line: 1, column: 1, message: messageOf(thrown) }] };
        }
      }),
    );
  }
}

interface Clash {
  readonly file: string;
  readonly message: string;
}

/** What only shows when all flows are seen together; of two that clash, the later file is named. */
function crossChecks(flows: readonly Flow[], queueExists: (name: string) => boolean): Clash[] {
  const clashes: Clash[] = [];
  const clash = ({ file }: Flow, message: string): void => {
    clashes.push({ file, message: `${file}:1:1 ${message}` });
  };
  const names = new Map<string, string>();
  const numbers = new Map<string, string>();
  for (const flow of flows) {
    const twin = names.get(flow.name);
    if (twin !== undefined) clash(flow, `flow "${flow.name}" is also in ${twin}: rename one of them`);
    else names.set(flow.name, flow.file);
    for (const number of flow.numbers) {
      const owner = numbers.get(number);
      if (owner !== undefined)
        clash(flow, `number ${number} also leads to ${owner}: take it out of one of them`);
      else numbers.set(number, flow.file);
    }
  }
  for (const flow of flows) {
    for (const step of flow.steps.values()) {
      const { queue, flow: other } = step.kind.mentions?.(step.args) ?? {};
      if (queue !== undefined && !queueExists(queue))
        clash(flow, `step "${step.name}": there is no queue "${queue}"`);
      if (other !== undefined && !names.has(other))
        clash(flow, `step "${step.name}": there is no flow "${other}"`);
    }
  }
  return clashes;
}
