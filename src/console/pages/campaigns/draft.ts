import type { CampaignView } from '../../../campaign/http.ts';
import { dayIn, endOfDayIn, startOfDayIn } from '../../parts/zone-day.ts';

/** A campaign as a form has it: everything is there, whichever way it is chosen. */
export interface Draft {
  name: string;
  code: string;
  checkDigit: boolean;
  /** Days in the zone of the centre, the last one included. */
  from: string;
  until: string;
  receptionKind: 'phone' | 'outside';
  extension: string;
  number: string;
  ringSeconds: number;
  fallbackKind: 'none' | 'queue' | 'target' | 'voicemail';
  queue: string;
  targetKind: 'phone' | 'outside';
  targetExtension: string;
  targetNumber: string;
  box: string;
  material: string;
  persona: string;
  branch: string;
}

const DAY_MS = 86_400_000;
const USUAL_DAYS = 30;

/** What a new one begins with. @param now UTC ms */
export function emptyDraft(now: number, zone: string, branch: string): Draft {
  return {
    name: '',
    code: '',
    checkDigit: false,
    from: dayIn(now, zone),
    until: dayIn(now + USUAL_DAYS * DAY_MS, zone),
    receptionKind: 'phone',
    extension: '',
    number: '',
    ringSeconds: 20,
    fallbackKind: 'none',
    queue: '',
    targetKind: 'phone',
    targetExtension: '',
    targetNumber: '',
    box: '',
    material: '',
    persona: '',
    branch,
  };
}

export function draftOf(campaign: CampaignView, zone: string): Draft {
  const { name, code, checkDigit, reception, fallback, material, persona, branch } = campaign;
  const target = fallback.kind === 'target' ? fallback.to : undefined;
  return {
    name,
    code,
    checkDigit,
    from: dayIn(campaign.validFrom, zone),
    until: dayIn(campaign.validUntil - 1, zone),
    receptionKind: reception.kind,
    extension: reception.kind === 'phone' ? reception.extension : '',
    number: reception.kind === 'outside' ? reception.number : '',
    ringSeconds: campaign.receptionRingMs / 1000,
    fallbackKind: fallback.kind,
    queue: fallback.kind === 'queue' ? fallback.queue : '',
    targetKind: target?.kind ?? 'phone',
    targetExtension: target?.kind === 'phone' ? target.extension : '',
    targetNumber: target?.kind === 'outside' ? target.number : '',
    box: fallback.kind === 'voicemail' ? fallback.box : '',
    material,
    persona,
    branch,
  };
}

/** What the API takes. @param before the campaign as it is: a moment whose day stays is left as it was */
export function bodyOf(draft: Draft, zone: string, before?: CampaignView): object {
  const keepsDay = (ms: number | undefined, day: string): boolean =>
    ms !== undefined && dayIn(ms, zone) === day;
  const { validFrom, validUntil } = before ?? {};
  return {
    name: draft.name.trim(),
    code: draft.code.trim(),
    checkDigit: draft.checkDigit,
    validFrom: keepsDay(validFrom, draft.from) ? validFrom : startOfDayIn(draft.from, zone),
    validUntil: keepsDay(validUntil && validUntil - 1, draft.until)
      ? validUntil
      : endOfDayIn(draft.until, zone),
    reception: endpointOf(draft.receptionKind, draft.extension, draft.number),
    receptionRingMs: draft.ringSeconds * 1000,
    fallback: fallbackOf(draft),
    material: draft.material,
    persona: draft.persona,
    branch: draft.branch,
  };
}

function endpointOf(kind: 'phone' | 'outside', extension: string, number: string): object {
  return kind === 'phone' ? { kind, extension } : { kind, number: number.trim() };
}

function fallbackOf(draft: Draft): object {
  const { fallbackKind: kind } = draft;
  switch (kind) {
    case 'none':
      return { kind };
    case 'queue':
      return { kind, queue: draft.queue };
    case 'voicemail':
      return { kind, box: draft.box.trim() };
    case 'target':
      return { kind, to: endpointOf(draft.targetKind, draft.targetExtension, draft.targetNumber) };
  }
}

type Mistake = 'required' | 'badCode' | 'badRing' | 'badDates';

/** What is wrong by itself, by field; the API looks at the rest. */
export function mistakesIn(draft: Draft): Readonly<Partial<Record<keyof Draft, Mistake>>> {
  const found: Partial<Record<keyof Draft, Mistake>> = {};
  const need = (
    field: 'name' | 'extension' | 'number' | 'queue' | 'targetExtension' | 'targetNumber' | 'box',
  ) => {
    if (draft[field].trim() === '') found[field] = 'required';
  };
  need('name');
  if (!/^\d{3,12}$/.test(draft.code.trim())) found.code = 'badCode';
  if (draft.from === '') found.from = 'required';
  if (draft.until === '') found.until = 'required';
  else if (draft.until < draft.from) found.until = 'badDates';
  if (!(draft.ringSeconds >= 5 && draft.ringSeconds <= 120)) found.ringSeconds = 'badRing';
  need(draft.receptionKind === 'phone' ? 'extension' : 'number');
  if (draft.fallbackKind === 'queue') need('queue');
  if (draft.fallbackKind === 'voicemail') need('box');
  if (draft.fallbackKind === 'target')
    need(draft.targetKind === 'phone' ? 'targetExtension' : 'targetNumber');
  return found;
}

/** Under which field the API's complaint about a part of a campaign is shown. */
export function fieldOf(at: string, draft: Draft): keyof Draft | undefined {
  if (at.startsWith('reception') && at !== 'receptionRingMs')
    return draft.receptionKind === 'phone' ? 'extension' : 'number';
  if (at.startsWith('fallback.to')) return draft.targetKind === 'phone' ? 'targetExtension' : 'targetNumber';
  if (at.startsWith('fallback.box')) return 'box';
  if (at.startsWith('fallback')) return 'queue';
  const others = {
    name: 'name',
    code: 'code',
    checkDigit: 'checkDigit',
    validFrom: 'from',
    validUntil: 'until',
    receptionRingMs: 'ringSeconds',
    material: 'material',
    persona: 'persona',
    branch: 'branch',
  } as const satisfies Record<string, keyof Draft>;
  return (others as Record<string, keyof Draft>)[at];
}
