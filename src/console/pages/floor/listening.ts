import { ref, watch } from 'vue';
import { ask } from '../../api.ts';
import { act } from '../../loaded.ts';

const KEPT_AS = 'carillon-listen-at';

/** His own phone, wherever he is logged in. */
export const OWN = 'own';

/** The phone at which somebody listens; kept in his browser. */
export const listenAt = ref(localStorage.getItem(KEPT_AS) ?? OWN);
watch(listenAt, (extension) => localStorage.setItem(KEPT_AS, extension));

/** Goes to a talk in this way, or changes the way. */
export function supervise(call: string, mode: 'listen' | 'whisper' | 'barge'): Promise<boolean> {
  const body = listenAt.value === OWN ? {} : { extension: listenAt.value };
  return act(() => ask('POST', `/api/calls/${encodeURIComponent(call)}/${mode}`, body));
}

export function leave(call: string): Promise<boolean> {
  return act(() => ask('POST', `/api/calls/${encodeURIComponent(call)}/leave`));
}
