import { onScopeDispose } from 'vue';
import { type Loaded, useLoaded } from '../loaded.ts';

/**
 * Asks now, and again every `everyMs` for as long as the component lives and its page is looked at. Call it within a component's
 * setup. Nothing is asked anew while an answer is still to come.
 * @param mayChange false while there is nothing to ask for
 */
export function usePolling<Data>(
  load: () => Promise<Data>,
  everyMs: number,
  mayChange: () => boolean = () => true,
): Loaded<Data> {
  const loaded = useLoaded(load);
  const timer = setInterval(() => {
    if (!document.hidden && !loaded.busy.value && mayChange()) void loaded.reload();
  }, everyMs);
  onScopeDispose(() => clearInterval(timer));
  return loaded;
}
