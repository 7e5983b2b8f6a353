import { computed, ref } from 'vue';
import type { SessionView } from '../user/http.ts';
import { ask, get, post, RefusedByApi, whenSignedOut } from './api.ts';
import { closeLive } from './live.ts';
import { stopPhone } from './phone/usePhone.ts';

const session = ref<SessionView>();
let asked: Promise<void> | undefined;

/** Whoever is signed in, undefined for nobody. */
export const me = computed(() => session.value);

const ended = ref(false);

/** Whether his session ended although he did not sign out. */
export const hasEnded = computed(() => ended.value);

/** Finds out once whether somebody is signed in. */
export function whoAmI(): Promise<void> {
  asked ??= get<SessionView>('/api/session').then(
    (found) => {
      session.value = found;
    },
    (error: unknown) => {
      if (!(error instanceof RefusedByApi) || error.status !== 401) {
        asked = undefined;
        throw error;
      }
    },
  );
  return asked;
}

/** @throws RefusedByApi */
export async function signIn(login: string, password: string): Promise<void> {
  session.value = await post<SessionView>('/api/session', { login, password });
  ended.value = false;
  asked = Promise.resolve();
}

export async function signOut(): Promise<void> {
  // Or the server closes it, as for one whose session has ended.
  closeLive();
  await ask('DELETE', '/api/session').catch(() => undefined);
  forget();
}

/** Sits down at an agent's free seat; other sessions of the same user end. @throws RefusedByApi */
export async function takeSeat(agentId: string): Promise<void> {
  // One that is left from another seat would go on as that one.
  stopPhone();
  session.value = await post<SessionView>('/api/session/seat', { agentId });
}

/** Gets up again, logged out. @throws RefusedByApi */
export async function leaveSeat(): Promise<void> {
  const left = await ask<SessionView>('DELETE', '/api/session/seat');
  // Not before: nobody gets up while he is logged in, and his talk would be over all the same.
  stopPhone();
  session.value = left;
}

function forget(): void {
  session.value = undefined;
  asked = Promise.resolve();
  closeLive();
}

whenSignedOut(() => {
  ended.value ||= session.value !== undefined;
  forget();
});
