import { computed, type Ref, ref, shallowRef } from 'vue';

interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** A long list that comes a page at a time. */
export interface Paged<Item> {
  readonly items: Readonly<Ref<readonly Item[]>>;
  readonly error: Readonly<Ref<unknown>>;
  readonly busy: Readonly<Ref<boolean>>;
  /** Whether there may be more. */
  readonly goesOn: Readonly<Ref<boolean>>;
  /** Begins anew. Never rejects, as `more` never does. */
  reload(): Promise<void>;
  /** Adds the next page. */
  more(): Promise<void>;
}

/** Loads the first page at once. An answer that is overtaken by `reload` is dropped. */
export function usePaged<Item>(load: (cursor: string | undefined) => Promise<Page<Item>>): Paged<Item> {
  const items = shallowRef<readonly Item[]>([]);
  const error = shallowRef<unknown>();
  const busy = ref(false);
  const next = ref<string | null>(null);
  let latest = 0;
  const take = async (cursor: string | undefined): Promise<void> => {
    latest += 1;
    const mine = latest;
    busy.value = true;
    try {
      const page = await load(cursor);
      if (mine !== latest) return;
      items.value = cursor === undefined ? page.items : [...items.value, ...page.items];
      next.value = page.next;
      error.value = undefined;
    } catch (thrown) {
      if (mine === latest) error.value = thrown;
    } finally {
      if (mine === latest) busy.value = false;
    }
  };
  const reload = (): Promise<void> => take(undefined);
  const more = async (): Promise<void> => {
    if (next.value !== null && !busy.value) await take(next.value);
  };
  void reload();
  return { items, error, busy, goesOn: computed(() => next.value !== null), reload, more };
}
