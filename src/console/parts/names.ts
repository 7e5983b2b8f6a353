import { i18n } from '../language.ts';
import { readable } from './readable.ts';

/** A tier in words; '' for callers who were not recognised. */
export function tierName(tier: string): string {
  const { t, te } = i18n.global;
  if (tier === '') return t('floor.noTier');
  return te(`customers.tiers.${tier}`) ? t(`customers.tiers.${tier}`) : tier;
}

/** An attribute of a customer or an agent: those that every centre has in words, others as they can be read. */
export function attributeName(key: string): string {
  const { t, te } = i18n.global;
  return te(`customers.attribute.${key}`) ? t(`customers.attribute.${key}`) : readable(key);
}

/** What an attribute says. */
export function attributeText(value: string | number | boolean | readonly string[]): string {
  const { t, te } = i18n.global;
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value === 'boolean') return t(value ? 'general.yes' : 'general.no');
  return te(`customers.degree.${value}`) ? t(`customers.degree.${value}`) : String(value);
}
