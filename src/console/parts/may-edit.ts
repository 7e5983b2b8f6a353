import type { SessionView } from '../../user/http.ts';

/** Whether somebody may change flows, calendars and routing rules: they hold for all branches. */
export function mayEditFiles(user: Pick<SessionView, 'role' | 'branch'> | undefined): boolean {
  return user?.role === 'admin' && user.branch === '';
}
