import { onMounted, onScopeDispose, type Ref, ref } from 'vue';
import { isDialogOpen, isForPage, isTyping } from '../../parts/page-keys.ts';

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
    const { key, repeat, target } = event;
    if (isDialogOpen()) return;
    if (key === 'Escape' && isTyping(target)) return (target as HTMLElement).blur();
    if (repeat || !isForPage(event)) return;
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
