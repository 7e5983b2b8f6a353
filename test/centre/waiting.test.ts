import { afterAll, beforeAll, expect, test } from 'vitest';
import { Baresip } from '../phones/baresip.ts';
import { RunningCentre, until } from './centre.ts';
import { Visit } from './visit.ts';

const LONGEST = '13811111111';
const SECOND = '13822222222';
const CALLER_TONE = 500;
const AGENT_TONE = 900;
const NETWORK_TONE = 1300;
/** Share of the power at a tone that tells it from speech and music. */
const CLEAR = 0.5;
const SPOKEN = 300;

let centre: RunningCentre;
const phones: Baresip[] = [];

beforeAll(async () => {
  centre = await RunningCentre.start();
}, 300_000);
afterAll(async () => {
  await Promise.all(phones.map((phone) => phone.stop()));
  await centre?.stop();
});

const start = async (options: Omit<Parameters<typeof Baresip.start>[0], 'server'>): Promise<Baresip> => {
  const phone = await Baresip.start({ server: centre.server, ...options });
  phones.push(phone);
  return phone;
};

/** Somebody who dials the hotline, wants an agent, and waits in the queue. */
async function waits(number: string): Promise<{ phone: Baresip; visit: Visit }> {
  const phone = await start({ user: number, tone: CALLER_TONE });
  await phone.dial('95533');
  await phone.waitFor('CALL_ESTABLISHED');
  const visit = new Visit(centre, number);
  await visit.isIn('hotline/main');
  await phone.press('0');
  await visit.isIn('agent/queue');
  return { phone, visit };
}

const hears = (who: Baresip, tone: number): boolean => who.heard().last(500).shareAt(tone) > CLEAR;

interface Callback {
  readonly number: string;
  readonly attempts: number;
  readonly done: { readonly by: string; readonly outcome: string } | null;
}
const callbacks = async (state: string): Promise<Callback[]> =>
  (await centre.api<{ items: Callback[] }>(`/api/callbacks?state=${state}`)).items;

test('given_two_who_wait_when_the_second_presses_2_and_hangs_up_then_he_is_called_back_after_the_one_who_waited_longer', async () => {
  const network = await start({
    user: SECOND,
    network: centre.settings.trunk.port,
    answer: 'auto',
    tone: NETWORK_TONE,
  });
  const agent = await start({ ...centre.account('1003'), answer: 'auto', tone: AGENT_TONE });
  await centre.api('/api/agents/1003/log-in', {});

  const first = await waits(LONGEST);
  const second = await waits(SECOND);
  // He is told his place: words, and then the music again, which has none of their strength for long.
  const before = second.phone.heard().ms;
  await until(
    'words about his place',
    async () => second.phone.heard().ms > before + 5000 && second.phone.heard().last(3000).loudness > SPOKEN,
    20_000,
  );
  await second.phone.press('2');
  await second.visit.sees('CallLeftQueue', { queue: 'general', why: '2' });
  await second.visit.isIn('agent/noted');
  await second.phone.hangup();
  await second.visit.ended();
  expect(await callbacks('open')).toMatchObject([{ number: SECOND, attempts: 0 }]);

  await centre.api('/api/agents/1003/ready', {});
  await until(
    'the first talks',
    async () => hears(first.phone, AGENT_TONE) && hears(agent, CALLER_TONE),
    20_000,
  );
  expect(network.events.some(({ type }) => type === 'CALL_INCOMING')).toBe(false);
  await first.phone.hangup();

  await until(
    'the second is called',
    async () => hears(network, AGENT_TONE) && hears(agent, NETWORK_TONE),
    60_000,
  );
  expect(await callbacks('open')).toMatchObject([{ number: SECOND, attempts: 0 }]);
  await agent.hangup();
  await until('nobody talks any more', async () => {
    const { items } = await centre.api<{ items: unknown[] }>('/api/calls/live');
    return items.length === 0;
  });
  expect(await callbacks('done')).toMatchObject([
    { number: SECOND, attempts: 1, done: { by: '1003', outcome: 'reached' } },
  ]);
}, 180_000);
