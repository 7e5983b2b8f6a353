import { computed, onScopeDispose, reactive, shallowRef, watch } from 'vue';
import type { NoteView } from '../../../http/live/views.ts';
import { ask } from '../../api.ts';
import { wordsFor } from '../../language.ts';
import type { Desk } from './desk.ts';
import { emptyDraft, NoteDraft, type SendNote } from './note-draft.ts';

const send: SendNote = (call, body, isLast) =>
  ask<NoteView>('PUT', `/api/calls/${encodeURIComponent(call)}/note`, body, { keepalive: isLast });

/** The note of the call on the desk. */
export function useDraft({ call, note }: Desk) {
  const draft = shallowRef<NoteDraft>();
  watch(
    () => [call.value?.id, note.value] as const,
    ([id, known]) => {
      if (draft.value && draft.value.call !== id) {
        draft.value.close();
        draft.value = undefined;
      }
      if (id === undefined || known?.call !== id) return;
      draft.value ??= new NoteDraft(id, reactive(emptyDraft()), send);
      draft.value.take(known);
    },
    { immediate: true },
  );
  const leave = (): void => draft.value?.leave();
  window.addEventListener('pagehide', leave);
  onScopeDispose(() => {
    window.removeEventListener('pagehide', leave);
    draft.value?.close();
  });

  const state = computed(() => draft.value?.state ?? emptyDraft());
  return {
    text: state,
    changed: () => draft.value?.changed(),
    save: async (done = false): Promise<boolean> => (await draft.value?.save(done)) ?? false,
    problem: computed(() => (state.value.error === undefined ? '' : wordsFor(state.value.error))),
    isSaving: computed(() => state.value.isSaving),
    isThere: computed(() => draft.value !== undefined),
  };
}
