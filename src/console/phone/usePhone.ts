import { type ComputedRef, computed, shallowRef } from 'vue';
import type { PhoneState, Softphone } from './softphone.ts';
import { WebPhone } from './web-phone.ts';

/** Says over a reload of the page that it was the phone: then it is again, at once. */
const WAS_PHONE = 'carillon-was-phone';

let phone: Softphone | undefined;
const changes = shallowRef(0);

function thePhone(): Softphone {
  if (phone) return phone;
  phone = new WebPhone();
  phone.onChange(() => {
    changes.value += 1;
    const { state } = phone as Softphone;
    if (state === 'off' || state === 'taken-over') sessionStorage.removeItem(WAS_PHONE);
    else sessionStorage.setItem(WAS_PHONE, 'yes');
  });
  return phone;
}

/** A property of the phone that follows it. */
function followed<Value>(read: (phone: Softphone) => Value): ComputedRef<Value> {
  return computed(() => {
    void changes.value;
    return read(thePhone());
  });
}

/** The phone in this page. Its functions are those of `Softphone`. */
export function usePhone(): {
  readonly phone: Softphone;
  readonly state: ComputedRef<PhoneState>;
  readonly muted: ComputedRef<boolean>;
  readonly connected: ComputedRef<boolean>;
  readonly silent: ComputedRef<boolean>;
  readonly call: ComputedRef<string>;
  readonly answersItself: ComputedRef<boolean>;
} {
  return {
    phone: thePhone(),
    state: followed(({ state }) => state),
    muted: followed(({ muted }) => muted),
    connected: followed(({ connected }) => connected),
    silent: followed(({ silent }) => silent),
    call: followed(({ call }) => call),
    answersItself: followed(({ answersItself }) => answersItself),
  };
}

/** The page is the phone of no seat any more. */
export function stopPhone(): void {
  phone?.stop();
}

/** A page that was the phone before it was loaded anew is it again, whatever it shows. */
export function resumePhone(): void {
  if (sessionStorage.getItem(WAS_PHONE) !== 'yes') return;
  // What is refused now is told where somebody starts it himself.
  thePhone()
    .start()
    .catch(() => undefined);
}
