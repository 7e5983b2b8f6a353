import { i18n } from '../../language.ts';

/** A tier in words; '' for callers who were not recognised. */
export function tierName(tier: string): string {
  const { t, te } = i18n.global;
  if (tier === '') return t('floor.noTier');
  return te(`desk.tier.${tier}`) ? t(`desk.tier.${tier}`) : tier;
}

/** Why an agent is not ready: what the centre says of itself in words, what somebody wrote as it is. */
export function reasonName(reason: string): string {
  const { t, te } = i18n.global;
  return te(`desk.reason.${reason}`) ? t(`desk.reason.${reason}`) : reason;
}
