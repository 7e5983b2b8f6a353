import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MemoryLeads } from '../../src/lab/memory-leads.ts';
import type { Lead, LeadQuery, LeadSource, SettledLead } from '../../src/list/lead.ts';
import { type ListCentre, listCentre } from './centre.ts';

const NOW = Date.UTC(2026, 10, 22, 7);
const CHINA = ['Asia/Shanghai'];
const BRITAIN = ['Europe/London'];

/** Name, list, numbers. Ann and Bob are Chinese numbers of the first list, Cid has a British one, Dee is on the second list. */
const PEOPLE = [
  ['Ann', 'first', ['+8613800000001', '+442079460001']],
  ['Bob', 'first', ['+8613800000002']],
  ['Cid', 'first', ['+442079460003']],
  ['Dee', 'second', ['+8613800000004']],
] as const;

type Source = LeadSource & { lastSettledSeq(): Promise<number> };

interface Made {
  readonly source: Source;
  readonly campaign: string;
  readonly ids: ReadonlyMap<string, string>;
}

let campaigns = 0;
let centre: ListCentre;
beforeAll(async () => {
  centre = await listCentre();
});
afterAll(() => centre[Symbol.asyncDispose]());

/** Each kind of source with these people, in a campaign of their own; ids by name. */
const SOURCES: Record<string, (campaign: string) => Promise<Made>> = {
  MemoryLeads: async (campaign) => {
    const zonesOf = (number: string) => (number.startsWith('+44') ? BRITAIN : CHINA);
    const leads = PEOPLE.map(([name, list, numbers]) => ({
      id: name,
      name,
      list,
      campaign,
      numbers: numbers.map((number) => ({ number, zones: zonesOf(number) })),
    }));
    return { source: new MemoryLeads(leads), campaign, ids: new Map(leads.map(({ id }) => [id, id])) };
  },
  ListKeeper: async (campaign) => {
    const { keeper } = centre;
    for (const name of ['first', 'second']) {
      const list = await keeper.createList({ campaign, name });
      const rows = PEOPLE.filter((row) => row[1] === name).map(
        ([who, , numbers]) => `${who},${numbers[0]},${numbers[1] ?? ''}\n`,
      );
      await centre.imported(list.id, `name,phone,phone2\n${rows.join('')}`);
    }
    const everybody = { campaign, count: 10, now: NOW, zones: [CHINA, BRITAIN], except: [] };
    const leads = await keeper.next(everybody);
    return { source: keeper, campaign, ids: new Map(leads.map(({ id, name }) => [name, id])) };
  },
};

const USUAL = { count: 10, now: NOW, zones: [CHINA, BRITAIN], except: [] };
const names = (leads: readonly Lead[]): string[] => leads.map(({ name }) => name);
const again = (dueAt: number, more: object = {}) => ({ next: 'again' as const, dueAt, ...more });

describe.each(Object.keys(SOURCES))('%s', (kind) => {
  /** Numbers that tell the order of attempts begin anew in each test. */
  async function made() {
    campaigns += 1;
    const { source, campaign, ids } = await SOURCES[kind]!(`m${campaigns}`);
    const before = await source.lastSettledSeq();
    const settle = (who: string, { seq, ...one }: Omit<SettledLead, 'lead'>) =>
      source.settle([{ lead: ids.get(who)!, ...one, ...(seq !== undefined && { seq: before + seq }) }]);
    return {
      settle,
      ids,
      before,
      source,
      campaign,
      next: (over: Partial<LeadQuery> = {}) => source.next({ ...USUAL, campaign, ...over }),
      lastSeq: async () => (await source.lastSettledSeq()) - before,
    };
  }

  test('gives leads in the order of their lists', async () => {
    const { next } = await made();
    expect(names(await next())).toEqual(['Ann', 'Bob', 'Cid', 'Dee']);
    expect(names(await next({ count: 2 }))).toEqual(['Ann', 'Bob']);
    expect(names(await next({ campaign: 'other' }))).toEqual([]);
  });

  test('gives those only whose next number rings where it may ring now', async () => {
    const { source, campaign, settle, next } = await made();
    expect((await source.zones(campaign)).toSorted()).toEqual([CHINA, BRITAIN]);
    expect(names(await next({ zones: [BRITAIN] }))).toEqual(['Cid']);
    await settle('Ann', { seq: 1, outcome: 'busy', fate: again(NOW, { nextNumber: true }) });
    expect(names(await next({ zones: [BRITAIN] }))).toEqual(['Ann', 'Cid']);
    expect(await next({ zones: [['Europe/Paris']] })).toEqual([]);
  });

  test('gives nobody who is in hand', async () => {
    const { next, ids } = await made();
    const except = ['Ann', 'Cid'].map((who) => ids.get(who)!);
    expect(names(await next({ except, count: 2 }))).toEqual(['Bob', 'Dee']);
  });

  test('gives a lead again when it is due, before the fresh ones of its list, and not of earlier lists', async () => {
    const { settle, next } = await made();
    await settle('Cid', { seq: 1, outcome: 'no-answer', fate: again(NOW + 1) });
    await settle('Dee', { seq: 2, outcome: 'no-answer', fate: again(NOW) });
    expect(names(await next())).toEqual(['Ann', 'Bob', 'Dee']);
    expect(names(await next({ now: NOW + 1 }))).toEqual(['Cid', 'Ann', 'Bob', 'Dee']);
  });

  test('gives those longest due first, wherever they ring', async () => {
    const { settle, next } = await made();
    await settle('Ann', { fate: again(NOW - 1) });
    await settle('Bob', { fate: again(NOW - 7) });
    await settle('Cid', { fate: again(NOW - 5) });
    expect(names(await next())).toEqual(['Bob', 'Cid', 'Ann', 'Dee']);
    expect(names(await next({ count: 2 }))).toEqual(['Bob', 'Cid']);
  });

  test('gives callbacks first, those longest due at the head', async () => {
    const { settle, next } = await made();
    await settle('Dee', { seq: 1, outcome: 'connected', fate: again(NOW, { asked: true }) });
    await settle('Bob', { seq: 2, outcome: 'connected', fate: again(NOW - 5, { agent: 'agent-7' }) });
    await settle('Cid', { seq: 3, outcome: 'connected', fate: again(NOW + 5, { asked: true }) });
    const found = await next();
    expect(names(found)).toEqual(['Bob', 'Dee', 'Ann']);
    expect(found.map(({ callback }) => callback)).toEqual([{ agent: 'agent-7' }, {}, undefined]);
  });

  test('goes round the numbers of a lead', async () => {
    const { settle, next } = await made();
    const numberOfAnn = async () => (await next()).find(({ name }) => name === 'Ann')?.numbers[0]?.number;
    const seen = [await numberOfAnn()];
    for (const seq of [1, 2]) {
      await settle('Ann', { seq, attempts: seq, outcome: 'no-answer', fate: again(0, { nextNumber: true }) });
      seen.push(await numberOfAnn());
    }
    expect(seen).toEqual(['+8613800000001', '+442079460001', '+8613800000001']);
  });

  test('forgets a number that nobody has, where there is another', async () => {
    const { settle, next } = await made();
    await settle('Ann', { seq: 1, outcome: 'invalid-number', fate: again(0, { nextNumber: true }) });
    await settle('Ann', { seq: 2, outcome: 'no-answer', fate: again(0, { nextNumber: true }) });
    const ann = (await next()).find(({ name }) => name === 'Ann');
    expect(ann?.numbers.map(({ number }) => number)).toEqual(['+442079460001']);
    expect(names(await next({ zones: [BRITAIN] }))).toContain('Ann');
  });

  test('knows what it was told once, and is not moved by hearing it again', async () => {
    const { settle, next, lastSeq } = await made();
    await settle('Ann', { seq: 5, attempts: 1, outcome: 'busy', fate: again(NOW) });
    for (const seq of [5, 4])
      await settle('Ann', {
        seq,
        attempts: 2,
        outcome: 'connected',
        fate: { next: 'done', reason: 'connected' },
      });
    const [ann] = await next();
    expect(ann).toMatchObject({ name: 'Ann', attempts: 1, lastOutcome: 'busy', dueAt: NOW });
    expect(await lastSeq()).toBe(5);
  });

  test('counts an attempt of which it is told once more, with another fate, once, and stays at the number', async () => {
    const { settle, next } = await made();
    const attempt = { attempts: 1, outcome: 'connected' } as const;
    await settle('Ann', { seq: 1, ...attempt, fate: again(NOW, { nextNumber: true }) });
    await settle('Ann', { seq: 2, ...attempt, fate: again(NOW, { nextNumber: true, asked: true }) });
    const [ann] = await next();
    expect(ann).toMatchObject({ name: 'Ann', attempts: 1, callback: {} });
    expect(ann?.numbers[0]?.number).toBe('+442079460001');
  });

  test('takes the last word on a lead that nobody dialled, and counts no attempt', async () => {
    const { settle, next, lastSeq } = await made();
    await settle('Ann', { fate: again(NOW + 9) });
    await settle('Ann', { fate: again(NOW) });
    expect((await next())[0]).toMatchObject({ name: 'Ann', attempts: 0, dueAt: NOW });
    await settle('Ann', { fate: { next: 'done', reason: 'do-not-call' } });
    expect(names(await next())).toEqual(['Bob', 'Cid', 'Dee']);
    expect(await lastSeq()).toBe(0);
  });

  test('passes over a lead that is not there, and hears the rest', async () => {
    const { source, ids, before, campaign, lastSeq } = await made();
    const fate = { next: 'done', reason: 'sale' } as const;
    await source.settle([
      { seq: before + 1, lead: 'lead-00000000-1', outcome: 'connected', fate },
      { seq: before + 2, lead: ids.get('Bob')!, outcome: 'connected', fate },
    ]);
    expect(await source.counts(campaign)).toMatchObject({ total: 4, done: 1 });
    expect(await lastSeq()).toBe(2);
  });

  test('counts leads by where they stand', async () => {
    const { source, campaign, settle } = await made();
    await settle('Ann', { seq: 1, outcome: 'connected', fate: { next: 'done', reason: 'sale' } });
    await settle('Bob', { seq: 2, attempts: 1, outcome: 'busy', fate: again(NOW + 5) });
    await settle('Cid', { fate: again(NOW + 5) });
    await settle('Dee', { fate: { next: 'done', reason: 'do-not-call' } });
    const counts = { total: 4, fresh: 1, again: 1, done: 2, reasons: { sale: 1, 'do-not-call': 1 } };
    expect(await source.counts(campaign)).toEqual(counts);
    await settle('Cid', { seq: 3, attempts: 1, outcome: 'busy', fate: again(NOW + 5) });
    expect(await source.counts(campaign)).toEqual({ ...counts, fresh: 0, again: 2 });
    expect(await source.counts('other')).toEqual({ total: 0, fresh: 0, again: 0, done: 0, reasons: {} });
  });

  const sale = { next: 'done', reason: 'sale' } as const;
  const busy = { outcome: 'busy', fate: again(NOW) } as const;
  test.each([
    [
      'an older attempt by a newer one',
      { attempts: 1, noted: true, fate: again(NOW) },
      { attempts: 2, noted: true, fate: sale },
      false,
    ],
    [
      'a rule of one that was under way',
      { attempts: 2, ...busy },
      { attempts: 1, noted: true, fate: sale },
      false,
    ],
    ['the gate, which sent him back', { fate: again(NOW) }, { attempts: 1, noted: true, fate: sale }, false],
    [
      'a correction',
      { attempts: 1, noted: true, fate: again(NOW) },
      { attempts: 1, noted: true, fate: sale },
      true,
    ],
    ['a supervisor', { noted: true, fate: again(NOW) }, { attempts: 1, noted: true, fate: sale }, true],
    [
      'what an older attempt is noted for, where nobody has said anything since',
      { attempts: 1, noted: true, fate: sale },
      { attempts: 2, ...busy },
      false,
    ],
    [
      'an older callback, where a later call was not answered',
      { attempts: 1, noted: true, fate: again(NOW) },
      { attempts: 2, outcome: 'machine', fate: { next: 'done', reason: 'machine' } },
      false,
    ],
    [
      'do-not-call of an older attempt',
      { attempts: 1, noted: true, fate: { next: 'done', reason: 'do-not-call' } },
      { attempts: 2, noted: true, fate: again(NOW, { asked: true }) },
      false,
    ],
  ] as const)('who stands after %s', async (_, later, first, isLeft) => {
    const { settle, next } = await made();
    await settle('Ann', { seq: 1, ...first });
    await settle('Ann', { ...('attempts' in later && { seq: 2 }), ...later });
    expect(names(await next()).includes('Ann')).toBe(isLeft);
  });

  test('numbers that tell the order begin anew where they are set back', async () => {
    const { source, settle, next } = await made();
    await settle('Ann', { seq: 9, attempts: 1, ...busy });
    const last = await source.lastSettledSeq();
    await source.rewind(last - 5);
    await settle('Bob', { seq: 5, attempts: 1, outcome: 'connected', fate: sale });
    expect(names(await next()).includes('Bob')).toBe(false);
  });
});
