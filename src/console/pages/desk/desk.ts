import { type ComputedRef, computed, type InjectionKey, inject, provide } from 'vue';
import type {
  DeskCallView,
  DeskQueueView,
  DeskView,
  NoteView,
  SeatView,
  StoryView,
} from '../../../http/live/views.ts';
import { ask, post } from '../../api.ts';
import { useLive } from '../../live.ts';
import { act } from '../../loaded.ts';
import { usePhone } from '../../phone/usePhone.ts';

/** The desk as the server has it, and what an agent does there. */
export interface Desk {
  readonly isThere: ComputedRef<boolean>;
  readonly seat: ComputedRef<SeatView | undefined>;
  /** The call in hand, or the last one. */
  readonly call: ComputedRef<DeskCallView | undefined>;
  readonly story: ComputedRef<StoryView | undefined>;
  readonly note: ComputedRef<NoteView | undefined>;
  readonly queues: ComputedRef<readonly DeskQueueView[]>;
  /** His calls come to this page. */
  readonly isWeb: ComputedRef<boolean>;
  /** He hears or rings now: there is something to hang up. */
  readonly isInCall: ComputedRef<boolean>;
  logIn(): Promise<void>;
  logOut(): Promise<void>;
  goReady(): Promise<void>;
  goNotReady(reason: string): Promise<void>;
  choosePhone(phone: 'web' | 'desk'): Promise<void>;
  moreTime(): Promise<void>;
  answer(): void;
  /** Hold and the like. @param what the last part of the route's path */
  talk(what: TalkAct, body?: object): Promise<boolean>;
  hangUp(): Promise<void>;
  dial(number: string): Promise<void>;
}

export type TalkAct =
  | 'hold'
  | 'resume'
  | 'complete'
  | 'cancel'
  | 'conference'
  | 'transfer'
  | 'consult'
  | 'release';

const DESK: InjectionKey<Desk> = Symbol('desk');

/** The desk of the page around. */
export function theDesk(): Desk {
  const desk = inject(DESK);
  if (!desk) throw new Error('there is no desk around this part');
  return desk;
}

/** Makes the desk of a page. Call it once, in the setup of the page. */
export function provideDesk(): Desk {
  const { view, isThere } = useLive<Partial<DeskView>>('desk');
  const { phone, state: phoneState } = usePhone();
  const seat = computed(() => view.seat?.me);
  const call = computed(() => Object.values(view.call ?? {})[0]);
  const ofCall = <Row>(rows: Readonly<Record<string, Row>> | undefined): Row | undefined =>
    rows?.[call.value?.id ?? ''];
  const isWeb = computed(() => seat.value?.phone === 'web');
  const move = (what: string, body: object = {}): Promise<unknown> =>
    post(`/api/agents/${seat.value?.agent}/${what}`, body);
  const talk = (what: TalkAct, body: object = {}): Promise<boolean> =>
    act(() => post(`/api/calls/${call.value?.id}/${what}`, body));
  const desk: Desk = {
    isThere: computed(() => isThere.value),
    seat,
    call,
    story: computed(() => ofCall(view.story)),
    note: computed(() => ofCall(view.note)),
    queues: computed(() => Object.values(view.queues ?? {})),
    isWeb,
    isInCall: computed(() => IN_CALL.has(seat.value?.state ?? '')),
    async logIn() {
      const { webPhone = '', deskPhone = '' } = seat.value ?? {};
      await act(async () => {
        if (isWeb.value) await phone.start();
        await move('log-in', { extension: isWeb.value ? webPhone : deskPhone });
      });
    },
    async logOut() {
      const isGone = await act(() => move('log-out'));
      if (isGone && !desk.isInCall.value) phone.stop();
    },
    async goReady() {
      await act(() => move('ready'));
    },
    async goNotReady(reason) {
      await act(() => move('not-ready', { reason }));
    },
    async choosePhone(chosen) {
      await act(() => ask('PUT', '/api/desk/phone', { phone: chosen }));
    },
    async moreTime() {
      await act(() => post('/api/desk/more-time'));
    },
    answer: () => phone.answer(),
    talk,
    async hangUp() {
      if (isWeb.value && ['ringing', 'talking'].includes(phoneState.value)) phone.hangUp();
      else await talk('release');
    },
    async dial(number) {
      await act(() => post('/api/desk/dial', { number }));
    },
  };
  provide(DESK, desk);
  return desk;
}

const IN_CALL: ReadonlySet<string> = new Set(['reserved', 'ringing', 'talking', 'hold']);
