import {
  breadthOf,
  fitsPattern,
  formsOf,
  type HomeDialling,
  type NumberPattern,
  plainNumber,
} from './dialled-number.ts';

/** Where calls may go, who may send them there, and how many: the rules that keep others from calling at our cost. */
export interface ClassOfService {
  readonly home: HomeDialling;
  /** A call that a phone brought may reach them past every rule and limit. Written out, as they are dialled. */
  readonly emergency: readonly string[];
  readonly groups: readonly NumberGroup[];
  /** The groups that a class may reach, by its name. */
  readonly classes: ReadonlyMap<string, ReadonlySet<string>>;
  readonly sources: Readonly<Record<SourceKind, ClassAssignment>>;
  readonly limits: Readonly<Record<SourceKind | 'all', DialLimits>>;
}

export interface NumberGroup {
  readonly name: string;
  readonly patterns: readonly NumberPattern[];
  /** What a minute costs that has begun, in the smallest unit of the currency. */
  readonly rate: number;
  /** Longest call to it, ms. */
  readonly longestMs?: number;
  /** Calls to one number of it within an hour. */
  readonly sameNumberPerHour?: number;
}

/**
 * What an outside number is dialled for: a phone of ours, a flow whose author wrote the number, a campaign whose reception it is,
 * a caller who came from outside.
 */
export type SourceKind = 'phone' | 'flow' | 'campaign' | 'caller';

/** One who has a hand in an outside call. `name`: extension, flow, campaign's id, caller's number ('' when hidden). */
export interface DialSource {
  readonly kind: SourceKind;
  readonly name: string;
}

/** The class of each source of a kind, by its name. */
export interface ClassAssignment {
  readonly ordinary: string;
  readonly own: ReadonlyMap<string, string>;
}

/** Of one source, or of all together; undefined: no limit. */
export interface DialLimits {
  /** Outside legs that are up or ringing. */
  readonly atOnce?: number;
  readonly perMinute?: number;
  readonly perHour?: number;
  /** Minutes of talk that have begun. */
  readonly minutesPerDay?: number;
  /** In the smallest unit of the currency. */
  readonly spendPerDay?: number;
}

/** Numbers by which help is called in one country or another: for a centre without rules that can be read. */
const EMERGENCY = ['110', '112', '119', '120', '122', '911', '999'];

/** How a refusal names the emergency numbers; no group of the rules is called so. */
export const EMERGENCY_GROUP = 'emergency';

const NOBODY: ClassAssignment = { ordinary: 'none', own: new Map() };

/** Nothing but emergency numbers: in force while the rules cannot be read. */
export const CLOSED: ClassOfService = {
  home: { country: '86', international: '00', national: '0' },
  emergency: EMERGENCY,
  groups: [],
  classes: new Map([['none', new Set()]]),
  sources: { phone: NOBODY, flow: NOBODY, campaign: NOBODY, caller: NOBODY },
  limits: { all: {}, phone: {}, flow: {}, campaign: {}, caller: {} },
};

/** What the rules say of a number, without the limits. */
export type Judgement =
  | { readonly is: 'emergency' }
  | { readonly is: 'permitted'; readonly group: NumberGroup }
  /** `group`: undefined when it is in none. `by`: whose class does not have it. */
  | { readonly is: 'denied'; readonly group?: Pick<NumberGroup, 'name'>; readonly by?: DialSource };

/** Everybody who has a hand in the call has to be permitted to reach the number; what is in no group, nobody reaches. */
export function judge(rules: ClassOfService, number: string, sources: readonly DialSource[]): Judgement {
  if (rules.emergency.includes(plainNumber(number))) {
    // Nobody outside and no campaign may flood those who help.
    const by = sources.find(({ kind }) => kind === 'caller' || kind === 'campaign');
    return by ? { is: 'denied', group: { name: EMERGENCY_GROUP }, by } : { is: 'emergency' };
  }
  const group = groupOf(rules, number);
  if (!group) return { is: 'denied' };
  const by = sources.find((source) => !mayReach(rules, source, group));
  if (by) return { is: 'denied', group, by };
  // Nobody is no permission.
  return sources.length > 0 ? { is: 'permitted', group } : { is: 'denied', group };
}

/** The group of a number: that of the narrowest pattern. Undefined when it is in none, or when its readings are in several. */
export function groupOf({ groups, home }: ClassOfService, number: string): NumberGroup | undefined {
  const found = new Set(formsOf(number, home).flatMap((form) => narrowest(groups, form) ?? []));
  return found.size === 1 ? [...found][0] : undefined;
}

function narrowest(groups: readonly NumberGroup[], form: string): NumberGroup | undefined {
  let best: NumberGroup | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const group of groups)
    for (const pattern of group.patterns) {
      if (!fitsPattern(pattern, form)) continue;
      const breadth = breadthOf(pattern, form.length - (pattern.foreign ? 1 : 0));
      if (breadth < least) [best, least] = [group, breadth];
    }
  return best;
}

/** The name of a source's class. */
export function classOf({ sources }: ClassOfService, { kind, name }: DialSource): string {
  const { ordinary, own } = sources[kind];
  return own.get(name) ?? ordinary;
}

export function mayReach(rules: ClassOfService, source: DialSource, group: NumberGroup): boolean {
  return rules.classes.get(classOf(rules, source))?.has(group.name) === true;
}
