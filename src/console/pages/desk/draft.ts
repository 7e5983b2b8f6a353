import { computed, onScopeDispose, reactive, ref, watch } from 'vue';
import type { NoteView } from '../../../http/live/views.ts';
import { ask, RefusedByApi } from '../../api.ts';
import { wordsFor } from '../../language.ts';
import type { Desk } from './desk.ts';

/** Between two keys that are kept one by one, ms. */
const PAUSE_MS = 600;

/**
 * The note of the call on the desk, kept on the server as it is typed. What another page of the same agent writes is taken over,
 * unless he writes here himself: the last writer wins.
 */
export function useDraft({ call, note }: Desk) {
  const text = reactive({ text: '', reason: '', sale: '' as NoteView['sale'] });
  const isDirty = ref(false);
  const isSaving = ref(false);
  const problem = ref('');
  let of = '';
  let version = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Keeps what is there now. @returns whether it was kept */
  async function save(done = false): Promise<boolean> {
    clearTimeout(timer);
    if (of === '' || isSaving.value) return false;
    const whose = of;
    isSaving.value = true;
    isDirty.value = false;
    let isKept = true;
    try {
      await write(whose, done);
      problem.value = '';
    } catch (error) {
      isKept = false;
      isDirty.value = true;
      problem.value = wordsFor(error);
    } finally {
      isSaving.value = false;
    }
    // Somebody who types on while it is kept has written more.
    if (isDirty.value && of === whose) later(isKept ? PAUSE_MS : 5 * PAUSE_MS);
    return isKept;
  }

  async function write(whose: string, done: boolean): Promise<void> {
    const body = { ...text, done: done || (note.value?.doneAt ?? null) !== null };
    try {
      version = (await send(whose, { ...body, version: version + 1 })).version;
    } catch (error) {
      if (!(error instanceof RefusedByApi) || error.id !== 'note-outdated') throw error;
      version = Number(error.details.version);
      version = (await send(whose, { ...body, version: version + 1 })).version;
    }
  }

  const send = (whose: string, body: object): Promise<NoteView> =>
    ask<NoteView>('PUT', `/api/calls/${encodeURIComponent(whose)}/note`, body);

  function later(ms = PAUSE_MS): void {
    clearTimeout(timer);
    timer = setTimeout(() => void save(), ms);
  }

  function changed(): void {
    isDirty.value = true;
    later();
  }

  watch(
    () => [call.value?.id ?? '', note.value] as const,
    async ([id, known]) => {
      if (id !== of) {
        // What he typed last for the call before is not lost.
        if (isDirty.value) await save();
        of = '';
        isDirty.value = false;
        problem.value = '';
        Object.assign(text, { text: '', reason: '', sale: '' });
      }
      if (!known || known.call !== call.value?.id) return;
      of = known.call;
      if (known.version < version && id === of) return;
      version = known.version;
      if (!isDirty.value && !isSaving.value)
        Object.assign(text, { text: known.text, reason: known.reason, sale: known.sale });
    },
    { immediate: true },
  );
  const leave = (): void => {
    if (isDirty.value) void save();
  };
  window.addEventListener('pagehide', leave);
  onScopeDispose(() => {
    window.removeEventListener('pagehide', leave);
    leave();
    clearTimeout(timer);
  });

  return {
    text,
    changed,
    save,
    problem,
    isSaving,
    isDirty,
    isThere: computed(() => note.value !== undefined),
  };
}
