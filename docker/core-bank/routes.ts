import type { Answer } from './answer.ts';
import type { CoreBank, Fields } from './bank.ts';
import { readCents } from './money.ts';

interface Shape {
  readonly fits: (text: string) => boolean;
  /** Completes "… has to be". */
  readonly shape: string;
}

const matches = (pattern: RegExp, shape: string): Shape => ({ fits: (text) => pattern.test(text), shape });

/** What each field looks like, wherever it is used. */
const FIELDS = {
  phone: matches(/^\+?\d{3,20}$/, 'a phone number as text'),
  card: matches(/^\d{16,19}$/, 'a card number of 16 to 19 digits as text'),
  pin: matches(/^\d{6}$/, 'six digits as text'),
  idNumber: matches(/^[\d*]{6}$/, 'the last six digits of the identity card as text, * for X'),
  session: matches(/^[\w-]{1,64}$/, 'what /verify gave'),
  account: matches(/^(CNY|USD)$/, 'CNY or USD'),
  kind: matches(/^(card|passbook)$/, 'card or passbook'),
  payee: matches(/^[a-z]{1,20}$/, 'a word such as water'),
  to: matches(/^\d{1,4}$/, 'the number of a registered payee as text'),
  currency: matches(/^[A-Z]{3}$/, 'three letters such as USD'),
  product: matches(/^(lottery|wallet)$/, 'lottery or wallet'),
  amount: {
    fits: (text) => readCents(text) !== undefined,
    shape: 'above 0, at most 9999999999.99 and of at most two decimals',
  },
} satisfies Readonly<Record<string, Shape>>;

type FieldName = keyof typeof FIELDS;

export interface Route {
  readonly needs: readonly FieldName[];
  readonly takes?: readonly FieldName[];
  /** Whether it changes the books: then it needs an idempotency key. */
  readonly changes?: true;
  readonly run: (bank: CoreBank, fields: Fields) => Answer;
}

export const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['/identify', { needs: ['phone'], run: (bank, fields) => bank.identify(fields) }],
  ['/verify', { needs: ['card', 'pin'], run: (bank, fields) => bank.verify(fields) }],
  [
    '/balance',
    { needs: ['session'], takes: ['account'], run: (bank, fields) => bank.during(fields, bank.balance) },
  ],
  [
    '/signed-products',
    { needs: ['session'], run: (bank, fields) => bank.during(fields, bank.signedProducts) },
  ],
  [
    '/report-loss',
    {
      needs: ['kind'],
      takes: ['session', 'card', 'idNumber'],
      changes: true,
      run: (bank, fields) => bank.reportLoss(fields),
    },
  ],
  [
    '/pay',
    {
      needs: ['session', 'payee', 'amount'],
      changes: true,
      run: (bank, fields) => bank.during(fields, bank.pay),
    },
  ],
  ['/payee', { needs: ['session', 'to'], run: (bank, fields) => bank.during(fields, bank.payee) }],
  [
    '/transfer',
    {
      needs: ['session', 'to', 'amount'],
      changes: true,
      run: (bank, fields) => bank.during(fields, bank.transfer),
    },
  ],
  ['/securities', { needs: ['session'], run: (bank, fields) => bank.during(fields, bank.securities) }],
  ['/fx-rate', { needs: ['currency'], run: (bank, fields) => bank.fxRate(fields) }],
  [
    '/fx-exchange',
    {
      needs: ['session', 'currency', 'amount'],
      changes: true,
      run: (bank, fields) => bank.during(fields, bank.fxExchange),
    },
  ],
  [
    '/sign-up',
    { needs: ['session', 'product'], changes: true, run: (bank, fields) => bank.during(fields, bank.signUp) },
  ],
]);

/** The fields of a body, or what is wrong with it; names it, and never its content. */
export function readFields(route: Route, body: unknown): Fields | { readonly wrong: string } {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return { wrong: 'Send a JSON object.' };
  const sent = new Map<string, unknown>(Object.entries(body));
  const allowed: readonly FieldName[] = [...route.needs, ...(route.takes ?? [])];
  const fields: Partial<Record<FieldName, string>> = {};
  for (const name of allowed) {
    const value = sent.get(name);
    sent.delete(name);
    if (value === undefined && route.needs.includes(name))
      return { wrong: `The field "${name}" is missing.` };
    if (value === undefined) continue;
    const text = name === 'amount' && typeof value === 'number' ? String(value) : value;
    if (typeof text !== 'string' || !FIELDS[name].fits(text))
      return { wrong: `The field "${name}" has to be ${FIELDS[name].shape}.` };
    fields[name] = text;
  }
  if (sent.size > 0) return { wrong: `There is a field too many. Known here: ${allowed.join(', ')}.` };
  return fields;
}
