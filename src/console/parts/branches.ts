import { computed } from 'vue';
import { useI18n } from 'vue-i18n';
import type { BranchesView } from '../../branch/http.ts';
import { get } from '../api.ts';
import { useLoaded } from '../loaded.ts';

/** The branches that somebody sees: what they are called, and which he may choose. Call it within a component's setup. */
export function useBranches() {
  const { t } = useI18n();
  const { data } = useLoaded(() => get<BranchesView>('/api/branches'));
  const names = computed(
    () =>
      new Map([...(data.value?.above ?? []), ...(data.value?.items ?? [])].map(({ id, name }) => [id, name])),
  );
  const nameOf = (branch: string): string =>
    branch === '' ? t('access.headOffice') : (names.value.get(branch) ?? branch);
  /** His own and those below it, each before those below it, with how deep they lie. */
  const choices = computed(() => {
    const own = data.value?.own === '' ? [{ id: '', name: t('access.headOffice'), depth: 0 }] : [];
    const depths = new Map<string, number>(own.map(({ id, depth }) => [id, depth]));
    const below = (data.value?.items ?? []).map(({ id, name, parent }) => {
      const depth = (depths.get(parent) ?? -1) + 1;
      depths.set(id, depth);
      return { id, name, depth };
    });
    return [...own, ...below];
  });
  return { nameOf, choices };
}
