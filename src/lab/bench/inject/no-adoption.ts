/**
 * A negative control, loaded into a daemon with `--import`: it takes up no call of the daemon before it and misses whatever
 * happened while it was away.
 */
import { replaceSource } from './replace-source.ts';

replaceSource('src/engine/reconcile.ts', () => 'export function reconcile() {}\n');
