/**
 * Whether a key is for the page: not for a field or a list that has the focus, not for the browser, and not while a dialog waits for
 * an answer.
 */
export function isForPage({ ctrlKey, altKey, metaKey, isComposing, target }: KeyboardEvent): boolean {
  return !(ctrlKey || altKey || metaKey || isComposing) && !isTyping(target) && !isDialogOpen();
}

/** In a field, a list or a menu, keys are its own. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const isField = target.matches('input:not([type=checkbox]):not([type=radio]), textarea, select');
  return isField || target.isContentEditable || target.closest('[role=listbox], [role=menu]') !== null;
}

/** One that is closed stays in the page, unseen. */
export function isDialogOpen(): boolean {
  return [...document.querySelectorAll('[aria-modal=true]')].some((one) => one.getClientRects().length > 0);
}
