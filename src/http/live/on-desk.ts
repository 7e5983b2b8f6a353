import type { Call } from '../../call/call.ts';
import type { CallRecord } from '../../call/row-store.ts';
import type { CallNote } from '../../desk/note.ts';
import type { LogEvent } from '../../engine/changes.ts';
import type { StoryView } from './views.ts';

/** What is remembered of the call on an agent's desk. */
export interface OnDesk {
  readonly id: string;
  /** As it was last seen, live or over. */
  call: Call | CallRecord | undefined;
  /** Why he was chosen, as the log has it. */
  offer?: Readonly<Record<string, unknown>>;
  note?: CallNote | undefined;
  /** By role. */
  readonly stories: Map<string, StoryView>;
  /** Roles for which a story is being put together. */
  readonly coming: Set<string>;
  /** The customer and campaign for whom it was put together. */
  about: string;
}

/** Events after which a caller's story may be another one. */
const TOLD_ANEW: ReadonlySet<string> = new Set([
  'FeedbackRecorded',
  'CallbackRequested',
  'CallbackDone',
  'CustomerChanged',
]);

/** Whether an event is about the call on a desk, or whoever is in it. */
function isAbout({ id, stories }: OnDesk, { call, data }: LogEvent): boolean {
  if (call === id) return true;
  const [story] = stories.values();
  const isPromised = story?.promises.some((promised) => promised.id === data.callback) ?? false;
  return isPromised || (data.customer !== undefined && story?.customer?.id === data.customer);
}

/** What a story hangs on. */
export function aboutOf(call: Call | CallRecord): string {
  const { customerId, campaignId } = 'facts' in call ? call.facts : call;
  return [call.id, customerId ?? '', campaignId ?? ''].join(' ');
}

/** Whether an agent talked in it. Of a record it is known from how it was found. */
export function talkedIn(call: Call | CallRecord, agent: string): boolean {
  return !('phase' in call) || call.legs.some((leg) => leg.agent === agent && leg.answeredAt !== undefined);
}

/** Whether the story of whoever is on a desk may be another one after an event. */
export function changesStory(onDesk: OnDesk, event: LogEvent): boolean {
  return TOLD_ANEW.has(event.type) && isAbout(onDesk, event);
}
