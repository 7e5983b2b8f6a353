import { computed } from 'vue';
import type { DeskChoicesView } from '../../../desk/http.ts';
import { get } from '../../api.ts';
import { i18n } from '../../language.ts';
import { type Loaded, useLoaded } from '../../loaded.ts';

/** Asked for once in the life of the page: several of its parts choose from them, anew with each call. */
let loaded: Loaded<DeskChoicesView> | undefined;

/** What he chooses from, in his language. */
export function useChoices() {
  loaded ??= useLoaded(() => get<DeskChoicesView>('/api/desk/choices'));
  const { data } = loaded;
  const listOf = (kind: keyof DeskChoicesView) =>
    computed(() =>
      (data.value?.[kind] ?? []).map(({ id, zh, en }) => ({
        id,
        name: i18n.global.locale.value === 'zh-CN' ? zh : en,
      })),
    );
  const contact = listOf('contact');
  const notReady = listOf('not-ready');
  return {
    contact,
    notReady,
    /** The name of a reason, else what is kept of it. */
    nameOf: (id: string): string =>
      [...contact.value, ...notReady.value].find((one) => one.id === id)?.name ?? id,
  };
}
