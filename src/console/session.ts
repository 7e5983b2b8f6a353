import { computed, ref } from 'vue';
import type { SessionView } from '../user/http.ts';
import { ask, get, post, RefusedByApi, whenSignedOut } from './api.ts';
import { closeLive } from './live.ts';

const session = ref<SessionView>();
let asked: Promise<void> | undefined;

/** Whoever is signed in, undefined for nobody. */
export const me = computed(() => session.value);

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
  asked = Promise.resolve();
}

export async function signOut(): Promise<void> {
  await ask('DELETE', '/api/session').catch(() => undefined);
  forget();
}

function forget(): void {
  session.value = undefined;
  asked = Promise.resolve();
  closeLive();
}

whenSignedOut(forget);
