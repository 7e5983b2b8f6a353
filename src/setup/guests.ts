import { parseNetwork, touches } from '../base/address.ts';
import type { Settings } from './settings.ts';

/** Whether the daemon counts the calls of guests. Where nobody but this machine can call, and it is trusted, it need not. */
export function watchesGuests({ bind, neverBan }: Pick<Settings, 'bind' | 'neverBan'>): boolean {
  return !touches(
    bind,
    neverBan.flatMap((network) => parseNetwork(network) ?? []),
  );
}
