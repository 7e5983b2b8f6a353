import { onScopeDispose, type Ref, watch } from 'vue';

/** Between the two titles of a page that wants to be looked at, ms. */
const BLINK_MS = 1_000;

/** Asks once whether the desktop may tell of calls. To be called by a click. */
export function askForNotifications(): void {
  if ('Notification' in window && Notification.permission === 'default')
    void Notification.requestPermission();
}

/**
 * While somebody is offered and the page is not looked at, its title blinks and the desktop tells of it.
 * @param offer who is offered, '' for nobody
 * @param title of the page while it blinks
 */
export function useAlerts(offer: Readonly<Ref<string>>, title: () => string): void {
  let timer: ReturnType<typeof setInterval> | undefined;
  let usual = '';
  let notification: Notification | undefined;
  const calm = (): void => {
    if (timer !== undefined) document.title = usual;
    clearInterval(timer);
    timer = undefined;
    notification?.close();
    notification = undefined;
  };
  const alarm = (): void => {
    if (offer.value === '' || !document.hidden || timer !== undefined) return;
    usual = document.title;
    timer = setInterval(() => {
      document.title = document.title === usual ? title() : usual;
    }, BLINK_MS);
    if (!('Notification' in window) || Notification.permission !== 'granted') return;
    notification = new Notification(title(), { body: offer.value, tag: 'carillon-offer' });
    notification.onclick = () => window.focus();
  };
  const looked = (): void => (document.hidden ? alarm() : calm());
  watch(offer, (who) => (who === '' ? calm() : alarm()), { immediate: true });
  document.addEventListener('visibilitychange', looked);
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', looked);
    calm();
  });
}
