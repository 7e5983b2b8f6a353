import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RefusedByApi, signedOut } from '../../../src/console/api.ts';
import { WebPhone } from '../../../src/console/phone/web-phone.ts';
import { FakeLine, FakePage, FakeSession } from './page.ts';

const api = vi.hoisted(() => ({
  password: 'first',
  uri: 'sip:web-1',
  error: undefined as Error | undefined,
  looked: 0,
}));
vi.mock('../../../src/console/phone/sip-line.ts', async () => ({
  SipLine: (await import('./page.ts')).FakeLine,
}));
vi.mock('../../../src/console/api.ts', async (original) => ({
  ...(await original<typeof import('../../../src/console/api.ts')>()),
  get: async () => {
    if (api.error) throw api.error;
    return { password: api.password, uri: api.uri };
  },
  post: async () => ({ rejoins: false }),
  lookWhoIsSignedIn: () => {
    api.looked += 1;
  },
}));

let page: FakePage;
let phone: WebPhone;

beforeEach(() => {
  vi.useFakeTimers();
  FakeLine.opened.length = 0;
  api.password = 'first';
  api.uri = 'sip:web-1';
  api.error = undefined;
  api.looked = 0;
  page = new FakePage();
  phone = new WebPhone();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const pass = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

async function started(): Promise<FakeLine> {
  await phone.start();
  FakeLine.latest.listener.registered(true);
  return FakeLine.latest;
}

async function inTalk(): Promise<{ session: FakeSession; line: FakeLine }> {
  const line = await started();
  const session = new FakeSession(page);
  line.listener.comesIn(session.incoming);
  expect(phone.state).toBe('talking');
  return { session, line };
}

test('it registers once it has a microphone', async () => {
  page.isAsking = true;
  const start = phone.start();
  await pass();
  expect(FakeLine.latest.done).toEqual([]);
  page.permit();
  await start;
  expect(FakeLine.latest.done).toEqual(['register']);
});

test('a registration that the PBX refuses is tried again, later each time, until it is taken', async () => {
  const line = await started();
  line.listener.refused(500);
  expect(phone).toMatchObject({ state: 'refused', connected: false });
  await pass(1_300);
  expect(line.done).toEqual(['register', 'register']);
  for (let more = 0; more < 4; more += 1) {
    line.listener.refused(0);
    await pass(20_000);
  }
  line.listener.refused(0);
  await pass(10_000);
  expect(line.done).toHaveLength(6);
  await pass(10_000);
  expect(line.done).toHaveLength(7);
  line.listener.registered(true);
  await pass(60_000);
  expect(line.done).toHaveLength(7);
  expect(phone).toMatchObject({ state: 'registered', connected: true });
});

test.each([401, 403])('given_the_pbx_says_%i_then_the_next_try_has_the_password_of_now', async (status) => {
  const line = await started();
  api.password = 'second';
  line.listener.refused(status);
  await pass(1_300);
  expect(line.done).toEqual(['register', 'register with second']);
});

test('given_a_talk_when_the_registration_is_refused_then_it_goes_on', async () => {
  const { line } = await inTalk();
  line.listener.refused(503);
  expect(phone).toMatchObject({ state: 'talking', connected: false, call: 'call-1' });
  await pass(1_300);
  expect(line.done).toEqual(['register', 'register']);
});

test.each(['lost', 'refused'] as const)('whoever does not want to wait starts it from %s', async (state) => {
  const line = await started();
  if (state === 'lost') line.listener.disconnected(1006);
  else line.listener.refused(500);
  expect(phone.state).toBe(state);
  await phone.start();
  expect(FakeLine.opened).toHaveLength(2);
  expect(line.done.at(-1)).toBe('abandon');
  expect(FakeLine.latest.done).toEqual(['register']);
  FakeLine.latest.listener.registered(true);
  expect(phone.state).toBe('registered');
});

test('given_a_server_that_is_away_then_the_phone_starts_when_it_is_back', async () => {
  api.error = new RefusedByApi('unreachable', 0, 'gone');
  await phone.start();
  expect(phone.state).toBe('lost');
  api.error = undefined;
  await pass(1_300);
  expect(FakeLine.latest.done).toEqual(['register']);
});

test('what the server refuses is said to whoever starts it', async () => {
  api.error = new RefusedByApi('no-web-phone', 404, 'none');
  await expect(phone.start()).rejects.toThrow('none');
  expect(phone.state).toBe('off');
  expect([page.open, page.locks.isTaken]).toEqual([[], false]);
});

test.each([
  { what: 'the microphone is not permitted yet', isAsking: true },
  { what: 'the lock is not there yet', isAsking: false },
])('given_$what when it is stopped then nothing stays open', async ({ isAsking }) => {
  page.isAsking = isAsking;
  const start = phone.start();
  phone.stop();
  page.permit();
  await start;
  await pass();
  expect([page.open, page.locks.isTaken]).toEqual([[], false]);
  expect(phone.state).toBe('off');
});

test('given_it_is_stopped_and_started_at_once_then_it_is_the_phone', async () => {
  void phone.start();
  phone.stop();
  await started();
  expect(phone.state).toBe('registered');
  expect(page.open).toEqual(['headset']);
  phone.stop();
  await pass();
  expect([page.open, page.locks.isTaken]).toEqual([[], false]);
});

test('given_the_line_is_gone_and_nobody_is_signed_in_any_more_then_the_page_is_no_phone', async () => {
  const line = await started();
  line.listener.disconnected(1006);
  expect(api.looked).toBe(1);
  signedOut();
  await pass();
  expect(phone.state).toBe('off');
  expect(line.done).toEqual(['register', 'abandon']);
  expect([page.open, page.locks.isTaken]).toEqual([[], false]);
});

test('given_the_seat_was_left_when_the_server_says_to_come_again_then_the_page_is_no_phone', async () => {
  const line = await started();
  api.error = new RefusedByApi('forbidden', 403, 'no seat');
  line.listener.disconnected(4410);
  expect(phone.state).toBe('lost');
  await pass(1_300);
  expect(phone.state).toBe('off');
  expect(line.done).toEqual(['register', 'abandon']);
  expect([page.open, page.locks.isTaken, api.looked]).toEqual([[], false, 0]);
});

test('given_another_seat_when_the_server_says_to_come_again_then_the_page_is_its_phone', async () => {
  const line = await started();
  api.uri = 'sip:web-2';
  line.listener.disconnected(4410);
  line.listener.disconnected(1006);
  await pass(1_300);
  expect(line.done).toEqual(['register', 'abandon']);
  expect(FakeLine.opened).toHaveLength(2);
  FakeLine.latest.listener.registered(true);
  expect(phone.state).toBe('registered');
});

test('given_another_seat_when_the_server_does_not_take_its_phone_then_it_asks_whose_it_is', async () => {
  const line = await started();
  api.uri = 'sip:web-2';
  for (let times = 0; times < 4; times += 1) {
    line.listener.disconnected(1008);
    await pass(600);
  }
  expect(line.done).toEqual(['register', 'abandon']);
  expect(FakeLine.opened).toHaveLength(2);
});

test('given_a_server_that_is_away_when_it_is_in_doubt_whose_phone_it_is_then_it_asks_until_it_knows', async () => {
  const line = await started();
  api.error = new RefusedByApi('unreachable', 0, 'gone');
  line.listener.disconnected(4410);
  await pass(1_300);
  expect(phone.state).toBe('lost');
  api.error = new RefusedByApi('forbidden', 403, 'no seat');
  await pass(2_000);
  expect(phone.state).toBe('off');
});

test('given_a_talk_when_the_server_says_to_come_again_for_the_same_seat_then_it_goes_on', async () => {
  const { line } = await inTalk();
  line.listener.disconnected(4410);
  await pass(1_300);
  expect(phone).toMatchObject({ state: 'talking', connected: false });
  expect([FakeLine.opened.length, line.done]).toEqual([1, ['register']]);
});

test('given_a_server_that_is_away_for_long_then_who_is_signed_in_is_looked_up_once_until_it_is_back', async () => {
  const line = await started();
  for (const code of [1006, 1006, 1006]) line.listener.disconnected(code);
  expect(api.looked).toBe(1);
  line.listener.registered(true);
  line.listener.disconnected(1006);
  expect(api.looked).toBe(2);
});

test('what an earlier line says is no news', async () => {
  const line = await started();
  phone.stop();
  line.listener.refused(500);
  line.listener.comesIn(new FakeSession(page).incoming);
  line.listener.registered(true);
  line.listener.disconnected(1006);
  await pass(60_000);
  expect(phone).toMatchObject({ state: 'off', call: '' });
  expect(line.done).toEqual(['register', 'close']);
});

test('given_a_talk_when_the_microphone_is_pulled_out_then_the_next_one_is_heard_before_the_last_is_let_go', async () => {
  const { session } = await inTalk();
  page.plug('headset', 'camera');
  page.plugged = ['camera'];
  page.tracks[0]!.onended?.();
  await pass();
  expect(session.sender.heard).toEqual([{ name: 'camera', open: ['headset', 'camera'] }]);
  expect(page.open).toEqual(['camera']);
  expect(phone).toMatchObject({ state: 'talking', silent: false });
});

test('given_a_muted_talk_when_another_microphone_is_taken_then_nobody_hears_it', async () => {
  const { session } = await inTalk();
  phone.mute(true);
  page.plugged = ['camera'];
  page.tracks[0]!.pullOut();
  await pass();
  expect(session.sender.track).toMatchObject({ name: 'camera', enabled: false });
});

test('given_a_talk_when_the_only_microphone_is_pulled_out_then_it_goes_on_in_silence_until_there_is_another', async () => {
  const { session, line } = await inTalk();
  page.plugged = [];
  page.tracks[0]!.pullOut();
  await pass();
  expect(phone).toMatchObject({ state: 'talking', silent: true });
  expect(session.sender.heard.map(({ name }) => name)).toEqual(['silence']);
  expect(line.done).toEqual(['register']);
  page.plug('other headset');
  await pass();
  expect(phone).toMatchObject({ state: 'talking', silent: false });
  expect(session.sender.heard.map(({ name }) => name)).toEqual(['silence', 'other headset']);
  session.end();
  expect(phone.state).toBe('registered');
});

test('given_silence_when_the_talk_is_over_then_nobody_is_rung_who_cannot_speak', async () => {
  const { session, line } = await inTalk();
  page.plugged = [];
  page.tracks[0]!.pullOut();
  await pass();
  session.end();
  expect(phone).toMatchObject({ state: 'no-microphone', silent: false });
  expect(line.done).toEqual(['register', 'close']);
});

test('given_no_talk_when_the_only_microphone_is_pulled_out_then_the_phone_comes_back_with_the_next', async () => {
  const line = await started();
  page.plugged = [];
  page.tracks[0]!.pullOut();
  await pass();
  expect(phone.state).toBe('no-microphone');
  expect(line.done).toEqual(['register', 'close']);
  page.plug('other headset');
  await pass();
  expect(FakeLine.latest.done).toEqual(['register']);
  expect(page.open).toEqual(['other headset']);
});

test('given_silence_when_a_headset_says_several_times_that_it_is_there_then_it_is_opened_once', async () => {
  const { session } = await inTalk();
  page.plugged = [];
  page.tracks[0]!.pullOut();
  await pass();
  for (let times = 0; times < 3; times += 1) page.plug('other headset');
  await pass();
  expect(session.sender.heard.map(({ name }) => name)).toEqual(['silence', 'other headset']);
  expect(page.open).toEqual(['other headset']);
});

test('given_a_microphone_that_works_when_another_cannot_be_opened_then_it_stays', async () => {
  const { session } = await inTalk();
  page.isInUse = true;
  page.tracks[0]!.onended?.();
  await pass();
  expect(phone).toMatchObject({ state: 'talking', silent: false });
  expect([session.sender.heard, page.open]).toEqual([[], ['headset']]);
});

test('given_the_chosen_headset_was_pulled_out_when_it_is_back_then_it_is_taken_again', async () => {
  page.plugged = ['camera', 'headset'];
  await phone.choose('microphone', 'headset');
  const { session } = await inTalk();
  page.plug('camera');
  page.tracks[0]!.pullOut();
  await pass();
  expect(page.open).toEqual(['camera']);
  page.plug('camera', 'headset');
  page.plug('camera', 'headset');
  await pass();
  expect(session.sender.heard.map(({ name }) => name)).toEqual(['camera', 'headset']);
  expect(page.open).toEqual(['headset']);
});

test('given_a_talk_without_sound_when_the_server_knows_of_no_talk_then_it_is_over_here_too', async () => {
  const { session } = await inTalk();
  const connection = Object.assign(new EventTarget(), { connectionState: 'failed' });
  session.emit('peerconnection', { peerconnection: connection });
  connection.dispatchEvent(new Event('connectionstatechange'));
  await pass();
  expect(session.isEnded()).toBe(true);
  expect(phone).toMatchObject({ state: 'registered', call: '' });
});

test('an_answer_goes_out_with_the_first_address_that_takes_sound', async () => {
  const { session } = await inTalk();
  const ready = vi.fn();
  session.emit('icecandidate', { candidate: { protocol: 'tcp' }, ready });
  expect(ready).not.toHaveBeenCalled();
  session.emit('icecandidate', { candidate: { protocol: 'udp' }, ready });
  expect(ready).toHaveBeenCalledOnce();
});
