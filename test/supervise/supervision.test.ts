import { beforeEach, describe, expect, test } from 'vitest';
import type { Call } from '../../src/call/call.ts';
import type { SupervisionMode } from '../../src/call/supervision.ts';
import type { Direction } from '../../src/engine/direction.ts';
import type { TalkRequest } from '../../src/engine/talk-requests.ts';
import type { SimulatedParty } from '../../src/pbx/simulated/party.ts';
import { agent, type CentreLab, centreLab, queue } from '../engine/centre-lab.ts';

const CHIEF = { id: 'u1', name: 'Wang Fang' };
const OTHER = { id: 'u2', name: 'Li Na' };

let lab: CentreLab;
let caller: SimulatedParty;

beforeEach(async () => {
  lab = centreLab({
    agents: [agent('1001', { service: 8 }), agent('1002', { service: 8 }), agent('2009', {})],
    queues: [queue('general', { service: 5 }, { wrapUpMs: 5000 }), queue('vip', { wealth: 9 })],
  });
  for (const phone of ['1002', '2009']) lab.pbx.setPhone(phone, { ringAfterMs: 20, answerAfterMs: 500 });
  await lab.start();
  await lab.ready('1001');
  caller = lab.caller();
  await lab.clock.advance(1500);
  caller.press('0');
  await lab.clock.advance(5000);
  expect(call().phase.at).toBe('connected');
});

const call = (): Call => lab.engine.liveCalls()[0]!;
const direct = (request: Direction, by = CHIEF, seat?: string): Promise<void> =>
  lab.engine.direct(call().id, { request, by, ...(seat !== undefined && { seat }) });
const talk = (request: TalkRequest): Promise<void> => lab.engine.tellTalk(call().id, { request });
const ofSupervision = () =>
  lab.store.events
    .filter(({ type }) => type.startsWith('Supervisor'))
    .map(({ type, agent: of, data: { by, why, mode, outcome } }) =>
      [type, of, by, why ?? outcome, mode].filter((word) => word !== undefined).join(' '),
    );

async function supervise(mode: SupervisionMode, extension = '2009'): Promise<void> {
  await direct({ do: 'supervise', mode, extension });
  await lab.clock.advance(2000);
}

const NAMES = { caller: () => caller.channel, agent: () => at('1001'), asked: () => at('1002') } as const;
const at = (extension: string): string | undefined => lab.pbx.dialled(extension)?.channel;

/** Whom each of those in the call hears, as `agent: caller chief`. */
function voices(): string[] {
  const names = new Map<string | undefined, string>([
    ...Object.entries(NAMES).map(([name, channel]) => [channel(), name] as const),
    [at('2009'), 'chief'],
  ]);
  return [...names]
    .flatMap(([channel, name]) => {
      const heard = channel === undefined ? undefined : lab.pbx.party(channel)?.hears;
      return heard
        ? [
            `${name}: ${heard
              .map((other) => names.get(other) ?? other)
              .sort()
              .join(' ')}`.trim(),
          ]
        : [];
    })
    .sort();
}

const LISTENING = ['agent: caller', 'caller: agent', 'chief: agent caller'];
const WHISPERING = ['agent: caller chief', 'caller: agent', 'chief: agent caller'];
const BARGED = ['agent: caller chief', 'caller: agent chief', 'chief: agent caller'];

describe('a supervisor', () => {
  test.each([
    ['listen', LISTENING, 'SupervisorListened'],
    ['whisper', WHISPERING, 'SupervisorWhispered'],
    ['barge', BARGED, 'SupervisorBarged'],
  ] as const)('who wants to %s is heard by those who may hear him', async (mode, heard, event) => {
    await supervise(mode);
    expect(voices()).toEqual(heard);
    expect(ofSupervision()).toEqual([`${event} 1001 u1`]);
    await direct({ do: 'leave' });
    await lab.clock.advance(100);
    expect(voices()).toEqual(['agent: caller', 'caller: agent']);
    expect(ofSupervision().at(-1)).toBe(`SupervisorLeft 1001 u1 left ${mode}`);
    expect((await lab.pbx.snapshot()).overhearings).toEqual([]);
  });

  test('is written down before the phone of his seat is dialled, which is asked to answer by itself', async () => {
    lab.pbx.setPhone('2009', { ringAfterMs: 20, autoAnswerMs: 10 });
    await direct({ do: 'supervise', mode: 'listen' }, CHIEF, '2009');
    await lab.clock.advance(2000);
    expect(voices()).toEqual(LISTENING);
    expect(lab.record().supervision).toMatchObject({ by: CHIEF, agent: '1001', mode: 'listen' });
  });

  test.each([
    ['has no seat', undefined],
    ['has another seat', '1002'],
  ])(
    'who %s opens no microphone: the phone that he names rings until somebody lifts it',
    async (_who, seat) => {
      lab.pbx.setPhone('2009', { ringAfterMs: 20, autoAnswerMs: 10 });
      await direct({ do: 'supervise', mode: 'listen', extension: '2009' }, CHIEF, seat);
      await lab.clock.advance(20_000);
      expect(voices()).toEqual(['agent: caller', 'caller: agent', 'chief:']);
    },
  );

  test('changes from one to the other as he likes', async () => {
    await supervise('listen');
    for (const [mode, heard] of [
      ['whisper', WHISPERING],
      ['barge', BARGED],
      ['listen', LISTENING],
      ['barge', BARGED],
      ['whisper', WHISPERING],
    ] as const) {
      await direct({ do: 'supervise', mode });
      await lab.clock.advance(100);
      expect(voices()).toEqual(heard);
    }
    expect((await lab.pbx.snapshot()).overhearings).toHaveLength(1);
  });

  test.each([
    ['listen', ['agent:', 'caller:', 'chief: agent']],
    ['whisper', ['agent: chief', 'caller:', 'chief: agent']],
    ['barge', ['agent: chief', 'caller:', 'chief: agent']],
  ] as const)('who would %s stays with the agent while the caller is on hold', async (mode, onHold) => {
    await supervise(mode);
    const before = voices();
    await talk({ do: 'hold' });
    await lab.clock.advance(100);
    expect(voices()).toEqual(onHold);
    await talk({ do: 'resume' });
    await lab.clock.advance(100);
    expect(voices()).toEqual(before);
    const { bridges } = await lab.pbx.snapshot();
    expect(bridges).toHaveLength(1);
  });

  test('who barges is at the agent’s ear while he asks a colleague, and back in the talk after that', async () => {
    await supervise('barge');
    await talk({ do: 'hold' });
    await talk({ do: 'consult', to: { extension: '1002' } });
    await lab.clock.advance(3000);
    expect(voices()).toEqual(['agent: asked chief', 'asked: agent', 'caller:', 'chief: agent asked']);
    await talk({ do: 'confer' });
    await lab.clock.advance(100);
    expect(voices()).toEqual([
      'agent: asked caller chief',
      'asked: agent caller chief',
      'caller: agent asked chief',
      'chief: agent asked caller',
    ]);
    lab.pbx.dialled('1002')?.hangup();
    await lab.clock.advance(100);
    expect(voices()).toEqual(BARGED);
  });

  test('is let go when the agent hands the caller on', async () => {
    await supervise('whisper');
    await talk({ do: 'consult', to: { extension: '1002' } });
    await lab.clock.advance(3000);
    await talk({ do: 'complete' });
    await lab.clock.advance(100);
    expect(at('2009')).toBeUndefined();
    expect(voices()).toEqual(['asked: caller', 'caller: asked']);
    expect(ofSupervision().at(-1)).toBe('SupervisorLeft 1001 u1 talk-over whisper');
  });

  test.each(['listen', 'whisper', 'barge'] as const)(
    'who would %s goes with the caller, and with the agent',
    async (mode) => {
      await supervise(mode);
      caller.hangup();
      await lab.clock.advance(200);
      expect(at('2009')).toBeUndefined();
      expect(await lab.pbx.snapshot()).toMatchObject({ bridges: [], overhearings: [] });
      expect(lab.record().supervision).toBeUndefined();
      expect(ofSupervision().at(-1)).toBe(`SupervisorLeft 1001 u1 talk-over ${mode}`);
    },
  );

  test.each(['listen', 'barge'] as const)('who would %s hangs up, and the talk goes on', async (mode) => {
    await supervise(mode);
    lab.pbx.dialled('2009')?.hangup();
    await lab.clock.advance(200);
    expect(voices()).toEqual(['agent: caller', 'caller: agent']);
    expect(ofSupervision().at(-1)).toBe(`SupervisorLeft 1001 u1 hung-up ${mode}`);
    expect((await lab.pbx.snapshot()).overhearings).toEqual([]);
  });

  test.each([
    ['never answers', { ringAfterMs: 20 }, 'no-answer'],
    ['refuses', { refuse: { afterMs: 50, sipCode: 486 } }, 'busy'],
    ['is not there', undefined, 'unreachable'],
  ])('whose phone %s is not with the talk, which goes on', async (_name, behaviour, outcome) => {
    lab.pbx.setPhone('2009', behaviour);
    await direct({ do: 'supervise', mode: 'barge', extension: '2009' });
    await lab.clock.advance(31_000);
    expect(ofSupervision()).toEqual([`SupervisorNotReached 1001 u1 ${outcome} barge`]);
    expect(call().supervision).toBeUndefined();
    expect(voices()).toEqual(['agent: caller', 'caller: agent']);
  });

  test('at a seat of his own is offered no call meanwhile', async () => {
    await lab.ready('2009');
    await lab.engine.direct(call().id, {
      request: { do: 'supervise', mode: 'listen' },
      by: CHIEF,
      seat: '2009',
    });
    await lab.clock.advance(3000);
    expect(voices()).toEqual(LISTENING);
    expect(lab.engine.queues().find(({ queue: { name } }) => name === 'general')?.ready).toBe(0);
  });

  test.each([
    ['already-supervised', () => direct({ do: 'supervise', mode: 'listen', extension: '1002' }, OTHER)],
    ['already-supervised', () => direct({ do: 'leave' }, OTHER)],
  ])('of somebody else is refused as %s', async (id, second) => {
    await supervise('listen');
    await expect(second()).rejects.toMatchObject({ id });
  });

  test.each([
    ['phone-needed', () => direct({ do: 'supervise', mode: 'listen' })],
    ['not-his-phone', () => direct({ do: 'supervise', mode: 'listen', extension: '1001' })],
    ['not-his-phone', () => direct({ do: 'supervise', mode: 'listen', extension: 'web-1002' })],
    ['not-supervised', () => direct({ do: 'leave' })],
    ['call-not-waiting', () => direct({ do: 'first' })],
    [
      'own-call',
      () =>
        lab.engine.direct(call().id, {
          request: { do: 'supervise', mode: 'listen' },
          by: CHIEF,
          seat: '1001',
        }),
    ],
  ])('is refused as %s', async (id, wanted) => {
    await expect(wanted()).rejects.toMatchObject({ id });
    expect(voices()).toEqual(['agent: caller', 'caller: agent']);
  });

  test('does not listen at a phone that is in use, or at which somebody else sits, though it be his own', async () => {
    const other = lab.phone('2009', '95533');
    await lab.clock.advance(100);
    const listen = () => direct({ do: 'supervise', mode: 'listen' }, CHIEF, '2009');
    await expect(listen()).rejects.toMatchObject({ id: 'phone-busy' });
    other.hangup();
    await lab.clock.advance(100);
    await lab.engine.tellAgent('1002', { type: 'LogIn', extension: '2009' });
    await expect(listen()).rejects.toMatchObject({ id: 'not-his-phone' });
  });

  test('cannot listen to a caller whom nobody serves', async () => {
    const waiting = lab.caller('13812345679');
    await lab.clock.advance(1500);
    const other = lab.engine.liveCalls().at(-1)!;
    await expect(
      lab.engine.direct(other.id, {
        request: { do: 'supervise', mode: 'listen', extension: '2009' },
        by: CHIEF,
      }),
    ).rejects.toMatchObject({ id: 'call-not-supervisable' });
    waiting.hangup();
  });

  test.each([
    ['listen', LISTENING],
    ['whisper', WHISPERING],
    ['barge', BARGED],
  ] as const)(
    'who would %s is with the talk when the next daemon takes over, and can be changed there',
    async (mode, heard) => {
      await supervise(mode);
      await lab.engine.stop();
      await lab.succeed();
      await lab.clock.advance(500);
      expect(voices()).toEqual(heard);
      await direct({ do: 'supervise', mode: 'whisper' });
      await lab.clock.advance(500);
      expect(voices()).toEqual(WHISPERING);
      await direct({ do: 'leave' });
      await lab.clock.advance(500);
      expect(await lab.pbx.snapshot()).toMatchObject({ overhearings: [] });
    },
  );

  test('who answered, hung up or was left over while no daemon was there is made up for', async () => {
    await direct({ do: 'supervise', mode: 'listen', extension: '2009' });
    await lab.engine.stop();
    await lab.clock.advance(2000);
    await lab.succeed();
    await lab.clock.advance(500);
    expect(voices()).toEqual(LISTENING);
    await lab.engine.stop();
    lab.pbx.dialled('2009')?.hangup();
    await lab.clock.advance(500);
    await lab.succeed();
    await lab.clock.advance(500);
    expect(call().supervision).toBeUndefined();
    expect((await lab.pbx.snapshot()).overhearings).toEqual([]);
    expect(voices()).toEqual(['agent: caller', 'caller: agent']);
  });
});
