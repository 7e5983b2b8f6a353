import type { Agent } from '../../agent/agent.ts';
import { hasWebPhone, webPhoneOf } from '../../agent/web-phone.ts';
import { messageOf } from '../../base/errors.ts';
import type { Call } from '../../call/call.ts';
import type { CallRecord } from '../../call/row-store.ts';
import { callAtHand } from '../../desk/in-hand.ts';
import type { CallNote } from '../../desk/note.ts';
import type { DeskStore, PhoneChoice } from '../../desk/store.ts';
import type { QueueStatus } from '../../engine/centre.ts';
import type { Changes, LogEvent } from '../../engine/changes.ts';
import type { ApiParts } from '../api.ts';
import type { Principal } from '../principal.ts';
import { eventDataFor } from '../sensitive-view.ts';
import { deskQueues } from './desk-queues.ts';
import { callRow, noteRow, offerRow, seatRow } from './desk-rows.ts';
import { type StoryParts, storyFor } from './desk-story.ts';
import { aboutOf, changesStory, type OnDesk, talkedIn } from './on-desk.ts';
import type { AudienceKey, Rows, Topic } from './topic.ts';
import type { DeskCallView, StoryView } from './views.ts';

export type DeskParts = StoryParts & Pick<ApiParts, 'centre' | 'calls' | 'desk' | 'log'>;

/** A call that ended is an agent's last one for so long, ms: what he has not written up is still before him. */
const LAST_CALL_MS = 8 * 3_600_000;

/** The topic `desk`: everybody's own seat, the call on his desk, and what is known of the caller. */
export class DeskTopic implements Topic {
  readonly name = 'desk';
  readonly everyMs = 0;
  readonly lookEveryMs = 1_000;
  readonly #parts: DeskParts;
  readonly #desk: DeskStore;
  readonly #onDesk = new Map<string, OnDesk>();
  /** Those whose last call has been looked for. */
  readonly #searched = new Set<string>();
  readonly #phones = new Map<string, PhoneChoice>();
  readonly #rows = new WeakMap<object, { readonly key: string; readonly row: object }>();
  #queues: readonly QueueStatus[] = [];
  /** Told whose desk has changed. */
  changed: (agent: string) => void = () => undefined;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.#desk = parts.desk;
  }

  audienceOf({ agentId, role }: Principal): AudienceKey | undefined {
    return agentId === undefined ? undefined : { key: `${agentId} ${role}`, about: agentId };
  }

  rows(principal: Principal): Rows {
    const { centre } = this.#parts;
    const agent = centre.agent(principal.agentId ?? '');
    if (!agent) return EMPTY;
    const onDesk = this.#onDeskOf(agent);
    const seat = this.#kept(agent, this.phoneOf(agent), () =>
      seatRow(agent, { phone: this.phoneOf(agent), webPhone: webPhoneOf(agent.id) }),
    );
    return {
      seat: new Map([['me', seat]]),
      ...(onDesk ? this.#rowsOf(onDesk, agent, principal) : NO_CALL),
      queues: deskQueues(this.#queues, agent, this.#parts.routing.current()),
    };
  }

  /** A turn has been committed: those whose desks it changed hear of it now. */
  committed({ agents, calls, events }: Changes): void {
    const touched = new Set(agents.map(({ id }) => id));
    for (const { type, call, agent, data } of events)
      if (type === 'CallOffered' && agent !== undefined && call !== undefined)
        this.#put(agent, call).offer = data;
    for (const call of calls)
      for (const { agent } of call.legs) {
        if (agent === undefined || !this.#isAtHand(agent, call.id)) continue;
        this.#put(agent, call.id).call = call;
        touched.add(agent);
      }
    for (const agent of touched) this.changed(agent);
  }

  /** Callers come and go all the time: nobody is told of each. */
  look(): void {
    this.#queues = this.#parts.centre.queues();
  }

  /** What is known of a caller may have changed: it is put together anew. */
  heard(events: readonly LogEvent[]): void {
    for (const event of events) {
      if (event.type === 'AgentRemoved' && event.agent !== undefined) this.#forget(event.agent);
      for (const [agent, onDesk] of this.#onDesk)
        if (changesStory(onDesk, event)) {
          onDesk.about = '';
          this.changed(agent);
        }
    }
  }

  noteChanged(note: CallNote): void {
    const onDesk = this.#onDesk.get(note.agent);
    if (onDesk?.id !== note.call) return;
    onDesk.note = note;
    this.changed(note.agent);
  }

  /** Where he takes his calls: in the page, unless he chose otherwise or has no phone there. */
  phoneOf(agent: Agent): PhoneChoice {
    if (!hasWebPhone(agent)) return 'desk';
    const known = this.#phones.get(agent.id);
    if (known) return known;
    const chosen = this.#desk.phoneOf(agent.id) ?? 'web';
    this.#phones.set(agent.id, chosen);
    return chosen;
  }

  phoneChosen(agent: string, phone: PhoneChoice): void {
    this.#phones.set(agent, phone);
    this.changed(agent);
  }

  /** The call at hand, else the last one that is remembered. */
  #onDeskOf(agent: Agent): OnDesk | undefined {
    const atHand = callAtHand(agent);
    const known = this.#onDesk.get(agent.id);
    // What he did not take is another one's.
    if (atHand === undefined && known?.call && !talkedIn(known.call, agent.id)) {
      this.#onDesk.delete(agent.id);
      this.#searched.delete(agent.id);
    }
    if (atHand === undefined && known?.call && this.#isLongOver(known.call)) this.#onDesk.delete(agent.id);
    const onDesk = atHand === undefined ? this.#onDesk.get(agent.id) : this.#put(agent.id, atHand);
    if (!onDesk) this.#findLast(agent.id);
    if (onDesk && !onDesk.call) this.#find(agent.id, onDesk);
    return onDesk?.call ? onDesk : undefined;
  }

  #isLongOver({ endedAt }: Call | CallRecord): boolean {
    return typeof endedAt === 'number' && endedAt < this.#parts.clock.now() - LAST_CALL_MS;
  }

  #forget(agent: string): void {
    this.#onDesk.delete(agent);
    this.#searched.delete(agent);
    this.#phones.delete(agent);
  }

  #isAtHand(agent: string, call: string): boolean {
    const found = this.#parts.centre.agent(agent);
    return found !== undefined && callAtHand(found) === call;
  }

  #put(agent: string, id: string): OnDesk {
    const known = this.#onDesk.get(agent);
    if (known?.id === id) return known;
    const call = this.#parts.centre.liveCall(id);
    const onDesk: OnDesk = { id, call, stories: new Map(), coming: new Set(), about: '' };
    this.#onDesk.set(agent, onDesk);
    return onDesk;
  }

  #rowsOf(onDesk: OnDesk, agent: Agent, principal: Principal): Omit<Rows, 'seat' | 'queues'> {
    const { id, call, note, stories } = onDesk;
    if (!call) return NO_CALL;
    const story = this.#storyOf(onDesk, call, agent.id, principal);
    const row = callRow(call, agent, this.#whyOf(onDesk, principal), principal);
    return {
      call: new Map([[id, row]]),
      story: story ? new Map([[id, story]]) : NONE,
      // Not before it was looked for: an empty one would be written over what is there.
      note:
        stories.size > 0
          ? new Map([[id, this.#kept(onDesk, `${note?.version}`, () => noteRow(id, note))]])
          : NONE,
    };
  }

  #whyOf({ offer }: OnDesk, principal: Principal): DeskCallView['why'] {
    if (!offer) return null;
    return offerRow(eventDataFor(principal, this.#parts.routing.current())('CallOffered', offer));
  }

  /** The story as it is known; it is put together meanwhile when it is not, or is another one's by now. */
  #storyOf(
    onDesk: OnDesk,
    call: Call | CallRecord,
    agent: string,
    principal: Principal,
  ): StoryView | undefined {
    const about = aboutOf(call);
    if (onDesk.about !== about) {
      onDesk.about = about;
      onDesk.coming.clear();
    }
    const { role } = principal;
    const known = onDesk.stories.get(role);
    if (!onDesk.coming.has(role)) {
      onDesk.coming.add(role);
      void this.#tell(onDesk, call, about, agent, principal);
    }
    return known;
  }

  async #tell(
    onDesk: OnDesk,
    call: Call | CallRecord,
    about: string,
    agent: string,
    principal: Principal,
  ): Promise<void> {
    try {
      const story = await storyFor(this.#parts, call, principal);
      if (onDesk.note === undefined) onDesk.note = await this.#desk.note(onDesk.id, agent);
      if (!onDesk.offer) onDesk.offer = await this.#offerIn(onDesk.id, agent);
      // Meanwhile it may have become another one's.
      if (onDesk.about !== about || this.#onDesk.get(agent) !== onDesk) return;
      onDesk.stories.set(principal.role, story);
      this.changed(agent);
    } catch (thrown) {
      onDesk.coming.delete(principal.role);
      this.#parts.log.error({ call: onDesk.id, error: messageOf(thrown) }, "a caller's story failed");
    }
  }

  async #offerIn(call: string, agent: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    const events = await this.#parts.events.ofCall(call);
    return events.findLast((event) => event.type === 'CallOffered' && event.agent === agent)?.data ?? {};
  }

  /** After a restart: the call may be over, and is a record then. */
  #find(agent: string, onDesk: OnDesk): void {
    this.#parts.calls
      .byId(onDesk.id)
      .then((record) => {
        if (!record || onDesk.call) return;
        onDesk.call = record;
        this.changed(agent);
      })
      .catch((thrown: unknown) => this.#failed(agent, thrown));
  }

  #findLast(agent: string): void {
    if (this.#searched.has(agent)) return;
    this.#searched.add(agent);
    const since = this.#parts.clock.now() - LAST_CALL_MS;
    this.#desk
      .lastCallOf(agent, since)
      .then((call) => {
        if (call === undefined || this.#onDesk.has(agent)) return;
        this.#put(agent, call);
        this.changed(agent);
      })
      .catch((thrown: unknown) => {
        this.#searched.delete(agent);
        this.#failed(agent, thrown);
      });
  }

  /** It is looked for again when his desk is. */
  #failed(agent: string, thrown: unknown): void {
    this.#parts.log.error({ agent, error: messageOf(thrown) }, "the call on an agent's desk was not found");
  }

  /** The same row as the last time while nothing has changed, so that it is not sent again. */
  #kept<Row extends object>(of: object, key: string, make: () => Row): Row {
    const known = this.#rows.get(of);
    if (known?.key === key) return known.row as Row;
    const row = make();
    this.#rows.set(of, { key, row });
    return row;
  }
}

const NONE: ReadonlyMap<string, object> = new Map();
const NO_CALL = { call: NONE, story: NONE, note: NONE };
const EMPTY: Rows = { seat: NONE, ...NO_CALL, queues: NONE };
