import type { DeskCallView } from '../../../http/live/views.ts';

/** Why he was chosen, in a line. @param t words by key */
export function whyText(
  { rule, fit, ready, score, step }: NonNullable<DeskCallView['why']>,
  t: (key: string, values: Readonly<Record<string, unknown>>) => string,
): string {
  return [
    `${t('desk.why.title', {})}: ${t(`desk.why.${rule}`, { fit })}`,
    ...(ready > 1 ? [t('desk.why.ready', { ready })] : []),
    ...(score !== null && score !== 0 ? [t('desk.why.score', { score: Math.round(score * 100) / 100 })] : []),
    ...(step > 0 ? [t('desk.why.step', { step: step + 1 })] : []),
  ].join(' · ');
}
