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

/** When the list of channels is read anew after events began to come, ms: it is late by up to 0.4 s, and to come here took 0.1 s. */
const SECOND_LOOK_MS = 300;
const LAST_LOOK_MS = 900;
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
  #isDraining = false;
  /** Resolves when the list has been read for the second time. */
  settled: Promise<void> = Promise.resolve();

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** The link is there; `LinkUp` is told when all is known that was missed. */
  begin(): void {
    this.#early = [];
    const life = {};
    this.#life = life;
    const settledAt = performance.now() + SECOND_LOOK_MS;
    this.#greet(settledAt, () => this.#life === life).catch((error) => {
      if (this.#life === life) this.#options.cut(messageOf(error));
    });
  }

  /** The link is lost. */
  end(): void {
    this.#life = {};
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

  /** @param settledAt when the list shows everybody who was there before the link was, `performance.now()` */
  async #greet(settledAt: number, isPresent: () => boolean): Promise<void> {
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
    this.settled = this.#lookAgain(settledAt);
    commander.attempt(this.settled);
    commander.attempt(this.#lookAgain(settledAt + LAST_LOOK_MS - SECOND_LOOK_MS));
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

  /** Finds calls that came while nobody was there, and that no list had yet. Rejects when the link drops. @param at `performance.now()` */
  async #lookAgain(at: number): Promise<void> {
    const { signal } = this.#noMoreLooks;
    await sleep(at - performance.now(), undefined, { signal }).catch(() => {
      throw new PbxError('link-down', 'the link dropped');
    });
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
