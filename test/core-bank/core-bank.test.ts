import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type CoreBankOptions, startCoreBank } from '../../docker/core-bank/service.ts';

const START = Date.parse('2026-08-01T02:30:00.000Z');
const VIP = { card: '6200000000001234', pin: '135790' };
const GOLD = { card: '6200000000005678', pin: '246802' };
const STANDARD = { card: '6200000000009012', pin: '112358' };

type Body = Record<string, unknown>;

/** A bank with its own clock. */
async function openBank(options: Partial<CoreBankOptions> = {}) {
  const clock = { now: START };
  const bank = await startCoreBank({ port: 0, now: () => clock.now, ...options });
  onTestFinished(() => bank.stop());
  let keys = 0;
  const ask = async (path: string, body: Body, headers: Record<string, string> = {}) => {
    keys += 1;
    const response = await fetch(`http://127.0.0.1:${bank.port}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': `auto-${keys}`, ...headers },
      body: JSON.stringify(body),
    });
    const replayed = response.headers.get('idempotency-replayed') === 'true';
    return { status: response.status, body: (await response.json()) as Body, replayed };
  };
  const verify = async (who: typeof VIP): Promise<string> => String((await ask('/verify', who)).body.session);
  return { port: bank.port, clock, ask, verify };
}

const no = (status: number, error: string, more: Body = {}) => ({
  status,
  body: { error, message: expect.any(String), ...more },
});

const reference = expect.stringMatching(/^\d{10}$/);

describe('who calls', () => {
  test.each([
    ['13800138000', 'demo-vip', '孙丽', 'vip'],
    ['1010', 'demo-vip', '孙丽', 'vip'],
    ['13900139000', 'demo-gold', '吴强', 'gold'],
    ['13700137000', 'demo-standard', '郑浩', 'standard'],
  ])('%s is %s', async (phone, customer, name, tier) => {
    const { ask } = await openBank();
    const body = { customer, name, tier, language: 'zh-CN' };
    expect(await ask('/identify', { phone })).toMatchObject({ status: 200, body });
  });

  test('an unknown phone is nobody', async () => {
    const { ask } = await openBank();
    expect(await ask('/identify', { phone: '13600136000' })).toMatchObject(no(404, 'unknown-phone'));
  });
});

describe('the PIN', () => {
  test.each([
    ['demo-vip', VIP, '1234'],
    ['demo-gold', GOLD, '5678'],
    ['demo-standard', STANDARD, '9012'],
  ])('lets %s in', async (customer, who, maskedCard) => {
    const { ask } = await openBank();
    const { status, body } = await ask('/verify', who);
    expect(status).toBe(200);
    expect(body).toEqual({
      customer,
      name: expect.any(String),
      tier: expect.any(String),
      session: expect.stringMatching(/^[\w-]{32}$/),
      maskedCard,
    });
  });

  test('locks after three wrong ones, also for the right one', async () => {
    const { ask } = await openBank();
    const wrong = { ...VIP, pin: '000000' };
    expect(await ask('/verify', wrong)).toMatchObject(no(401, 'wrong-pin', { attemptsLeft: 2 }));
    expect(await ask('/verify', wrong)).toMatchObject(no(401, 'wrong-pin', { attemptsLeft: 1 }));
    expect(await ask('/verify', wrong)).toMatchObject(no(423, 'pin-locked'));
    expect(await ask('/verify', VIP)).toMatchObject(no(423, 'pin-locked'));
    expect((await ask('/verify', GOLD)).status).toBe(200);
  });

  test('counts anew after a right one', async () => {
    const { ask } = await openBank();
    const wrong = { ...VIP, pin: '000000' };
    await ask('/verify', wrong);
    await ask('/verify', wrong);
    expect((await ask('/verify', VIP)).status).toBe(200);
    expect(await ask('/verify', wrong)).toMatchObject(no(401, 'wrong-pin', { attemptsLeft: 2 }));
  });

  test.each([
    ['6200000000000000', '135790', no(404, 'unknown-card')],
    ['6200000000003456', '975310', no(423, 'pin-locked')],
    ['6200000000007890', '864209', no(503, 'maintenance')],
  ])('card %s', async (card, pin, expected) => {
    const { ask } = await openBank();
    expect(await ask('/verify', { card, pin })).toMatchObject(expected);
  });
});

describe('a session', () => {
  test('ends after five minutes', async () => {
    const { ask, verify, clock } = await openBank();
    const session = await verify(VIP);
    clock.now += 5 * 60_000 - 1;
    expect((await ask('/balance', { session })).status).toBe(200);
    clock.now += 1;
    expect(await ask('/balance', { session })).toMatchObject(no(410, 'session-ended'));
  });

  test.each([
    ['/balance', {}],
    ['/signed-products', {}],
    ['/report-loss', { kind: 'card' }],
    ['/pay', { payee: 'water', amount: '1' }],
    ['/payee', { to: '1' }],
    ['/transfer', { to: '1', amount: '1' }],
    ['/securities', {}],
    ['/fx-exchange', { currency: 'USD', amount: '1' }],
    ['/sign-up', { product: 'wallet' }],
  ])('%s needs one that was given', async (path, fields) => {
    const { ask } = await openBank();
    expect(await ask(path, { session: 'guessed', ...fields })).toMatchObject(no(410, 'session-ended'));
  });
});

describe('what a customer has', () => {
  test.each([
    [VIP, undefined, '523418.66', 'CNY'],
    [VIP, 'USD', '12000.00', 'USD'],
    [GOLD, 'CNY', '12345.67', 'CNY'],
    [STANDARD, 'CNY', '320.50', 'CNY'],
  ])('balance %#', async (who, account, balance, currency) => {
    const { ask, verify } = await openBank();
    const answer = await ask('/balance', { session: await verify(who), account });
    expect(answer).toMatchObject({
      status: 200,
      body: { balance, currency, asOf: '2026-08-01T02:30:00.000Z' },
    });
  });

  test('no account in a currency', async () => {
    const { ask, verify } = await openBank();
    const session = await verify(STANDARD);
    expect(await ask('/balance', { session, account: 'USD' })).toMatchObject(no(404, 'no-account'));
  });

  test('signed products, in both languages', async () => {
    const { ask, verify } = await openBank();
    const { body } = await ask('/signed-products', { session: await verify(GOLD) });
    const products = { zh: '手机银行、短信通知', en: expect.stringContaining('mobile banking') };
    expect(body).toEqual({ count: 2, products });
  });

  test('securities', async () => {
    const { ask, verify } = await openBank();
    expect(await ask('/securities', { session: await verify(VIP) })).toMatchObject({
      status: 200,
      body: { positions: 2, value: '318200.00', currency: 'CNY', holdings: { zh: expect.any(String) } },
    });
    const session = await verify(STANDARD);
    expect(await ask('/securities', { session })).toMatchObject(no(404, 'no-securities'));
  });
});

describe('a loss', () => {
  test('is reported within a session; the card is dead, the visit goes on', async () => {
    const { ask, verify } = await openBank();
    const session = await verify(VIP);
    const others = await verify(VIP);
    const report = await ask('/report-loss', { session, kind: 'card' });
    expect(report).toMatchObject({
      status: 200,
      body: { reference, kind: 'card', maskedCard: '1234', reportedAt: '2026-08-01T02:30:00.000Z' },
    });
    const again = no(409, 'already-reported', { reference: report.body.reference });
    expect(await ask('/report-loss', { session, kind: 'card' })).toMatchObject(again);
    expect(await ask('/verify', VIP)).toMatchObject(no(423, 'card-lost'));
    expect((await ask('/balance', { session })).status).toBe(200);
    expect(await ask('/balance', { session: others })).toMatchObject(no(410, 'session-ended'));
  });

  test('is reported without PIN, and ends the visit of who holds the card', async () => {
    const { ask, verify } = await openBank();
    const thief = await verify(GOLD);
    const fields = { card: GOLD.card, idNumber: '040725', kind: 'card' };
    expect(await ask('/report-loss', fields)).toMatchObject({ status: 200, body: { maskedCard: '5678' } });
    expect(await ask('/balance', { session: thief })).toMatchObject(no(410, 'session-ended'));
  });

  test('of a passbook leaves the card alone', async () => {
    const { ask, verify } = await openBank();
    const session = await verify(VIP);
    const report = await ask('/report-loss', { session, kind: 'passbook' });
    expect(report).toMatchObject({ status: 200, body: { kind: 'passbook', maskedCard: '4821' } });
    expect((await ask('/verify', VIP)).status).toBe(200);
    const none = await ask('/report-loss', { session: await verify(STANDARD), kind: 'passbook' });
    expect(none).toMatchObject(no(404, 'no-passbook'));
  });

  test('locks after three wrong identity numbers', async () => {
    const { ask } = await openBank();
    const fields = { card: VIP.card, kind: 'card' };
    const wrong = { ...fields, idNumber: '00000*' };
    expect(await ask('/report-loss', wrong)).toMatchObject(no(401, 'wrong-id', { attemptsLeft: 2 }));
    expect(await ask('/report-loss', wrong)).toMatchObject(no(401, 'wrong-id', { attemptsLeft: 1 }));
    expect(await ask('/report-loss', wrong)).toMatchObject(no(423, 'id-locked'));
    const right = { ...fields, idNumber: '120318' };
    expect(await ask('/report-loss', right)).toMatchObject(no(423, 'id-locked'));
    expect((await ask('/verify', VIP)).status).toBe(200);
  });

  test.each([
    { kind: 'card' },
    { kind: 'card', card: VIP.card },
    { kind: 'card', idNumber: '120318' },
    { kind: 'card', session: 'x', card: VIP.card, idNumber: '120318' },
  ])('%j says neither or both who reports', async (fields) => {
    const { ask } = await openBank();
    expect(await ask('/report-loss', fields)).toMatchObject(no(400, 'bad-request'));
  });
});

describe('money', () => {
  test('is paid to a utility', async () => {
    const { ask, verify } = await openBank();
    const session = await verify(GOLD);
    const paid = await ask('/pay', { session, payee: 'water', amount: 86.4 });
    const body = { reference, amount: '86.40', balance: '12259.27', currency: 'CNY' };
    expect(paid).toMatchObject({ status: 200, body });
    expect((await ask('/balance', { session })).body.balance).toBe('12259.27');
    expect(await ask('/pay', { session, payee: 'casino', amount: '1' })).toMatchObject(
      no(404, 'unknown-payee'),
    );
  });

  test('is transferred to a registered payee only', async () => {
    const { ask, verify } = await openBank();
    const session = await verify(VIP);
    const known = { to: '2', name: '孙强', maskedAccount: '7765' };
    expect(await ask('/payee', { session, to: '2' })).toMatchObject({ status: 200, body: known });
    expect(await ask('/payee', { session, to: '3' })).toMatchObject(no(403, 'payee-not-registered'));
    const done = await ask('/transfer', { session, to: '2', amount: '50000' });
    expect(done).toMatchObject({
      status: 200,
      body: { name: '孙强', amount: '50000.00', balance: '473418.66' },
    });
    const other = await ask('/transfer', { session, to: '3', amount: '1' });
    expect(other).toMatchObject(no(403, 'payee-not-registered'));
  });

  test('has to be there', async () => {
    const { ask, verify } = await openBank();
    const session = await verify(STANDARD);
    const short = await ask('/pay', { session, payee: 'power', amount: '320.51' });
    expect(short).toMatchObject(no(402, 'too-little-money', { balance: '320.50' }));
    const all = await ask('/pay', { session, payee: 'power', amount: '320.50' });
    expect(all).toMatchObject({ status: 200, body: { balance: '0.00' } });
  });

  test('has a limit a day, which begins anew at midnight in China', async () => {
    const { ask, verify, clock } = await openBank();
    clock.now = Date.parse('2026-08-01T15:59:59.999Z');
    const session = await verify(VIP);
    const pay = (amount: string) => ask('/pay', { session, payee: 'phone', amount });
    expect((await pay('4999.99')).status).toBe(200);
    const over = no(409, 'limit-exceeded', { limit: '5000.00', left: '0.01' });
    expect(await pay('0.02')).toMatchObject(over);
    expect((await pay('0.01')).status).toBe(200);
    expect((await ask('/transfer', { session, to: '1', amount: '0.02' })).status).toBe(200);
    clock.now += 1;
    expect((await pay('0.02')).status).toBe(200);
  });

  test.each([
    '0',
    '0.00',
    '-1',
    '1.234',
    '1e3',
    '10000000000',
    '',
    ' 1',
    0,
    0.1 + 0.2,
    1e21,
    null,
    true,
    ['1'],
  ])('%j is no amount', async (amount) => {
    const { ask, verify } = await openBank();
    const session = await verify(VIP);
    const answer = await ask('/pay', { session, payee: 'water', amount });
    expect(answer).toMatchObject(no(400, 'bad-request', { message: expect.stringContaining('"amount"') }));
  });
});

describe('foreign exchange', () => {
  test('tells its rates', async () => {
    const { ask } = await openBank();
    const body = { currency: 'HKD', rate: '0.9120', asOf: '2026-08-01T02:30:00.000Z' };
    expect(await ask('/fx-rate', { currency: 'HKD' })).toMatchObject({ status: 200, body });
    expect(await ask('/fx-rate', { currency: 'XXX' })).toMatchObject(no(404, 'unknown-currency'));
  });

  test('buys dollars for yuan, rounded up to the cent', async () => {
    const { ask, verify } = await openBank();
    const session = await verify(GOLD);
    const bought = await ask('/fx-exchange', { session, currency: 'USD', amount: '100.01' });
    expect(bought.status).toBe(200);
    expect(bought.body).toEqual({
      reference,
      currency: 'USD',
      amount: '100.01',
      rate: '7.1200',
      cost: '712.08',
      balance: '11633.59',
      foreignBalance: '600.01',
    });
    expect((await ask('/balance', { session, account: 'USD' })).body.balance).toBe('600.01');
  });

  test.each([
    ['EUR', '1', no(404, 'no-account')],
    ['XXX', '1', no(404, 'unknown-currency')],
    ['USD', '2000', no(402, 'too-little-money', { balance: '12345.67' })],
    ['USD', '2808.99', no(409, 'limit-exceeded', { limit: '20000.00', left: '20000.00' })],
    ['USD', '9999999999.99', no(409, 'limit-exceeded')],
  ])('%s %s: no', async (currency, amount, expected) => {
    const { ask, verify } = await openBank();
    const session = await verify(GOLD);
    expect(await ask('/fx-exchange', { session, currency, amount })).toMatchObject(expected);
    expect((await ask('/balance', { session })).body.balance).toBe('12345.67');
    expect((await ask('/balance', { session, account: 'USD' })).body.balance).toBe('500.00');
  });
});

test('signs up once', async () => {
  const { ask, verify } = await openBank();
  const session = await verify(VIP);
  const signed = await ask('/sign-up', { session, product: 'lottery' });
  expect(signed).toMatchObject({ status: 200, body: { reference, product: 'lottery' } });
  const again = no(409, 'already-signed', { reference: signed.body.reference });
  expect(await ask('/sign-up', { session, product: 'lottery' })).toMatchObject(again);
  expect(await ask('/sign-up', { session, product: 'wallet' })).toMatchObject(no(409, 'already-signed'));
});

describe('an idempotency key', () => {
  const key = { 'Idempotency-Key': 'k-1' };

  test('gives the first answer again, and does nothing twice', async () => {
    const { ask, verify, clock } = await openBank();
    const session = await verify(GOLD);
    const fields = { session, payee: 'water', amount: '10' };
    const [one, two] = [await ask('/pay', fields, key), await ask('/pay', fields, key)];
    expect([one.replayed, two.replayed]).toEqual([false, true]);
    expect(two.body).toEqual(one.body);
    expect((await ask('/balance', { session })).body.balance).toBe('12335.67');
    // Also when the session ended meanwhile.
    clock.now += 6 * 60_000;
    expect(await ask('/pay', fields, key)).toMatchObject({ status: 200, replayed: true });
  });

  test.each([
    ['/report-loss', { kind: 'card' }],
    ['/transfer', { to: '1', amount: '1' }],
    ['/fx-exchange', { currency: 'USD', amount: '1' }],
    ['/sign-up', { product: 'lottery' }],
  ])('holds for %s', async (path, more) => {
    const { ask, verify } = await openBank();
    const fields = { session: await verify(VIP), ...more };
    const first = await ask(path, fields, key);
    expect(await ask(path, fields, key)).toEqual({ ...first, status: 200, replayed: true });
  });

  test('keeps a final no, and tries again after one that may change', async () => {
    const { ask, verify } = await openBank();
    const session = await verify(STANDARD);
    const fields = { session, payee: 'water', amount: '400' };
    expect(await ask('/pay', fields, key)).toMatchObject({ status: 402, replayed: false });
    expect(await ask('/pay', fields, key)).toMatchObject({ status: 402, replayed: true });
    const report = { card: STANDARD.card, idNumber: '111111', kind: 'card' };
    const left = async () =>
      (await ask('/report-loss', report, { 'Idempotency-Key': 'k-2' })).body.attemptsLeft;
    expect([await left(), await left()]).toEqual([2, 1]);
  });

  test('belongs to one request', async () => {
    const { ask, verify } = await openBank();
    const session = await verify(GOLD);
    await ask('/pay', { session, payee: 'water', amount: '10' }, key);
    for (const [path, fields] of [
      ['/pay', { session, payee: 'water', amount: '11' }],
      ['/transfer', { session, to: '1', amount: '10' }],
    ] as const)
      expect(await ask(path, fields, key)).toMatchObject(no(422, 'key-reused'));
    expect((await ask('/balance', { session })).body.balance).toBe('12335.67');
  });

  test('is forgotten after a day', async () => {
    const { ask, verify, clock } = await openBank();
    const fields = async () => ({ session: await verify(GOLD), payee: 'water', amount: '10' });
    await ask('/pay', await fields(), key);
    clock.now += 24 * 3_600_000;
    expect(await ask('/pay', await fields(), key)).toMatchObject({ status: 200, replayed: false });
  });

  test.each(['', 'two words', 'x'.repeat(129)])('"%s" is none', async (bad) => {
    const { ask, verify } = await openBank();
    const fields = { session: await verify(GOLD), payee: 'water', amount: '10' };
    const message = expect.stringContaining('Idempotency-Key');
    const answer = await ask('/pay', fields, { 'Idempotency-Key': bad });
    expect(answer).toMatchObject(no(400, 'bad-request', { message }));
  });
});

describe('the token', () => {
  test('is asked for everywhere but at /health', async () => {
    const { ask, port } = await openBank({ token: 'secret' });
    const fields = { phone: '13800138000' };
    expect(await ask('/identify', fields)).toMatchObject(no(403, 'no-token'));
    expect(await ask('/nothing', fields)).toMatchObject(no(403, 'no-token'));
    const wrong = await ask('/identify', fields, { Authorization: 'Bearer secre' });
    expect(wrong).toMatchObject(no(403, 'no-token'));
    expect((await ask('/identify', fields, { Authorization: 'Bearer secret' })).status).toBe(200);
    const health = await fetch(`http://127.0.0.1:${port}/health`);
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }]);
  });

  test('makes no session of another bank good', async () => {
    const [one, other] = [await openBank(), await openBank()];
    const session = await one.verify(VIP);
    expect(await other.ask('/balance', { session })).toMatchObject(no(410, 'session-ended'));
  });
});

describe('what is no proper request', () => {
  /** Sends what `fetch` would not. */
  function raw(
    port: number,
    init: { path?: string; method?: string; type?: string; body?: string | Buffer },
  ) {
    const { path = '/verify', method = 'POST', type = 'application/json', body = '' } = init;
    return new Promise<{ status: number; body: Body }>((resolve, reject) => {
      const headers = { 'Content-Type': type };
      const sent = httpRequest({ port, path, method, headers, agent: false }, async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Body });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  test.each([
    [{ path: '/nothing' }, no(404, 'no-route')],
    [{ path: '/verify?pin=1' }, no(404, 'no-route')],
    [{ path: '/__proto__' }, no(404, 'no-route')],
    [{ method: 'GET' }, no(405, 'wrong-method')],
    [{ method: 'DELETE' }, no(405, 'wrong-method')],
    [{ type: 'text/plain', body: '{}' }, no(415, 'not-json')],
    [{ body: '' }, no(400, 'bad-request')],
    [{ body: '{"card":' }, no(400, 'bad-request')],
    [{ body: 'null' }, no(400, 'bad-request')],
    [{ body: '[]' }, no(400, 'bad-request')],
    [{ body: '"text"' }, no(400, 'bad-request')],
    [{ body: Buffer.from('{"card":"\xff"}', 'latin1') }, no(400, 'bad-request')],
    [{ body: '['.repeat(16_000) }, no(400, 'bad-request')],
    [{ body: 'x'.repeat(16 * 1024 + 1) }, no(413, 'too-large')],
  ])('case %#', async (init, expected) => {
    const { port } = await openBank();
    expect(await raw(port, init)).toMatchObject(expected);
  });

  test.each([
    [{ ...VIP, more: 1 }, 'field too many'],
    [JSON.parse('{"card":"6200000000001234","pin":"135790","__proto__":{}}'), 'field too many'],
    [{ card: VIP.card }, '"pin" is missing'],
    [{ pin: VIP.pin }, '"card" is missing'],
    [{ ...VIP, pin: 135790 }, '"pin" has to be six digits'],
    [{ ...VIP, pin: '13579' }, '"pin" has to be six digits'],
    [{ ...VIP, card: '62000000000012345678' }, '"card" has to be'],
    [{ ...VIP, card: { toString: 'x' } }, '"card" has to be'],
  ])('fields %#', async (fields, message) => {
    const { ask } = await openBank();
    const answer = await ask('/verify', fields as Body);
    expect(answer).toMatchObject(no(400, 'bad-request', { message: expect.stringContaining(message) }));
    expect(JSON.stringify(answer)).not.toMatch(/6200|1357/);
  });

  test('who goes in the middle of his request leaves the bank open', async () => {
    const { port, ask } = await openBank();
    const socket = connect(port, '127.0.0.1');
    const head =
      'POST /verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{';
    await new Promise((sent) => socket.write(head, sent));
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.resetAndDestroy();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await ask('/verify', VIP)).status).toBe(200);
  });
});

test('a slow bank has done what was asked before it answers', async () => {
  const { ask, port } = await openBank({ slowMs: 400 });
  const { session } = (await ask('/verify', VIP)).body;
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': 'k' };
  const body = { session, payee: 'water', amount: '1' };
  const impatient = fetch(`http://127.0.0.1:${port}/pay`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(300),
  });
  await expect(impatient).rejects.toThrow();
  const again = await ask('/pay', body, { 'Idempotency-Key': 'k' });
  expect(again).toMatchObject({ status: 200, replayed: true, body: { balance: '523417.66' } });
});
