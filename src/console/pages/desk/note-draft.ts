import type { NoteView } from '../../../http/live/views.ts';
import { RefusedByApi } from '../../api.ts';

/** Between two keys that are kept one by one, ms. */
const PAUSE_MS = 600;
/** After a save that failed, ms. */
const TRY_AGAIN_MS = 3_000;

/** What the agent has written, and how it stands. */
export interface DraftState {
  text: string;
  reason: string;
  sale: NoteView['sale'];
  /** Something was typed that is not on its way to the server. */
  isDirty: boolean;
  isSaving: boolean;
  /** What went wrong with the last save, undefined when it went well. */
  error: unknown;
}

/** What is sent of a note. */
export interface NoteBody extends Pick<DraftState, 'text' | 'reason' | 'sale'> {
  readonly done: boolean;
  readonly version: number;
}

/** @param isLast the page goes: the answer is waited for by nobody. @throws RefusedByApi `note-outdated` with the `version` there is */
export type SendNote = (call: string, body: NoteBody, isLast: boolean) => Promise<NoteView>;

export const emptyDraft = (): DraftState => ({
  text: '',
  reason: '',
  sale: '',
  isDirty: false,
  isSaving: false,
  error: undefined,
});

/**
 * The note of one call, kept on the server as it is typed. Each call has its own, which brings to an end what was typed for it,
 * whatever is on the desk by then. What another page of the same agent writes is taken over, unless he writes here himself.
 */
export class NoteDraft {
  readonly call: string;
  readonly state: DraftState;
  readonly #send: SendNote;
  #version = 0;
  #isDone = false;
  #isClosed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @param state is written here, so that a page can watch it */
  constructor(call: string, state: DraftState, send: SendNote) {
    this.call = call;
    this.state = state;
    this.#send = send;
  }

  /** Takes what the server has. */
  take({ version, doneAt, text, reason, sale }: NoteView): void {
    if (version < this.#version) return;
    this.#version = version;
    this.#isDone = doneAt !== null;
    if (!this.state.isDirty && !this.state.isSaving) Object.assign(this.state, { text, reason, sale });
  }

  /** Something was typed. */
  changed(): void {
    this.state.isDirty = true;
    this.#later(PAUSE_MS);
  }

  /** Keeps what is there now, after what is being kept. @param done the note is finished. @returns whether it was kept */
  save(done = false): Promise<boolean> {
    clearTimeout(this.#timer);
    const mine = this.#last.then(() => this.#write(done));
    this.#last = mine;
    return mine;
  }

  /** Another call is on the desk: what was typed last is not lost. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    if (this.state.isDirty) void this.save();
  }

  /** The page goes: the last words overtake what is under way. */
  leave(): void {
    const { isDirty, isSaving } = this.state;
    if (!isDirty) return;
    clearTimeout(this.#timer);
    this.#send(this.call, this.#body(false, this.#version + (isSaving ? 2 : 1)), true).catch(() => undefined);
  }

  async #write(done: boolean): Promise<boolean> {
    const { state } = this;
    if (!state.isDirty && !done) return true;
    state.isSaving = true;
    state.isDirty = false;
    try {
      const kept = await this.#sent(this.#body(done, this.#version + 1));
      this.#version = Math.max(this.#version, kept.version);
      this.#isDone = kept.doneAt !== null;
      state.error = undefined;
      return true;
    } catch (error) {
      state.isDirty = true;
      state.error = error;
      // What is refused for a call that is gone from the desk will not be taken later either.
      const isHopeless =
        this.#isClosed && error instanceof RefusedByApi && error.status >= 400 && error.status < 500;
      if (!isHopeless) this.#later(TRY_AGAIN_MS);
      return false;
    } finally {
      state.isSaving = false;
    }
  }

  /** The last writer wins: where another page has written meanwhile, this goes over it. */
  async #sent(body: NoteBody): Promise<NoteView> {
    try {
      return await this.#send(this.call, body, false);
    } catch (error) {
      if (!(error instanceof RefusedByApi) || error.id !== 'note-outdated') throw error;
      return await this.#send(this.call, { ...body, version: Number(error.details.version) + 1 }, false);
    }
  }

  #body(done: boolean, version: number): NoteBody {
    const { text, reason, sale } = this.state;
    return { text, reason, sale, done: done || this.#isDone, version };
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), ms);
  }
}
