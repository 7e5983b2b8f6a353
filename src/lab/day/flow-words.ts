/** What somebody hears who will be called back. */
export const PROMISE = 'We call you back';
/** The key that he pressed for it. */
export const CALL_ME_BACK = '1';
