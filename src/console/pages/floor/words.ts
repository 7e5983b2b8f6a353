import { i18n } from '../../language.ts';

/** Why an agent is not ready: what the centre says of itself in words, what somebody wrote as it is. */
export function reasonName(reason: string): string {
  const { t, te } = i18n.global;
  return te(`desk.reason.${reason}`) ? t(`desk.reason.${reason}`) : reason;
}
