import { ElMessage } from 'element-plus';
import { type Ref, ref, shallowRef } from 'vue';
import { wordsFor } from './language.ts';

/** Something that is asked of the API, and asked again. */
export interface Loaded<Data> {
  readonly data: Readonly<Ref<Data | undefined>>;
  /** What went wrong the last time. */
  readonly error: Readonly<Ref<unknown>>;
  readonly busy: Readonly<Ref<boolean>>;
  /** Asks again. An answer that is overtaken by a later question is dropped. Never rejects. */
  reload(): Promise<void>;
}

/** Loads at once. */
export function useLoaded<Data>(load: () => Promise<Data>): Loaded<Data> {
  const data = shallowRef<Data>();
  const error = shallowRef<unknown>();
  const busy = ref(false);
  let latest = 0;
  const reload = async (): Promise<void> => {
    latest += 1;
    const mine = latest;
    busy.value = true;
    try {
      const found = await load();
      if (mine !== latest) return;
      data.value = found;
      error.value = undefined;
    } catch (thrown) {
      if (mine === latest) error.value = thrown;
    } finally {
      if (mine === latest) busy.value = false;
    }
  };
  void reload();
  return { data, error, busy, reload };
}

/**
 * Does something for the user and says what went wrong.
 * @param done is said when it went well; '' says nothing
 * @returns whether it went well
 */
export async function act(what: () => Promise<unknown>, done = ''): Promise<boolean> {
  try {
    await what();
  } catch (error) {
    ElMessage({ type: 'error', message: wordsFor(error), duration: 8_000, showClose: true });
    return false;
  }
  if (done !== '') ElMessage({ type: 'success', message: done });
  return true;
}
