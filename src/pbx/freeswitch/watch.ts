import { randomUUID } from 'node:crypto';
import { messageOf } from '../../base/errors.ts';
import type { PbxEvent } from '../pbx.ts';
import type { Commander } from './answers.ts';
import { encodeApi } from './esl-encoder.ts';
import { Ownership } from './ownership.ts';
import type { Phones } from './phones.ts';
import type { Census } from './snapshot.ts';

export interface WatchOptions {
  readonly commander: Commander;
  readonly phones: Phones;
  readonly census: Census;
  readonly tell: (event: PbxEvent) => void;
  /** Breaks the link and connects anew. */
  readonly cut: (reason: string) => void;
  /** Another daemon commands FreeSWITCH now. */
  readonly replaced: () => void;
  /** For commands that nobody waits for. */
  readonly attempt: (command: Promise<unknown>) => void;
}

/** When the list of channels is read anew after the link came up, ms: it is late by up to 0.4 s. */
const SECOND_LOOK_MS = 300;
const LAST_LOOK_MS = 900;
const DRAINING =
  'FreeSWITCH takes no new calls: it is paused. Wait, or call it off with "fsctl resume" in its console';

/** From the moment that FreeSWITCH is reached until it is lost: who commands it, what was missed, whether it takes calls. */
export class Watch {
  readonly #options: WatchOptions;
  readonly #ownership: Ownership;
  /** What is to be told once the link is said to be up. */
  #early: PbxEvent[] | undefined;
  #looks: NodeJS.Timeout[] = [];
  #core = '';
  #isDraining = false;
  /** Resolves when the list has been read for the second time. */
  settled: Promise<void> = Promise.resolve();

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#ownership = new Ownership((command) => options.commander.ask(command), randomUUID());
  }

  /** The link is there; `LinkUp` is told when all is known that was missed. */
  begin(): void {
    this.#early = [];
    this.#greet().catch((error) => this.#options.cut(messageOf(error)));
  }

  /** The link is lost. */
  end(): void {
    for (const look of this.#looks.splice(0)) clearTimeout(look);
    this.settled = Promise.resolve();
    this.#early = undefined;
  }

  emit(event: PbxEvent): void {
    if (this.#early) this.#early.push(event);
    else this.#options.tell(event);
  }

  beat(): void {
    this.#options.attempt(this.#beat());
  }

  async #greet(): Promise<void> {
    const { commander, phones, census, attempt, tell } = this.#options;
    if (!(await this.#ownership.take())) return this.#replaced();
    // One that died brings its answered calls back when it is told to.
    if (await this.#ownership.isFirst()) await commander.ask(encodeApi('sofia', 'recover'));
    const core = await commander.ask(encodeApi('global_getvar', 'core_uuid'));
    const version = /\d+\.\d+\.\d+/.exec(await commander.ask(encodeApi('version')))?.[0] ?? 'unknown';
    await phones.refresh();
    const { snapshot } = await census.take();
    this.settled = this.#lookAgain(SECOND_LOOK_MS);
    attempt(this.settled);
    attempt(this.#lookAgain(LAST_LOOK_MS));
    attempt(this.#beat());
    const early = this.#early ?? [];
    this.#early = undefined;
    const restarted = this.#core !== '' && this.#core !== core && snapshot.channels.length === 0;
    this.#core = core;
    tell({ type: 'LinkUp', pbx: `FreeSWITCH ${version}`, restarted });
    for (const event of early) tell(event);
  }

  /** Finds calls that came while nobody was there, and that no list had yet. */
  async #lookAgain(afterMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#looks.push(setTimeout(resolve, afterMs));
    });
    const { found } = await this.#options.census.take();
    for (const arrived of found) this.emit({ type: 'ChannelArrived', ...arrived });
  }

  /** The dialplan reads the beat: without it, it looks after new calls itself. */
  async #beat(): Promise<void> {
    const { commander } = this.#options;
    const [paused, isOurs] = await Promise.all([
      commander.ask(encodeApi('fsctl', 'pause_check')),
      this.#ownership.isOurs(),
    ]);
    if (!isOurs) return this.#replaced();
    const beat = `carillon_beat=${Math.floor(Date.now() / 1_000)}`;
    await commander.ask(encodeApi('global_setvar', beat));
    const isDraining = paused === 'true';
    if (isDraining !== this.#isDraining)
      this.emit({ type: 'PbxTrouble', trouble: 'draining', sentence: isDraining ? DRAINING : '' });
    this.#isDraining = isDraining;
  }

  #replaced(): void {
    this.#early = undefined;
    this.#options.replaced();
  }
}
