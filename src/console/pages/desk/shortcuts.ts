import { onMounted, onScopeDispose, type Ref, ref } from 'vue';

/** What a key does, by the key. Names are those of `desk.key` in the texts. */
export const KEYS = {
  a: 'answer',
  h: 'hold',
  m: 'mute',
  t: 'transfer',
  c: 'complete',
  k: 'keypad',
  x: 'hangUp',
  r: 'ready',
  n: 'notReady',
  w: 'moreTime',
  e: 'note',
  s: 'save',
  p: 'preview',
  '?': 'help',
} as const;
export type KeyAct = (typeof KEYS)[keyof typeof KEYS];

const KEPT_AS = 'carillon-shortcuts';

/** Whether keys do something: who dictates to his computer switches them off. */
export function useShortcuts(acts: Readonly<Record<KeyAct, () => unknown>>): Ref<boolean> {
  const isOn = ref(localStorage.getItem(KEPT_AS) !== 'off');
  const pressed = (event: KeyboardEvent): void => {
    const { key, ctrlKey, altKey, metaKey, isComposing, repeat, target } = event;
    if (key === 'Escape' && isTyping(target)) return (target as HTMLElement).blur();
    if (ctrlKey || altKey || metaKey || isComposing || repeat || isTyping(target)) return;
    const name = KEYS[key.toLowerCase() as keyof typeof KEYS];
    if (!name || (!isOn.value && name !== 'help')) return;
    event.preventDefault();
    acts[name]();
  };
  onMounted(() => document.addEventListener('keydown', pressed));
  onScopeDispose(() => document.removeEventListener('keydown', pressed));
  return isOn;
}

export function keepShortcuts(isOn: boolean): void {
  localStorage.setItem(KEPT_AS, isOn ? 'on' : 'off');
}

/** In a field, a list or a menu, keys are its own. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const isField = target.matches('input:not([type=checkbox]):not([type=radio]), textarea, select');
  return isField || target.isContentEditable || target.closest('[role=listbox], [role=menu]') !== null;
}
