import { expect, test } from 'vitest';
import { VERBS as kinds } from '../../src/engine/verbs.ts';
import type { Flow, Step } from '../../src/ivr/flow.ts';
import { parseFlow } from '../../src/ivr/parse.ts';
import { drawFlow } from '../../src/ivr/picture.ts';
import { SIZE } from '../../src/ivr/picture-card.ts';
import { layOut } from '../../src/ivr/picture-layout.ts';
import { cutTo, widthOf, wrapTo } from '../../src/ivr/picture-text.ts';
import { problemText } from '../../src/ivr/report.ts';

function read(text: string): Flow {
  const { flow, problems } = parseFlow(text, 'f.yaml', 'v1', kinds);
  if (!flow) throw new Error(problems.map(problemText).join('\n'));
  return flow;
}

const SMALL = read(`flow: small
numbers: ["95533"]
languages: [zh-CN, en]
start: greet
on-error: sorry
steps:
  greet: { say: { zh-CN: "您好 <b>", en: "Hello & welcome" }, then: tier }
  tier:
    choose: [{ when: customer.tier == "vip", then: agent }, { when: customer.tier == "gold", then: agent }]
    otherwise: main
  main:
    menu: { say: { zh-CN: 请按键。, en: Press a key }, keys: { 0: agent, 1: greet, 2: other, "#": bye } }
    then: { invalid: note }
    otherwise: bye
  agent: { queue: { name: general }, then: { done: bye }, otherwise: note }
  note: { callback: { queue: general }, then: { done: bye, no-number: main } }
  other: { choose-flow: [{ when: customer.flow == "a", flow: fa }, { when: customer.flow == "b", flow: fb }], then: main }
  bye: { hangup: {} }
  sorry: { say: { zh-CN: 抱歉。, en: Sorry }, then: bye }
`);

/** A hundred steps: menus of one to nine keys that lead on or back, choices, speech and queues. */
const LARGE = read(
  [
    'flow: large\nlanguages: [en]\nstart: s0\nsteps:',
    ...Array.from({ length: 99 }, (_, at) => {
      const next = (more: number): string => `s${Math.min(99, 2 * at + more)}`;
      const words = `{ en: "${'Some words to say here. '.repeat(1 + (at % 4))}" }`;
      if (at % 3 === 0) {
        const keys = Array.from(
          { length: 1 + (at % 9) },
          (_, key) => `${key + 1}: ${key % 2 === 0 ? next(key + 1) : `s${at % 7}`}`,
        );
        return `  s${at}: { menu: { say: ${words}, keys: { ${keys.join(', ')} } }, then: { silence: ${next(2)}, invalid: ${next(1)} } }`;
      }
      if (at % 3 === 1)
        return `  s${at}: { choose: [{ when: local.hour > ${at % 24} && customer.tier != "gold" && caller.inside, then: s99 }, { when: local.hour > 8, then: ${next(1)} }], otherwise: ${next(2)} }`;
      return `  s${at}: { queue: { name: general }, then: { done: ${next(1)} }, otherwise: ${next(2)} }`;
    }),
    '  s99: { hangup: {} }\n',
  ].join('\n'),
);

const TWO = read(
  'flow: two\nlanguages: [en]\nstart: a\nsteps:\n  a: { say: { en: Hi }, then: b }\n  b: { hangup: {} }\n',
);

const FLOWS: [string, Flow][] = [
  ['small', SMALL],
  ['large', LARGE],
  ['two', TWO],
];

test.each(FLOWS)('the flow "%s" has every step on one card, and no two cards overlap', (_name, flow) => {
  const { cards, width, height } = layOut(flow, 'en', 10);
  expect(cards.map((card) => card.step.name).sort()).toEqual([...flow.steps.keys()].sort());
  for (const [at, card] of cards.entries()) {
    expect(card.x >= 0 && card.y >= 10 && card.x + SIZE.card <= width && card.y + card.height <= height).toBe(
      true,
    );
    for (const other of cards.slice(at + 1)) {
      const apart = card.x + SIZE.card < other.x || other.x + SIZE.card < card.x;
      const above = card.y + card.height + 16 <= other.y || other.y + other.height + 16 <= card.y;
      expect(apart || above, `${card.step.name} and ${other.step.name}`).toBe(true);
    }
  }
});

test.each(FLOWS)(
  'in the flow "%s" every way out is drawn once, as a line to its card or as a pill with its name',
  (_name, flow) => {
    const { cards, lines } = layOut(flow, 'en');
    for (const { step, rows } of cards) {
      expect(rows.flatMap((row) => row.exits).sort()).toEqual([...step.exits].sort());
      for (const row of rows) {
        expect(row.target).toBe(step.targets[row.exits[0]!] ?? step.otherwise);
        const leadsOn = lines.some((line) => line.from === step.name && line.to === row.target);
        expect(row.pill !== '' || leadsOn).toBe(true);
      }
    }
    expect(new Set(lines.map((line) => line.to)).size).toBe(lines.length);
  },
);

test.each(FLOWS)('in the flow "%s" no text leaves its card', (_name, flow) => {
  const inside = SIZE.card - 2 * SIZE.padding;
  for (const card of layOut(flow, 'zh-CN').cards) {
    const heading = widthOf(card.heading, SIZE.heading, true) + widthOf(card.verb, SIZE.small);
    expect(heading).toBeLessThanOrEqual(inside - 24);
    expect(card.words.length).toBeLessThanOrEqual(2);
    for (const line of card.words) expect(widthOf(line, SIZE.text)).toBeLessThanOrEqual(inside);
    for (const { key, shown, pillWidth, y } of card.rows) {
      expect(widthOf(shown, SIZE.small) + pillWidth + (key === undefined ? 0 : SIZE.key)).toBeLessThanOrEqual(
        inside,
      );
      expect(y).toBeLessThan(card.height);
    }
  }
});

test.each(FLOWS)('in the flow "%s" no two lines cross', (_name, flow) => {
  const { lines } = layOut(flow, 'en');
  for (const [at, one] of lines.entries())
    for (const other of lines.slice(at + 1))
      if (one.x1 === other.x1) expect(Math.sign(one.y1 - other.y1)).toBe(Math.sign(one.y2 - other.y2));
});

test('a card stands little below the first card that it leads to, so the start of a large flow is near the top', () => {
  const { cards, lines } = layOut(LARGE, 'en');
  for (const card of cards) {
    const first = Math.min(...lines.filter((line) => line.from === card.step.name).map((line) => line.y2));
    if (first < Number.POSITIVE_INFINITY) expect(card.y - first).toBeLessThanOrEqual(150);
  }
});

test('a step stands where the shortest way reaches it', () => {
  const { cards } = layOut(SMALL, 'en');
  const column = (name: string): number => cards.find((card) => card.step.name === name)!.x;
  const columns = ['greet', 'tier', 'agent', 'note'].map(column);
  expect(columns).toEqual(columns.toSorted((a, b) => a - b));
  expect(new Set(columns).size).toBe(4);
  expect(column('main')).toBe(column('agent'));
  expect(column('bye')).toBe(column('note'));
});

test('a step for failures and steps that no way leads to have trees of their own below', () => {
  const steps = new Map(SMALL.steps);
  steps.set('lost', { ...steps.get('bye')!, name: 'lost' });
  const { roots, cards } = layOut({ ...SMALL, steps }, 'en');
  expect(roots.map(({ label, step, elsewhere }) => [label, step, elsewhere])).toEqual([
    ['start', 'greet', false],
    ['on error', 'sorry', false],
    ['not reached', 'lost', false],
  ]);
  const [sorry, lost] = ['sorry', 'lost'].map((name) => cards.find((card) => card.step.name === name)!);
  const others = cards.filter((card) => card !== sorry && card !== lost);
  expect(sorry!.y).toBeGreaterThan(Math.max(...others.map((card) => card.y + card.height)));
  expect(lost!.y).toBeGreaterThan(sorry!.y + sorry!.height);
});

test('keys stand in the order of the keypad, what is caught by "otherwise" comes last, cases show their conditions', () => {
  const rowsOf = (name: string) => layOut(SMALL, 'en').cards.find((card) => card.step.name === name)!.rows;
  expect(rowsOf('main').map((row) => row.key ?? row.label)).toEqual([
    '1',
    '2',
    '0',
    '#',
    'invalid',
    'silence',
  ]);
  expect(rowsOf('tier').map((row) => row.label)).toEqual([
    'customer.tier == "vip"',
    'customer.tier == "gold"',
    'otherwise',
  ]);
});

// ── the SVG ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const NAME = '[a-zA-Z][a-zA-Z0-9:-]*';
const TAG = new RegExp(`^<(/?)(${NAME})((?: ${NAME}="[^"<&]*(?:&(?:amp|lt|gt|quot|#39);[^"<&]*)*")*)(/?)>`);
const TEXT = /^(?:[^<>&]|&(?:amp|lt|gt|quot|#39);)+/;

/** All elements of an XML text, which has to be well-formed. */
function elementsOf(xml: string): { name: string; attributes: Record<string, string>; text: string }[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML does not allow them
  expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
  expect(xml.isWellFormed()).toBe(true);
  const elements: ReturnType<typeof elementsOf> = [];
  const open: typeof elements = [];
  for (let rest = xml.trim(); rest !== ''; ) {
    const [whole = '', end, name = '', written = '', empty] = TAG.exec(rest) ?? [];
    if (whole === '') {
      const [text = ''] = TEXT.exec(rest) ?? [];
      expect(text, `no XML: ${rest.slice(0, 80)}`).not.toBe('');
      open.at(-1)!.text += text;
      rest = rest.slice(text.length);
      continue;
    }
    if (end === '/') expect(open.pop()?.name).toBe(name);
    else {
      const pairs = [...written.matchAll(new RegExp(` (${NAME})="([^"]*)"`, 'g'))].map(([, key, value]) => [
        key,
        value,
      ]);
      expect(new Set(pairs.map(([key]) => key)).size).toBe(pairs.length);
      const element = { name, attributes: Object.fromEntries(pairs) as Record<string, string>, text: '' };
      elements.push(element);
      if (empty === '') open.push(element);
    }
    rest = rest.slice(whole.length);
    if (open.length === 0) expect(rest.trim()).toBe('');
  }
  expect(open).toEqual([]);
  return elements;
}

test.each(FLOWS)(
  'the picture of "%s" is well-formed, has a card per step, and its pills lead to cards',
  (_name, flow) => {
    const elements = elementsOf(drawFlow(flow));
    const ids = elements.flatMap(({ attributes }) => attributes.id ?? []);
    expect(ids.sort()).toEqual([...flow.steps.keys()].map((name) => `step-${name}`).sort());
    const links = elements.filter(({ name }) => name === 'a').map(({ attributes }) => attributes.href!);
    for (const link of links) expect(ids).toContain(link.slice(1));
    const drawn = elements.flatMap(({ attributes }) => attributes['data-exits']?.split(' ') ?? []);
    expect(drawn).toHaveLength([...flow.steps.values()].flatMap((step) => step.exits).length);
    for (const { attributes } of elements)
      for (const value of Object.values(attributes)) expect(value).not.toMatch(/NaN|undefined|Infinity/);
  },
);

test('the same flow gives the same picture', () => {
  expect(drawFlow(LARGE)).toBe(drawFlow({ ...LARGE, steps: new Map(LARGE.steps) }));
});

test('words are shown in the language that is asked for, else in the first, and whole as a tooltip', () => {
  const wordsIn = (language?: string) => elementsOf(drawFlow(SMALL, { language })).map(({ text }) => text);
  expect(wordsIn('en')).toContain('Hello &amp; welcome');
  expect(wordsIn()).toContain('您好 &lt;b&gt;');
  expect(wordsIn('en').filter((text) => text.includes('Some words'))).toEqual([]);
  const whole = 'Some words to say here. '.repeat(4).trim();
  expect(
    elementsOf(drawFlow(LARGE)).filter(({ name, text }) => name === 'title' && text.endsWith(whole)),
  ).not.toEqual([]);
});

const HOSTILE = `"><script>alert('1')</script>&amp;\u0000\u0008\ud800]]>\u202e\uffff x`;

test('whatever stands in names and words, it stays text', () => {
  const rename = (step: Step): Step => ({
    ...step,
    name: `${HOSTILE}${step.name}`,
    kind: {
      ...step.kind,
      verb: HOSTILE,
      summary: HOSTILE,
      mentions: () => [{ kind: 'flow', name: HOSTILE }],
    },
    targets: Object.fromEntries(
      Object.entries(step.targets).map(([exit, target]) => [exit, HOSTILE + target]),
    ),
    ...(step.otherwise === undefined ? {} : { otherwise: HOSTILE + step.otherwise }),
  });
  const steps = new Map([...SMALL.steps].map(([name, step]) => [HOSTILE + name, rename(step)]));
  const flow = {
    ...SMALL,
    name: HOSTILE,
    description: HOSTILE,
    steps,
    start: `${HOSTILE}greet`,
    onError: `${HOSTILE}sorry`,
  };
  const elements = elementsOf(drawFlow(flow, { title: HOSTILE }));
  expect(new Set(elements.map(({ name }) => name))).toEqual(
    new Set(['svg', 'title', 'rect', 'g', 'text', 'path', 'circle', 'a']),
  );
});

test('counts are shown on their cards, and the line to the busier step is thicker', () => {
  const stats = new Map([
    ['greet', { entered: 12345, dropped: 0 }],
    ['main', { entered: 10000, dropped: 1234 }],
    ['agent', { entered: 100, dropped: 0 }],
  ]);
  const elements = elementsOf(drawFlow(SMALL, { stats }));
  const texts = elements.map(({ text }) => text);
  expect(texts).toEqual(expect.arrayContaining(['12,345', '10,000', '▼ 1,234']));
  const thickness = (step: string): number =>
    Number(
      elements.find(({ attributes }) => attributes['data-from'] && attributes['data-to'] === step)!
        .attributes['stroke-width'],
    );
  expect(thickness('main')).toBeGreaterThan(thickness('agent'));
});

// ── text ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

test('Chinese is wider than Latin, combining marks have no width', () => {
  expect(widthOf('你好', 10)).toBe(20);
  expect(widthOf('ab', 10)).toBeLessThan(15);
  expect(widthOf('e\u0301', 10)).toBe(widthOf('e', 10));
});

test.each([
  ['one two three four', 72, ['one two', 'three four']],
  ['查询账户，请按1。挂失，请按2。', 80, ['查询账户，请', '按1。挂失，…']],
  ['您好，', 30, ['您', '好，']],
  ['averyveryverylongwordindeed', 60, ['averyv…']],
  ['', 60, []],
])('%j is broken to lines of %d px as %j', (text, width, lines) => {
  const wrapped = wrapTo(text, width, 12, 2);
  expect(wrapped).toEqual(lines);
  for (const line of wrapped) expect(widthOf(line, 12)).toBeLessThanOrEqual(width);
});

test('a text that fits is not cut', () => {
  expect(cutTo('fits', widthOf('fits', 12), 12)).toBe('fits');
  expect(cutTo('does not fit', 60, 12)).toMatch(/^does.*…$/);
});
