import type { RejoinView } from '../../http/page-phone.ts';
import { post } from '../api.ts';

/** The server rings at once; what did not come by then got lost, ms. */
const ASK_AGAIN_MS = 4_000;

/**
 * The agent may be in a talk whose sound was here before the page was loaded anew: the server rings us for it.
 * @param isMissed whether it has not come yet, and is still wanted
 * @param isOver told when there is no such talk
 */
export async function askToRejoin(isMissed: () => boolean, isOver: () => void): Promise<void> {
  // Away again: it is asked at the next registration.
  const answer = await post<RejoinView>('/api/desk/phone/rejoin').catch(() => undefined);
  if (answer?.rejoins === false) return isOver();
  if (!answer) return;
  setTimeout(() => {
    if (isMissed()) void askToRejoin(isMissed, isOver);
  }, ASK_AGAIN_MS);
}
