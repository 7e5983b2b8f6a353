import { startCoreBank } from '../../docker/core-bank/service.ts';

/** What the sample bank answered. */
export interface RealAnswer {
  readonly path: string;
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, string>>;

const GOLD = { card: '6200000000005678', pin: '246802' };
const STANDARD = { card: '6200000000009012', pin: '112358' };
const VIP_CARD = '6200000000001234';

/** What a customer of each kind asks after he was verified, in this order. */
const AS_GOLD: readonly [path: string, fields: Fields][] = [
  ['/balance', {}],
  ['/signed-products', {}],
  ['/securities', {}],
  ['/payee', { to: '1' }],
  ['/payee', { to: '9' }],
  ['/pay', { payee: 'water', amount: '120' }],
  ['/pay', { payee: 'water', amount: '4900' }],
  ['/transfer', { to: '1', amount: '2000' }],
  ['/transfer', { to: '9', amount: '2000' }],
  ['/transfer', { to: '1', amount: '20000' }],
  ['/transfer', { to: '1', amount: '60000' }],
  ['/fx-exchange', { currency: 'USD', amount: '100' }],
  ['/fx-exchange', { currency: 'USD', amount: '2500' }],
  ['/fx-exchange', { currency: 'USD', amount: '9000' }],
  ['/sign-up', { product: 'lottery' }],
  ['/sign-up', { product: 'lottery' }],
];

const AS_STANDARD: typeof AS_GOLD = [
  ['/pay', { payee: 'power', amount: '400' }],
  ['/securities', {}],
  ['/fx-exchange', { currency: 'USD', amount: '1' }],
];

/** After its end; what each needs besides does not matter then. */
const WITHOUT_SESSION: typeof AS_GOLD = [
  ['/balance', {}],
  ['/signed-products', {}],
  ['/securities', {}],
  ['/payee', { to: '1' }],
  ['/pay', { payee: 'water', amount: '1' }],
  ['/transfer', { to: '1', amount: '1' }],
  ['/fx-exchange', { currency: 'USD', amount: '1' }],
  ['/sign-up', { product: 'lottery' }],
];

const WITHOUT_VERIFYING: typeof AS_GOLD = [
  ['/fx-rate', { currency: 'USD' }],
  ['/verify', { ...GOLD, card: '6200000000009999' }],
  ['/verify', { card: '6200000000007890', pin: '864209' }],
  ['/verify', { ...STANDARD, pin: '000000' }],
  ['/verify', { card: '6200000000003456', pin: '975310' }],
  ['/report-loss', { card: '6200000000009999', idNumber: '000000', kind: 'card' }],
  ['/report-loss', { card: STANDARD.card, idNumber: '231546', kind: 'passbook' }],
  ['/report-loss', { card: VIP_CARD, idNumber: '120318', kind: 'card' }],
  ['/report-loss', { card: VIP_CARD, idNumber: '120318', kind: 'card' }],
  ['/report-loss', { card: GOLD.card, idNumber: '040725', kind: 'passbook' }],
  ['/verify', { card: VIP_CARD, pin: '135790' }],
  ['/report-loss', { card: GOLD.card, idNumber: '000000', kind: 'card' }],
  ['/report-loss', { card: GOLD.card, idNumber: '000000', kind: 'card' }],
  ['/report-loss', { card: GOLD.card, idNumber: '000000', kind: 'card' }],
];

/** Starts the sample bank and asks it over HTTP for everything that the hotline can get to hear from it. */
export async function tourOfBank(): Promise<readonly RealAnswer[]> {
  const bank = await startCoreBank({ port: 0 });
  const answers: RealAnswer[] = [];
  const ask = async (path: string, fields: Fields): Promise<RealAnswer> => {
    const response = await fetch(`http://127.0.0.1:${bank.port}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': `tour-${answers.length}` },
      body: JSON.stringify(fields),
    });
    const body = (await response.json()) as RealAnswer['body'];
    const answer = { path, status: response.status, body };
    answers.push(answer);
    return answer;
  };
  const visit = async (who: Fields, asked: typeof AS_GOLD): Promise<void> => {
    const session = String((await ask('/verify', who)).body.session);
    for (const [path, fields] of asked) await ask(path, { session, ...fields });
  };
  try {
    await visit(GOLD, AS_GOLD);
    await visit(STANDARD, AS_STANDARD);
    for (const [path, fields] of WITHOUT_SESSION) await ask(path, { session: 'over', ...fields });
    for (const [path, fields] of WITHOUT_VERIFYING) await ask(path, fields);
    return answers;
  } finally {
    await bank.stop();
  }
}

/** What an answer is made of: the same for two that differ only in their values or in the order of their fields. */
export function shapeOf(value: unknown): unknown {
  if (typeof value === 'string') return FORMS.find(([, form]) => form.test(value))?.[0] ?? 'text';
  if (typeof value !== 'object' || value === null) return typeof value;
  const fields = Object.entries(value).map(([name, one]) => [name, shapeOf(one)] as const);
  return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const FORMS: readonly [string, RegExp][] = [
  ['amount', /^\d+\.\d{2}$/],
  ['rate', /^\d+\.\d{4}$/],
  ['time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/],
  ['reference', /^\d{10}$/],
  ['last four digits', /^\d{4}$/],
];
