import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { PbxError, type PbxEvent } from '../pbx.ts';
import type { Commander } from './answers.ts';
import { encodeApi } from './esl-encoder.ts';
import type { Ownership } from './ownership.ts';
import type { Phones } from './phones.ts';
import { takeUpCalls } from './recovery.ts';
import type { Census } from './snapshot.ts';

export interface WatchOptions {
  readonly commander: Commander;
  readonly ownership: Ownership;
  readonly phones: Phones;
  readonly census: Census;
  readonly tell: (event: PbxEvent) => void;
  /** Breaks the link and connects anew. */
  readonly cut: (reason: string) => void;
  /** Another daemon commands FreeSWITCH now. */
  readonly replaced: () => void;
  readonly log: Log;
}

/** The list of channels is late by up to this, ms. */
const LIST_LATE_MS = 450;
/** When it is read anew after events began to come, ms. */
const LOOKS_MS = [LIST_LATE_MS, 2 * LIST_LATE_MS];
/** Calls that were cut off this long ago are taken up again, ms: nobody stays in silence for longer. */
const CUT_OFF_MS = 60_000;
const DRAINING =
  'FreeSWITCH takes no new calls: it is paused. Wait, or call it off with "fsctl resume" in its console';

/** From the moment that FreeSWITCH is reached until it is lost: who commands it, what was missed, whether it takes calls. */
export class Watch {
  readonly #options: WatchOptions;
  /** What is to be told once the link is said to be up. */
  #early: PbxEvent[] | undefined;
  /** Of the present link; what began on an earlier one does not go on. */
  #life: object = {};
  /** Ends the looks that are still to come. */
  #noMoreLooks = new AbortController();
  #isBeating = true;
  #core = '';
  /** When it was lost, `performance.now()`; undefined before it was ever reached. */
  #lostAt: number | undefined;
  /** Since when nobody dialled, `performance.now()`: whoever was here before us does so no more when we are made. */
  #quietSince = performance.now();
  #isDraining = false;
  /** Resolves when the list shows all legs that were dialled before the link was there. */
  settled: Promise<void> = Promise.resolve();

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** The link is there; `LinkUp` is told when all is known that was missed. */
  begin(): void {
    this.#early = [];
    const life = {};
    this.#life = life;
    const upAt = performance.now();
    this.#greet(upAt, () => this.#life === life).catch((error) => {
      if (this.#life === life) this.#options.cut(messageOf(error));
    });
  }

  /** The link is lost. */
  end(): void {
    this.#life = {};
    this.#quietSince = performance.now();
    this.#noMoreLooks.abort();
    this.#noMoreLooks = new AbortController();
    this.settled = Promise.resolve();
    this.#early = undefined;
    if (this.#core !== '') this.#lostAt ??= performance.now();
  }

  emit(event: PbxEvent): void {
    if (this.#early) this.#early.push(event);
    else this.#options.tell(event);
  }

  beat(): void {
    this.#beat().then(
      () => {
        this.#isBeating = true;
      },
      (error) => {
        if (this.#isBeating)
          this.#options.log.warn(
            { error: messageOf(error) },
            'FreeSWITCH does not hear that this daemon lives; its safety net looks after new calls',
          );
        this.#isBeating = false;
      },
    );
  }

  /** @param upAt since when events come, `performance.now()` */
  async #greet(upAt: number, isPresent: () => boolean): Promise<void> {
    const { commander, ownership, phones, census, tell } = this.#options;
    const isMine = await ownership.take();
    if (!isPresent()) return;
    if (!isMine) return this.#replaced();
    // Who did not see it die cannot know how long ago that was.
    const isRecent = this.#lostAt !== undefined && performance.now() - this.#lostAt < CUT_OFF_MS;
    const ask = (command: string) =>
      isPresent() ? commander.ask(command) : Promise.reject(new PbxError('link-down', 'the link dropped'));
    if (!(await ownership.isKnown())) {
      await takeUpCalls(ask, isRecent);
      await ownership.markKnown();
    }
    const [core, version] = await Promise.all([
      commander.ask(encodeApi('global_getvar', 'core_uuid')),
      commander.ask(encodeApi('version')),
      phones.refresh(),
      census.take(),
    ]);
    if (!isPresent()) return;
    this.settled = this.#until(this.#quietSince + LIST_LATE_MS);
    commander.attempt(this.settled);
    for (const ms of LOOKS_MS) commander.attempt(this.#lookAgain(upAt + ms));
    this.beat();
    const early = this.#early ?? [];
    this.#early = undefined;
    const restarted = this.#core !== '' && this.#core !== core;
    this.#core = core;
    this.#lostAt = undefined;
    const number = /\d+\.\d+\.\d+/.exec(version)?.[0] ?? 'unknown';
    tell({ type: 'LinkUp', pbx: `FreeSWITCH ${number}`, restarted });
    for (const event of early) tell(event);
  }

  /** Resolves at this `performance.now()`; rejects when the link drops before. */
  async #until(at: number): Promise<void> {
    const { signal } = this.#noMoreLooks;
    await sleep(Math.max(0, at - performance.now()), undefined, { signal }).catch(() => {
      throw new PbxError('link-down', 'the link dropped');
    });
  }

  /** Finds calls that came while nobody was there, and that no list had yet. */
  async #lookAgain(at: number): Promise<void> {
    await this.#until(at);
    for (const arrived of await this.#options.census.take())
      this.emit({ type: 'ChannelArrived', ...arrived });
  }

  /** The dialplan reads the beat: without it, it looks after new calls itself. */
  async #beat(): Promise<void> {
    const { commander, ownership, phones } = this.#options;
    if (!(await ownership.isOurs())) return this.#replaced();
    const paused = await commander.ask(encodeApi('fsctl', 'pause_check'));
    // By its own clock, which it will compare with it.
    const now = await commander.ask(encodeApi('strepoch'));
    await commander.ask(encodeApi('global_setvar', `carillon_beat=${now}`));
    const isDraining = paused === 'true';
    if (isDraining !== this.#isDraining)
      this.emit({ type: 'PbxTrouble', trouble: 'draining', sentence: isDraining ? DRAINING : '' });
    this.#isDraining = isDraining;
    if (phones.isUnknown) await phones.refresh();
  }

  #replaced(): void {
    this.#early = undefined;
    this.#options.replaced();
  }
}
