import type { Log } from '../base/log.ts';
import type { PbxEvent, PbxTrouble } from '../pbx/pbx.ts';

/** How the PBX is, as far as it was heard of; each change is logged once. */
export class PbxHealth {
  readonly #log: Log;
  readonly #troubles = new Map<PbxTrouble, string>();
  #link = 'the PBX has not been reached yet';
  #linked = false;
  #name = '';

  constructor(log: Log) {
    this.#log = log;
  }

  /** What the PBX is called, '' before it was ever reached. */
  get name(): string {
    return this.#name;
  }

  /** Whether the link is up, so that a snapshot can be asked for. */
  get linked(): boolean {
    return this.#linked;
  }

  /** Takes what the PBX says of itself. */
  hear(event: Extract<PbxEvent, { type: 'LinkUp' | 'LinkDown' | 'PbxTrouble' }>): void {
    switch (event.type) {
      case 'LinkUp':
        this.#linked = true;
        this.#name = event.pbx;
        this.#log.info(
          { pbx: event.pbx },
          event.restarted
            ? 'the PBX is there again after a restart: its calls ended, except those that it brought back'
            : 'the PBX is there',
        );
        return;
      case 'LinkDown':
        this.#linked = false;
        this.#link = `the link to the PBX is down (${event.reason}); it is being tried again`;
        return this.#log.warn({ reason: event.reason }, 'the link to the PBX is down');
      case 'PbxTrouble':
        return this.#noteTrouble(event.trouble, event.sentence);
    }
  }

  /** A snapshot came: the PBX answers. */
  answered(): void {
    this.#link = '';
  }

  /** A snapshot did not come. */
  silent(reason: string): void {
    const problem = `the PBX does not answer (${reason}); it is being asked again`;
    if (this.#link !== problem) this.#log.warn({ reason }, 'no snapshot of the PBX');
    this.#link = problem;
  }

  /** One sentence each; what else is wrong with a PBX that cannot be reached is not known. */
  problems(): readonly string[] {
    return this.#link === '' ? [...this.#troubles.values()] : [this.#link];
  }

  /** Whether a call that came in now would come to us. */
  takesCalls(): boolean {
    return this.#link === '' && !this.#troubles.has('draining');
  }

  #noteTrouble(trouble: PbxTrouble, sentence: string): void {
    if ((this.#troubles.get(trouble) ?? '') === sentence) return;
    if (sentence === '') {
      this.#troubles.delete(trouble);
      return this.#log.info({ trouble }, 'a trouble of the PBX is over');
    }
    this.#troubles.set(trouble, sentence);
    this.#log.warn({ trouble }, sentence);
  }
}
