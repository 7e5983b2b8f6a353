import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Flow } from './flow.ts';
import { digest, fileIn } from './flow-files.ts';
import { type FlowReader, type Knowledge, SHARED_FILE } from './flow-set.ts';
import type { FlowArchive, FlowVersion } from './history.ts';
import { NO_SHARED } from './shared.ts';
import { type GoingLive, isLive, type LiveFile, type Running, recordedThen } from './trial.ts';

export interface FlowMemoryParts {
  readonly folder: string;
  readonly reader: FlowReader;
  readonly archive: FlowArchive;
  readonly log: Log;
}

/** Keeps what runs in the archive, and takes from there what ran before this daemon. */
export class FlowMemory {
  readonly #parts: FlowMemoryParts;
  /** What the archive knows to run, by the name of the flow. */
  readonly #known = new Map<
    string,
    { readonly file: string; readonly flow?: Flow; readonly version: string }
  >();

  constructor(parts: FlowMemoryParts) {
    this.#parts = parts;
  }

  /** What ran when the last daemon ended. */
  async running(knowledge: Knowledge): Promise<Running> {
    const { archive, reader, log } = this.#parts;
    const flows = new Map<string, LiveFile>();
    let shared: Running['shared'];
    for (const old of await archive.live()) {
      const { name, version, text } = old;
      const file = this.#placeOf(old);
      this.#known.set(name, { file, version });
      if (name === SHARED_FILE) {
        const read = reader.shared({ file, text }, knowledge.now());
        if (read.shared) shared = { file, text, shared: read.shared };
      } else {
        const read = readVersion(reader, old, file, knowledge);
        if (read) flows.set(file, read);
        else log.warn({ flow: name, version }, 'the version that ran before cannot be read any more');
      }
    }
    return { flows, shared };
  }

  /** A version that a call entered before this daemon began. */
  async recall(name: string, version: string, knowledge: Knowledge): Promise<Flow | undefined> {
    const { archive, log } = this.#parts;
    const old = await archive.find(name, version);
    const flow = old && readVersion(this.#parts.reader, old, this.#placeOf(old), knowledge)?.flow;
    if (!flow)
      log.warn(
        { flow: name, version },
        'calls are in a version of a flow that cannot be had again: they go on in the present one',
      );
    return flow;
  }

  /** Writes down what runs from now on. Never rejects; what could not be written is tried again the next time. @param at UTC ms */
  async note({ flows, shared, missing }: GoingLive, at: number, by: string): Promise<void> {
    const { archive } = this.#parts;
    const versions = new Map([...flows.values()].map((live) => [live.flow.name, versionOf(live)]));
    for (const { flow } of flows.values()) {
      const version = versions.get(flow.name)!;
      if (this.#known.get(flow.name)?.flow !== flow)
        await this.#try(flow.name, { ...version, flow }, () => archive.release(version, at, by));
    }
    if (shared) {
      const { file, text } = shared;
      const version = { name: SHARED_FILE, version: digest(text), file, text, prompts: {} };
      versions.set(SHARED_FILE, version);
      if (this.#known.get(SHARED_FILE)?.version !== version.version)
        await this.#try(SHARED_FILE, version, () => archive.release(version, at, by));
    }
    // A file that is there and of which nothing runs may be mended: what ran of it is still its last good version.
    for (const [name, { file }] of this.#known)
      if (!versions.has(name) && !missing.has(file))
        await this.#try(name, undefined, () => archive.withdraw(name, at, by));
  }

  async #try(
    name: string,
    known: { readonly file: string; readonly flow?: Flow; readonly version: string } | undefined,
    write: () => Promise<void>,
  ): Promise<void> {
    try {
      await write();
      if (known) this.#known.set(name, known);
      else this.#known.delete(name);
    } catch (thrown) {
      this.#parts.log.error({ flow: name, reason: messageOf(thrown) }, 'the history could not be written');
    }
  }

  /** The folder may have been moved since. */
  #placeOf({ file }: FlowVersion): string {
    return fileIn(this.#parts.folder, file);
  }
}

/** A version that ran, as it was then; undefined when it cannot be read any more. @param file where it is now */
export function readVersion(
  reader: FlowReader,
  { text, version, prompts, signatures = {} }: FlowVersion,
  file: string,
  knowledge: Knowledge,
): LiveFile | undefined {
  const around = {
    // Without a prototype: only what was written is found.
    shared: { prompts: Object.assign(Object.create(null), prompts), limits: NO_SHARED.limits },
    signatures: new Map(Object.entries(signatures)),
    isRecorded: recordedThen(knowledge),
  };
  const read = reader.finish({ file, text }, around, version);
  return isLive(read) ? read : undefined;
}

/** A flow that runs, as it can be read again. */
export function versionOf({ file, text, prompts, calls, flow: { name, version } }: LiveFile): FlowVersion {
  const signatures = Object.fromEntries(
    [...calls].flatMap(([called, one]) => (one ? [[called, one] as const] : [])),
  );
  return { name, version, file, text, prompts: { ...prompts }, signatures };
}
