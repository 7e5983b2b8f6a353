import { reactive, watch } from 'vue';
import { me } from '../session.ts';

/** What a form holds. */
type Draft = Record<string, string | number | boolean | undefined>;
type Keeper = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const PREFIX = 'carillon-typed/';

/** A user's own: whoever signs in after him in the same tab does not find it. */
const nameOf = (form: string): string => `${PREFIX}${me.value?.id ?? ''}/${form}`;

/**
 * What is typed into a form, kept in this tab until it is sent: it outlives a reload and a way to another page.
 * @param form with what it is about, such as `feedback/<call id>`
 * @param empty what stands in it at first
 */
export function useKept<Fields extends Draft>(form: string, empty: Fields) {
  const name = nameOf(form);
  const draft = reactive(keptIn(sessionStorage, name, empty)) as Fields;
  watch(draft, (now) => keepIn(sessionStorage, name, now));
  return { draft, forget: () => sessionStorage.removeItem(name) };
}

/** Whether something of this form waits to be sent. */
export function isKept(form: string): boolean {
  return sessionStorage.getItem(nameOf(form)) !== null;
}

/** Somebody goes: nothing that he typed stays behind. */
export function forgetTyped(): void {
  for (const name of Object.keys(sessionStorage))
    if (name.startsWith(PREFIX)) sessionStorage.removeItem(name);
}

/** What was kept under a name; fields that it lacks, or that an older page kept as something else, are those of `empty`. */
export function keptIn<Fields extends Draft>(keeper: Keeper, name: string, empty: Fields): Fields {
  const kept = parsed(keeper.getItem(name));
  const fields = Object.entries(empty).map(([field, first]) => {
    const value = kept[field];
    const fits = first === undefined ? typeof value === 'number' : typeof value === typeof first;
    return [field, fits ? value : first];
  });
  return Object.fromEntries(fields) as Fields;
}

/** Keeps it, where there is room: a form works without. */
export function keepIn(keeper: Keeper, name: string, draft: Draft): void {
  try {
    keeper.setItem(name, JSON.stringify(draft));
  } catch {
    keeper.removeItem(name);
  }
}

function parsed(text: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
