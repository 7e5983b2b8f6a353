import { onScopeDispose, type Ref, ref } from 'vue';
import { serverNow } from './api.ts';
import { i18n } from './language.ts';
import { me } from './session.ts';

/** The centre's zone: every time is shown in it, wherever the browser is. */
const zone = (): string | undefined => me.value?.zone;

/** A moment, such as 2026-11-22 14:05:09. @param at UTC ms */
export function moment(at: number, seconds = true): string {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone(),
    dateStyle: 'short',
    timeStyle: seconds ? 'medium' : 'short',
  });
  return parts.format(at);
}

/** The time of day, such as 14:05:09. @param at UTC ms */
export function timeOfDay(at: number, seconds = true): string {
  return moment(at, seconds).slice(11);
}

/** A length of time, such as 0:07, 12:05 or 1:02:05. @param ms below 0 counts as 0 */
export function lasting(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** A share, such as 83.4 %. @param share 0 to 1 */
export function percent(share: number, digits = 1): string {
  return new Intl.NumberFormat(i18n.global.locale.value, {
    style: 'percent',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(share);
}

/** The present time, UTC ms, anew every second while the component lives. */
export function useNow(): Readonly<Ref<number>> {
  const now = ref(serverNow());
  const timer = setInterval(() => {
    now.value = serverNow();
  }, 1_000);
  onScopeDispose(() => clearInterval(timer));
  return now;
}
