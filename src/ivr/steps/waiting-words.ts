import type { Announcement } from '../../queue/announcement.ts';
import type { Prompt } from '../../speech/prompt.ts';

/** What can be told of a place in line. */
export const TOLD = ['position', 'wait'] as const;
export type ToldOf = (typeof TOLD)[number];

const words = (chinese: string, english: string): Prompt => ({ texts: { 'zh-CN': chinese, en: english } });

const NEXT = words('下一位就是您。', 'You are next.');
const ONE_BEFORE = words('您前面还有1位客户。', 'There is one customer before you.');
const BEFORE = words(
  '您前面还有{number(place.before)}位客户。',
  'There are {number(place.before)} customers before you.',
);
const NO_MINUTE = words('预计等待不到1分钟。', 'Your wait is less than a minute.');
const ONE_MINUTE = words('预计等待大约1分钟。', 'Your wait is about one minute.');
const MINUTES = words(
  '预计等待大约{number(place.minutes)}分钟。',
  'Your wait is about {number(place.minutes)} minutes.',
);
const LONGER = words(
  '预计等待时间超过{number(place.minutes)}分钟。',
  'Your wait is more than {number(place.minutes)} minutes.',
);

/** Everything that may be said, so that it is made before somebody waits. */
export function wordsFor(tell: readonly ToldOf[]): Prompt[] {
  return [
    ...(tell.includes('position') ? [NEXT, ONE_BEFORE, BEFORE] : []),
    ...(tell.includes('wait') ? [NO_MINUTE, ONE_MINUTE, MINUTES, LONGER] : []),
  ];
}

/** An announcement in words. */
export function spokenAnnouncement({ position, wait }: Announcement, tell: readonly ToldOf[]): Prompt[] {
  const said: Prompt[] = [];
  if (tell.includes('position') && position !== undefined)
    said.push(position <= 1 ? NEXT : position === 2 ? ONE_BEFORE : BEFORE);
  if (tell.includes('wait') && wait)
    said.push(wait.over ? LONGER : ([NO_MINUTE, ONE_MINUTE][wait.minutes] ?? MINUTES));
  return said;
}
