import type { Log } from '../base/log.ts';
import type { Call } from '../call/call.ts';
import { estimateMs } from '../speech/length.ts';
import type { Happening } from './flow-happening.ts';
import { secretFields } from './flow-secrets.ts';
import { keysAt, type Standing, standingOf } from './flow-standing.ts';
import { transcriptOf, type Veil } from './flow-transcript.ts';
import { FlowVisit, type VisitParts } from './flow-visit.ts';
import type { SaidLine } from './stage.ts';

/** Nothing that is waited for takes longer, ms. */
const PATIENCE_MS = 600_000;

/** So long nothing more comes by itself, ms. */
const QUIET_MS = 20;

export const HELP = [
  '0-9 * #   presses these keys',
  'Enter     presses nothing: time passes until something happens',
  '.h        hang up',
  '.e        the other side (an agent) ends the talk',
  '.w 10     wait 10 seconds',
  '.s        where am I: step and place in the file',
  '.v        what is known: language, customer, variables',
  '.?        this help',
  'words     while a message is recorded: say them',
];

/** Something to show. `said`: the caller hears it; `aside`: for whoever tries it. */
export interface Shown {
  readonly kind: 'said' | 'aside' | 'problem';
  readonly text: string;
  /** What it tells of, unless it is a remark. */
  readonly happening?: Happening;
}

/** A walk through a flow: what is typed is what the caller does, time passes only when he waits. */
export class FlowWalk {
  readonly #visit: FlowVisit;
  readonly #show: (shown: Shown) => void;
  readonly #veil: Veil;
  #shown = 0;
  #asked: Call['cursor'];

  private constructor(visit: FlowVisit, veil: Veil, show: (shown: Shown) => void) {
    this.#visit = visit;
    this.#veil = veil;
    this.#show = show;
  }

  /** Calls, and goes to where the caller is asked for something. */
  static async begin(parts: Omit<VisitParts, 'log'>, show: (shown: Shown) => void): Promise<FlowWalk> {
    const error = (_fields: object, text: string): void => show({ kind: 'problem', text });
    const quiet = (): void => undefined;
    const log: Log = { debug: quiet, info: quiet, warn: quiet, error };
    const visit = await FlowVisit.begin({ ...parts, log });
    const veil = { veiled: (text: string) => visit.veiled(text), fields: secretFields(parts.read) };
    const walk = new FlowWalk(visit, veil, show);
    await walk.#goOn();
    return walk;
  }

  get over(): boolean {
    return this.#visit.ended;
  }

  /** True while what is typed becomes a secret. */
  get secret(): boolean {
    return this.#visit.asksSecret;
  }

  /** Does what was typed. */
  async take(line: string): Promise<void> {
    const typed = line.trim();
    if (typed === '') return this.letPass();
    if (typed.startsWith('.')) return this.#command(typed);
    const keys = typed.replaceAll(' ', '');
    if (/^[0-9*#]{1,64}$/.test(keys)) return this.press(keys);
    if (this.#phase !== 'recording')
      return this.#aside('the keys of a telephone are 0 to 9, * and #; .? tells what else there is');
    return this.say(typed);
  }

  /** @param keys of a telephone */
  async press(keys: string): Promise<void> {
    await this.#visit.press(keys);
    return this.#goOn();
  }

  /** Speaks while a message is recorded; nobody hears it otherwise. */
  async say(words: string): Promise<void> {
    await this.#visit.wait(estimateMs(words, this.#visit.call?.facts.language ?? ''));
    return this.#goOn();
  }

  async wait(ms: number): Promise<void> {
    await this.#visit.wait(ms);
    return this.#goOn();
  }

  /** Whoever the caller talks with hangs up. */
  async endTalk(): Promise<void> {
    if (!this.#visit.otherHangsUp()) return this.#aside('you talk with nobody');
    return this.wait(QUIET_MS);
  }

  /** Until the next thing happens. */
  async letPass(): Promise<void> {
    const before = this.#lines().length;
    const happened = await this.#visit.until(() => this.#lines().length > before || this.over, PATIENCE_MS);
    if (!happened) this.#aside('nothing happens by itself here; .? tells what you can do');
    await this.#goOn();
  }

  get standing(): Standing {
    return standingOf(this.#visit);
  }

  /** What was said, by its words, as it would be said on a telephone. */
  get lines(): Iterable<SaidLine> {
    return this.#visit.stage.lines.values();
  }

  async hangUp(): Promise<void> {
    if (this.over) return;
    this.#visit.hangUp();
    await this.#visit.until(() => this.over, QUIET_MS);
    this.#tell();
  }

  async #command(typed: string): Promise<void> {
    const [name, argument = ''] = typed.split(/\s+/);
    switch (name) {
      case '.h':
        return this.hangUp();
      case '.e':
        return this.endTalk();
      case '.w':
        if (!/^\d{1,4}$/.test(argument)) return this.#aside('.w takes seconds: .w 10');
        return this.wait(Number(argument) * 1000);
      case '.s':
        return this.#aside(`${this.#visit.where || 'nowhere'}${this.#situation()}`);
      case '.v':
        return this.#facts();
      case '.?':
        for (const line of HELP) this.#aside(line);
        return;
      default:
        return this.#aside(`there is no ${name}; .? tells what there is`);
    }
  }

  // ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Until the caller is asked for something, or waits for somebody. */
  async #goOn(): Promise<void> {
    const visit = this.#visit;
    for (let quiet = false; !quiet && !visit.ended; ) {
      // A flow may go round without end: somebody has to be able to hang up.
      if (!(await visit.until(() => visit.ended || this.#rests, PATIENCE_MS))) break;
      const before = visit.happenings.length;
      await visit.until(() => visit.ended || visit.happenings.length > before, QUIET_MS);
      quiet = visit.happenings.length === before && this.#rests;
    }
    this.#tell();
  }

  get #phase(): Call['phase']['at'] | undefined {
    return this.#visit.call?.phase.at;
  }

  get #rests(): boolean {
    if (this.#phase !== 'flow') return this.#phase !== undefined;
    return this.#visit.step?.step.kind.waiting === 'waits' && !this.#visit.listens;
  }

  // ── showing ──────────────────────────────────────────────────────────────────────────────────────────────────────

  #lines(): readonly Happening[] {
    return this.#visit.happenings.filter((one) => this.#shownOf(one) !== undefined);
  }

  #tell(): void {
    for (; this.#shown < this.#visit.happenings.length; this.#shown += 1) {
      const shown = this.#shownOf(this.#visit.happenings[this.#shown]!);
      if (shown) this.#show(shown);
    }
    this.#tellKeys();
  }

  #shownOf(happening: Happening): Shown | undefined {
    if (happening.kind === 'says') {
      const { language, persona, words } = happening;
      return {
        kind: 'said',
        text: `${[language, persona].filter((one) => one !== '').join(' ')} │ ${words}`,
        happening,
      };
    }
    const [line] = transcriptOf([happening], this.#visit.since, this.#veil);
    return line && { kind: 'aside', text: line.text, happening };
  }

  /** The keys of a menu, once each time that it is entered. */
  #tellKeys(): void {
    const at = this.#visit.step;
    const cursor = this.#visit.call?.cursor;
    if (!at || this.over || this.#phase !== 'flow' || cursor?.run === this.#asked?.run) return;
    this.#asked = cursor;
    const keys = keysAt(this.#visit);
    if (keys.length > 0) this.#aside(keys.map(({ key, to }) => `${key} ${to}`).join(' · '));
  }

  #facts(): void {
    const { language, persona, customerId, tier, variables } = this.#visit.call?.facts ?? { variables: {} };
    const known = { language, persona, customer: customerId, tier };
    for (const [name, value] of Object.entries(known)) if (value) this.#aside(`${name}: ${value}`);
    for (const [name, value] of Object.entries(variables))
      this.#aside(`vars.${name} = ${this.#visit.veiled(JSON.stringify(value))}`);
  }

  #situation(): string {
    const phase = this.#visit.call?.phase;
    switch (phase?.at) {
      case 'queued':
      case 'offered':
        return `, waiting in queue ${phase.queue}, music ${phase.music}`;
      case 'connected':
        return ', connected';
      case 'dialing':
        return ', being put through';
      case 'recording':
        return ', being recorded';
      default:
        return '';
    }
  }

  #aside(text: string): void {
    this.#show({ kind: 'aside', text });
  }
}
