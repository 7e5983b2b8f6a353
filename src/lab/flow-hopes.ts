import type { Call } from '../call/call.ts';
import type { Happening } from './flow-happening.ts';
import { matches, type ScriptLine } from './flow-script.ts';
import { sentText, type Veil } from './flow-transcript.ts';
import type { FlowVisit } from './flow-visit.ts';

/** How much of what was so instead a failure shows. */
const SHOWN = 8;

/** What a line of a script waits for. */
export interface Hope {
  /** After "expected". */
  readonly what: string;
  readonly met: () => boolean;
  /** What is so instead, after "but"; '' when there is nothing to say. */
  readonly instead: () => string;
}

/** Tells of the lines of a script whether what they wait for came true. */
export class Hopes {
  readonly #visit: FlowVisit;
  readonly #prompts: ReadonlySet<string>;
  readonly #veil: Veil;
  /** Where the next prompt is looked for. */
  #from = 0;
  /** What met a line is not there for another. */
  readonly #taken = new Set<object>();

  constructor(visit: FlowVisit, prompts: ReadonlySet<string>, veil: Veil) {
    this.#visit = visit;
    this.#prompts = prompts;
    this.#veil = veil;
  }

  /** What comes from now on counts for what goes forward. */
  goOnFromHere(): void {
    this.#from = this.#visit.happenings.length;
  }

  /** Undefined for a line that does not wait. */
  of(line: ScriptLine): Hope | undefined {
    return this.#ahead(line) ?? this.#everywhere(line) ?? this.#state(line);
  }

  /** A sentence when this was heard at any time of the call. */
  wasHeard(words: string): string | undefined {
    const heard = this.#visit.happenings.some((one) => this.#isSaid(one, words));
    return heard ? `expected not to hear ${this.#named(words)}, but it was heard` : undefined;
  }

  // ── what goes forward ────────────────────────────────────────────────────────────────────────────────────────────

  #ahead(line: ScriptLine): Hope | undefined {
    const { music, reaches } = line;
    const words = line.hears ?? line['hears-out'];
    if (words !== undefined) {
      const fits = (one: Happening): boolean => this.#isSaid(one, words);
      return this.#next(`to hear ${this.#named(words)}`, fits, () => this.#heard());
    }
    if (music !== undefined) {
      const fits = (one: Happening): boolean => one.kind === 'music' && one.music === music;
      return this.#next(`the music ${music}`, fits, () => this.#heard());
    }
    if (reaches === undefined) return undefined;
    const isStep = (one: Happening): boolean =>
      one.kind === 'step' && (one.step === reaches || `${one.flow}/${one.step}` === reaches);
    return this.#next(`to reach the step ${reaches}`, isStep, () => this.#entered());
  }

  #next(what: string, fits: (one: Happening) => boolean, instead: () => string): Hope {
    const met = (): boolean => {
      const found = this.#visit.happenings.findIndex((one, at) => at >= this.#from && fits(one));
      if (found >= 0) this.#from = found + 1;
      return found >= 0;
    };
    return { what, met, instead };
  }

  #isSaid(one: Happening, words: string): boolean {
    if (one.kind !== 'says') return false;
    return this.#prompts.has(words) ? one.prompt === words : flat(one.words).includes(flat(words));
  }

  #named(words: string): string {
    return this.#prompts.has(words) ? `the prompt "${words}"` : `"${words}"`;
  }

  #heard(): string {
    const sounds = this.#since((one) => {
      if (one.kind === 'says') return [`"${one.words}"`];
      return one.kind === 'music' ? [`music ${one.music}`] : [];
    });
    return sounds === '' ? 'nothing was said' : `this was heard: ${sounds}`;
  }

  #entered(): string {
    const steps = this.#since((one) => (one.kind === 'step' ? [`${one.flow}/${one.step}`] : []));
    return steps === '' ? 'no step was entered' : `these were entered: ${steps}`;
  }

  #since(read: (one: Happening) => readonly string[]): string {
    return this.#visit.happenings.slice(this.#from).flatMap(read).slice(-SHOWN).join(' · ');
  }

  // ── what may have been at any time ───────────────────────────────────────────────────────────────────────────────

  #everywhere(line: ScriptLine): Hope | undefined {
    const { happenings } = this.#visit;
    const { voicemails, callbacks } = this.#visit.stage;
    const { asked, event, callback, 'message-kept': box } = line;
    if (asked) {
      const what = `${asked.service}${asked.path ?? ''} to be asked${sentText(asked.with ?? {}, this.#veil)}`;
      const fits = (one: Happening): boolean => one.kind === 'asked' && isAskedFor(one, asked);
      return { what, met: () => this.#take(happenings, fits), instead: () => this.#lookUps() };
    }
    if (event) {
      const what = `the event ${event.type}${sentText(event.with ?? {}, this.#veil)}`;
      const fits = (one: Happening): boolean =>
        one.kind === 'event' && one.type === event.type && matches(one.data, event.with);
      return { what, met: () => this.#take(happenings, fits), instead: () => this.#eventsOf(event.type) };
    }
    if (callback) {
      const { queue, number } = callback;
      const what = `a callback by queue ${queue}${number === undefined ? '' : ` to ${number}`}`;
      const fits = (one: (typeof callbacks)[number]): boolean =>
        one.queue === queue && (number ?? one.number) === one.number;
      const instead = () => callbacks.map((one) => `queue ${one.queue} is to call ${one.number}`).join(' · ');
      return { what, met: () => this.#take(callbacks, fits), instead };
    }
    if (box === undefined) return undefined;
    const met = () => this.#take(voicemails, (one) => one.box === box);
    const instead = () => voicemails.map((one) => `one is kept in box ${one.box}`).join(' · ');
    return { what: `a message in box ${box}`, met, instead };
  }

  #take<One extends object>(all: readonly One[], fits: (one: One) => boolean): boolean {
    const found = all.find((one) => !this.#taken.has(one) && fits(one));
    if (found) this.#taken.add(found);
    return found !== undefined;
  }

  #lookUps(): string {
    const made = this.#visit.happenings.flatMap((one) =>
      one.kind === 'asked' ? [`${one.service}${one.path}${sentText(one.sent, this.#veil)}`] : [],
    );
    return made.length === 0 ? 'nothing was asked' : `this was asked: ${made.slice(-SHOWN).join(' · ')}`;
  }

  #eventsOf(type: string): string {
    const same = this.#visit.happenings.flatMap((one) =>
      one.kind === 'event' && one.type === type ? [`it came${sentText(one.data, this.#veil)}`] : [],
    );
    return same.slice(-SHOWN).join(' · ');
  }

  // ── what is so now ───────────────────────────────────────────────────────────────────────────────────────────────

  #state(line: ScriptLine): Hope | undefined {
    const { language, persona, customer, tier, ended, 'waits-in': queue, 'talks-with': other } = line;
    if (queue !== undefined)
      return this.#is(`to be in queue ${queue}`, queue, ({ phase }) => ('queue' in phase ? phase.queue : ''));
    if (language !== undefined)
      return this.#is(`the language ${language}`, language, ({ facts }) => facts.language);
    if (persona !== undefined)
      return this.#is(`the persona ${persona}`, persona, ({ facts }) => facts.persona);
    if (customer !== undefined)
      return this.#is(`the customer ${customer}`, customer, ({ facts }) => facts.customerId);
    if (tier !== undefined) return this.#is(`the tier ${tier}`, tier, ({ facts }) => facts.tier);
    if (ended !== undefined)
      return this.#is(
        `the call to be ended ${ended.replace('-', ' ')}`,
        ended,
        ({ endedBy }) => endedBy && `by-${endedBy}`,
      );
    if (other !== undefined) {
      const met = () => partiesOf(this.#visit.call).includes(other);
      const instead = () => `he talks with ${partiesOf(this.#visit.call)[0] ?? 'nobody'}`;
      return { what: `to talk with ${other}`, met, instead };
    }
    return line.variables && this.#variables(line.variables);
  }

  #is(what: string, wanted: string, read: (call: Call) => string | undefined): Hope {
    const now = (): string => (this.#visit.call && read(this.#visit.call)) ?? '';
    return { what, met: () => now() === wanted, instead: () => (now() === '' ? '' : `it is ${now()}`) };
  }

  #variables(wanted: NonNullable<ScriptLine['variables']>): Hope {
    const present = () => this.#visit.call?.facts.variables ?? {};
    return {
      what: `the variables${sentText(wanted, this.#veil)}`,
      met: () => matches(present(), wanted),
      instead: () => `they are${sentText(present(), this.#veil) || ' not there'}`,
    };
  }
}

function isAskedFor(one: Happening & { kind: 'asked' }, asked: NonNullable<ScriptLine['asked']>): boolean {
  return (
    one.service === asked.service && (asked.path ?? one.path) === one.path && matches(one.sent, asked.with)
  );
}

/** Every name under which a script may know whom the caller talks with. */
function partiesOf(call: Call | undefined): string[] {
  const { phase, legs = [] } = call ?? {};
  const leg = phase?.at === 'connected' ? legs.find(({ id }) => id === phase.leg) : undefined;
  if (!leg) return [];
  const address = leg.to.kind === 'phone' ? leg.to.extension : leg.to.number;
  return leg.agent === undefined ? [address] : [leg.agent, address];
}

/** Spaces and line breaks do not matter for what is heard. */
function flat(words: string): string {
  return words.replace(/\s+/g, ' ');
}
