import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { messageOf, Refused } from '../base/errors.ts';
import type { Database } from '../store/connect.ts';
import { AgentFactsStore } from './agent-facts-store.ts';
import { agentReport } from './agent-report.ts';
import type {
  AgentAnswer,
  AgentQuestion,
  ExportQuestion,
  IntervalAnswer,
  IntervalQuestion,
  ReadState,
} from './asked.ts';
import { exportOfCalls, exportOfReport } from './begin-export.ts';
import type { CallFilter, CallPlace, FoundCalls } from './call-filter.ts';
import { CallSearch } from './call-search-store.ts';
import type { ExportFile } from './export-file.ts';
import { intervalReport } from './interval-report.ts';
import { ReportedLog } from './log-store.ts';
import { ReportReader } from './reader.ts';
import { intervalsOf } from './span.ts';
import { SumsStore } from './sums-store.ts';

/** How often new events are read without being asked for, ms. */
const EVERY_MS = 1_000;
/** A question is answered with what was read within this, ms. */
const CATCH_UP_MS = 1_500;
/** Exports at once, of all users together. */
const MOST_EXPORTS = 4;
/** Whoever asks for a part does not wait for longer, ms. */
const ANSWER_WITHIN_MS = 1_000;

export interface DeskParts {
  /** The centre's, to be read only. */
  readonly centre: Database;
  /** Where the sums are kept. */
  readonly sums: Database;
  /** Ids of the calls that have a recording among the files. */
  readonly recordedCalls: () => readonly string[];
}

/** What can be asked of the thread of reports. It writes its own sums and nothing else. */
export class ReportDesk {
  readonly #search: CallSearch;
  readonly #sums: SumsStore;
  readonly #facts: AgentFactsStore;
  readonly #reader: ReportReader;
  /** By id; undefined for one that begins. */
  readonly #exports = new Map<string, ExportFile | undefined>();
  #isStopped = false;

  constructor({ centre, sums, recordedCalls }: DeskParts) {
    this.#search = new CallSearch(centre, recordedCalls);
    this.#sums = new SumsStore(sums);
    this.#facts = new AgentFactsStore(centre);
    this.#reader = new ReportReader(new ReportedLog(centre), this.#sums);
  }

  calls(filter: CallFilter, limit: number, before?: CallPlace): FoundCalls {
    return this.#search.find(filter, limit, before);
  }

  /** @param now UTC ms; @throws Refused `bad-span` */
  async intervals(question: IntervalQuestion, now: number): Promise<IntervalAnswer> {
    const starts = intervalsOf(question, question.interval, question.zone);
    const read = await this.#read(now);
    const { queues, branches, by } = question;
    const agents = branches && this.#facts.ofBranches(branches).map(({ id }) => id);
    const lanes = this.#sums.lanes(starts, queues, branches);
    // What agents do is done for all queues.
    const staff = queues ? [] : this.#sums.staff(starts, agents);
    return { ...intervalReport(lanes, staff, starts.slice(0, -1), by), starts, ...read };
  }

  /** @param now UTC ms */
  async agents({ from, to, agents, branches }: AgentQuestion, now: number): Promise<AgentAnswer> {
    const read = await this.#read(now);
    const names = new Map(this.#facts.ofBranches(branches).map(({ id, name }) => [id, name]));
    const isWanted = ({ agent }: { readonly agent: string }): boolean =>
      (branches === undefined || names.has(agent)) && (agents === undefined || agents.includes(agent));
    const { rows, total } = agentReport(
      this.#sums.agents(from, to).filter(isWanted),
      this.#facts.notes(from, to).filter(isWanted),
      this.#facts.dispositions(from, to).filter(isWanted),
    );
    return { rows: rows.map((row) => ({ ...row, name: names.get(row.agent) ?? '' })), total, ...read };
  }

  /** Begins an export, unless it is ended meanwhile. @param now UTC ms; @throws Refused `bad-span`, `too-many-exports` */
  async beginExport(id: string, question: ExportQuestion, now: number): Promise<void> {
    if (this.#exports.size >= MOST_EXPORTS)
      throw new Refused('too-many-exports', `${MOST_EXPORTS} exports are under way: wait until one is done`);
    this.#exports.set(id, undefined);
    try {
      const begun = await this.#exportOf(question, now);
      if (this.#exports.has(id)) this.#exports.set(id, begun);
    } catch (thrown) {
      this.#exports.delete(id);
      throw thrown;
    }
  }

  /**
   * The next part of its file, undefined at the end; in between others are answered. An empty part: nothing was found for a
   * while, ask again. @throws Refused `reports-unusable` for an export that this thread did not begin: what there is of it is cut off
   */
  async nextPart(id: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const wanted = this.#exports.get(id);
    if (!wanted) throw new Refused('reports-unusable', 'The export was broken off. Begin it anew.');
    const until = performance.now() + ANSWER_WITHIN_MS;
    while (!wanted.work()) {
      if (performance.now() > until) return new Uint8Array();
      await turn();
    }
    const part = wanted.take();
    if (!part) this.#exports.delete(id);
    return part;
  }

  /** Whoever wanted it is gone. */
  endExport(id: string): void {
    this.#exports.delete(id);
  }

  /** The names of queues that ever had a caller. */
  queues(): readonly string[] {
    return this.#sums.queues();
  }

  /** Reads what comes into the log, until it is stopped. @param failed told when it cannot; it tries again */
  async work(failed: (reason: string) => void): Promise<void> {
    while (!this.#isStopped) {
      try {
        while (!this.#isStopped && !this.#reader.read()) await turn();
      } catch (thrown) {
        failed(messageOf(thrown));
      }
      await sleep(EVERY_MS);
    }
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #exportOf(question: ExportQuestion, now: number): Promise<ExportFile> {
    switch (question.of) {
      case 'calls':
        return exportOfCalls(question, question.filter, (...words) => this.calls(...words), now);
      case 'intervals':
        return exportOfReport(question, { intervals: await this.intervals(question.question, now) }, now);
      case 'agents':
        return exportOfReport(question, { agents: await this.agents(question.question, now) }, now);
    }
  }

  async #read(now: number): Promise<ReadState> {
    const began = performance.now();
    let isEnd = this.#reader.read();
    for (; !isEnd && performance.now() - began < CATCH_UP_MS; isEnd = this.#reader.read()) await turn();
    if (isEnd) this.#reader.settle(now);
    return { readTo: isEnd ? now : this.#reader.readTo, isBehind: !isEnd };
  }
}
