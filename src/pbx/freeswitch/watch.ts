import type { PbxTrouble } from '../pbx.ts';
import type { Commander } from './answers.ts';
import { encodeApi } from './esl-encoder.ts';
import type { Ownership } from './ownership.ts';

const DRAINING =
  'FreeSWITCH takes no new calls: it is paused. Wait, or call it off with "fsctl resume" in its console';

/** What the daemon says and asks when the link comes up, and once a second from then on. */
export class Watch {
  readonly #commander: Commander;
  readonly #ownership: Ownership;
  readonly #trouble: (trouble: PbxTrouble, sentence: string) => void;
  #core = '';
  #isDraining = false;

  constructor(
    commander: Commander,
    ownership: Ownership,
    trouble: (trouble: PbxTrouble, sentence: string) => void,
  ) {
    this.#commander = commander;
    this.#ownership = ownership;
    this.#trouble = trouble;
  }

  /**
   * Resolves with the version, and with whether FreeSWITCH began anew since the last time; undefined when another daemon commands it.
   * A FreeSWITCH that died brings its answered calls back when it is told to.
   */
  async greet(): Promise<{ readonly version: string; readonly isAnew: boolean } | undefined> {
    if (!(await this.#ownership.take())) return undefined;
    if (await this.#ownership.isFirst()) await this.#commander.ask(encodeApi('sofia', 'recover'));
    const core = await this.#commander.ask(encodeApi('global_getvar', 'core_uuid'));
    const isAnew = this.#core !== '' && this.#core !== core;
    this.#core = core;
    const version = /\d+\.\d+\.\d+/.exec(await this.#commander.ask(encodeApi('version')))?.[0] ?? 'unknown';
    return { version, isAnew };
  }

  /** False when another daemon commands FreeSWITCH now. The dialplan reads the beat: without it, it looks after new calls itself. */
  async beat(epochMs: number): Promise<boolean> {
    const [paused, isOurs] = await Promise.all([
      this.#commander.ask(encodeApi('fsctl', 'pause_check')),
      this.#ownership.isOurs(),
    ]);
    if (!isOurs) return false;
    await this.#commander.ask(encodeApi('global_setvar', `carillon_beat=${Math.floor(epochMs / 1_000)}`));
    const isDraining = paused === 'true';
    if (isDraining !== this.#isDraining) this.#trouble('draining', isDraining ? DRAINING : '');
    this.#isDraining = isDraining;
    return true;
  }
}
