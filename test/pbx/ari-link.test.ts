import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Log } from '../../src/base/log.ts';
import type { AriEvent } from '../../src/pbx/asterisk/ari-codec.ts';
import { AriLink } from '../../src/pbx/asterisk/ari-link.ts';
import { FakeAri } from './fake-ari.ts';

type Told = { up: string; restarted?: true } | { down: string } | { event: AriEvent };

const digit = (id: string) => ({ type: 'ChannelDtmfReceived', digit: '1', channel: { id } });

let fake: FakeAri;
let link: AriLink;
let told: Told[];
let warnings: object[];
const note = (fields: object) => void warnings.push(fields);
const log: Log = { debug: () => undefined, info: () => undefined, warn: note, error: note };

function connect(password = 'secret', onEvent?: () => void): void {
  link = new AriLink(
    { url: fake.url, user: 'carillon', password, app: 'carillon', log },
    {
      up: (up, restarted) => void told.push(restarted ? { up, restarted } : { up }),
      down: (down) => void told.push({ down }),
      event: (event) => {
        told.push({ event });
        onEvent?.();
      },
    },
  );
  link.start();
}

async function until(holds: () => boolean, ms = 3_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not in ${ms} ms; told: ${JSON.stringify(told)}`);
    await sleep(5);
  }
}

const isUp = () => told.some((one) => 'up' in one);
const isDown = () => told.some((one) => 'down' in one);
const events = () => told.flatMap((one) => ('event' in one ? [one.event] : []));

beforeEach(async () => {
  fake = await new FakeAri().start();
  told = [];
  warnings = [];
});
afterEach(async () => {
  await link.stop();
  await fake.stop();
});

describe('a link to ARI', () => {
  it('comes_up_with_the_version_and_no_password_in_the_address', async () => {
    connect();
    await until(isUp);
    expect(told).toEqual([{ up: '22.10.1' }]);
    expect(fake.requests.join()).not.toContain('secret');
    expect(fake.requests).toContain('http PUT applications/carillon/eventFilter');
  });

  it('tells_events_that_came_during_the_greeting_after_up_and_in_order', async () => {
    connect();
    await until(() => fake.sockets.length > 0);
    fake.say(digit('a'));
    fake.say(digit('b'));
    await until(() => events().length === 2);
    expect(told[0]).toEqual({ up: '22.10.1' });
    expect(events().map((event) => 'channel' in event && event.channel.id)).toEqual(['a', 'b']);
  });

  it('pairs_answers_with_requests_whatever_their_order', async () => {
    connect();
    await until(isUp);
    const waiting: string[] = [];
    fake.onSocket = (_method, uri) => void waiting.push(uri);
    const answers = ['a', 'b', 'c'].map((id) => link.request({ method: 'GET', path: `channels/${id}` }));
    await until(() => waiting.length === 3);
    for (const id of ['3', '1', '2']) {
      fake.say({ type: 'RESTResponse', request_id: id, status_code: 200, message_body: `"${id}"` });
    }
    expect((await Promise.all(answers)).map((answer) => answer.body)).toEqual(['1', '2', '3']);
  });

  it('uses_the_socket_for_quick_commands_and_http_for_slow_ones', async () => {
    connect();
    await until(isUp);
    await link.request({ method: 'GET', path: 'channels' });
    await link.requestSlow({ method: 'POST', path: 'bridges/b/addChannel', body: { channel: ['c'] } });
    expect(fake.requests.slice(-2)).toEqual(['ws GET channels', 'http POST bridges/b/addChannel']);
  });

  it('given_an_asterisk_without_rest_on_the_socket_then_all_goes_over_http', async () => {
    fake.version = '20.9.3';
    connect();
    await until(isUp);
    await link.request({ method: 'GET', path: 'channels' });
    expect(fake.requests.at(-1)).toBe('http GET channels');
  });

  it('given_an_asterisk_that_is_too_old_then_it_says_so_and_does_not_insist', async () => {
    fake.version = '18.26.4';
    connect();
    await until(isDown);
    expect(told).toEqual([
      {
        down: 'Asterisk 18.26.4 is too old: Carillon needs Asterisk 20 or newer. Set CARILLON_ASTERISK to one, or unset it to get a private one',
      },
    ]);
    await sleep(1_000);
    expect(fake.connections).toBe(1);
  });

  it('given_a_wrong_password_then_it_says_so_once_and_does_not_insist', async () => {
    connect('wrong');
    await until(isDown);
    expect(told).toEqual([
      {
        down: 'Asterisk refused the ARI user "carillon": wrong user or password. Start Carillon again, which gives Asterisk the present one',
      },
    ]);
    await sleep(1_000);
    expect(fake.connections).toBe(1);
  });

  it('takes_no_command_before_it_is_up', async () => {
    connect();
    await expect(link.request({ method: 'GET', path: 'channels' })).rejects.toMatchObject({
      code: 'link-down',
    });
    await expect(link.requestSlow({ method: 'GET', path: 'channels' })).rejects.toMatchObject({
      code: 'link-down',
    });
  });

  it('rejects_what_is_under_way_when_it_drops_and_comes_back', async () => {
    connect();
    await until(isUp);
    fake.onSocket = () => undefined;
    fake.overHttp = () => undefined;
    const commands = [
      link.request({ method: 'GET', path: 'channels' }),
      link.requestSlow({ method: 'POST', path: 'bridges/b/addChannel' }),
    ];
    const outcome = Promise.allSettled(commands);
    await until(() => fake.requests.includes('http POST bridges/b/addChannel'));
    const began = Date.now();
    fake.sockets[0]!.terminate();
    for (const one of await outcome)
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'link-down' } });
    expect(Date.now() - began).toBeLessThan(200);
    await until(() => told.length === 3);
    expect(told.map((one) => Object.keys(one)[0])).toEqual(['up', 'down', 'up']);
  });

  it('gives_up_a_command_after_three_seconds_and_ignores_a_late_answer', async () => {
    connect();
    await until(isUp);
    fake.onSocket = () => undefined;
    fake.overHttp = () => undefined;
    const began = Date.now();
    const outcome = await Promise.allSettled([
      link.request({ method: 'GET', path: 'channels' }),
      link.requestSlow({ method: 'GET', path: 'channels' }),
    ]);
    for (const one of outcome) expect(one).toMatchObject({ status: 'rejected', reason: { code: 'timeout' } });
    expect(Date.now() - began).toBeLessThan(3_500);
    fake.say({ type: 'RESTResponse', request_id: '1', status_code: 200 });
    fake.say(digit('a'));
    await until(() => events().length === 1);
    expect(isDown()).toBe(false);
  });

  it('given_a_peer_that_answers_no_ping_then_it_drops_within_five_seconds', async () => {
    fake.silent = true;
    connect();
    await until(isUp);
    fake.silent = false;
    await until(isDown, 5_000);
    expect(told[1]).toEqual({ down: 'Asterisk is silent since 3 s' });
    await until(() => told.length === 3);
  });

  it('given_broken_frames_then_it_drops_them_with_a_word_and_goes_on', async () => {
    connect();
    await until(isUp);
    for (const frame of ['{', 'null', '[1]', '{"type":"StasisStart"}', '{"type":7}']) fake.say(frame);
    fake.say({ type: 'ChannelVarset', variable: 'x' });
    fake.say({ ...digit('a'), padding: 'x'.repeat(1024 * 1024) });
    await until(() => events().length === 1);
    expect(warnings).toHaveLength(5);
    expect(isDown()).toBe(false);
  });

  it('given_a_listener_that_throws_then_it_goes_on', async () => {
    connect('secret', () => {
      throw new Error('a bug above');
    });
    await until(isUp);
    fake.say(digit('a'));
    fake.say(digit('b'));
    await until(() => events().length === 2);
    expect(warnings).toEqual([{ error: 'a bug above' }, { error: 'a bug above' }]);
  });

  it('given_nobody_listens_there_then_it_tells_it_once_and_keeps_trying', async () => {
    const { url } = fake;
    await fake.stop();
    link = new AriLink(
      { url, user: 'carillon', password: 'secret', app: 'carillon', log },
      { up: () => undefined, down: (down) => void told.push({ down }), event: () => undefined },
    );
    link.start();
    await sleep(1_200);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ down: expect.stringContaining('ECONNREFUSED') });
  });

  it('says_each_reason_once_until_it_has_been_up_again', async () => {
    fake.refusal = 503;
    connect();
    await until(() => fake.connections === 2);
    fake.refusal = 500;
    await until(() => fake.connections === 4, 5_000);
    fake.refusal = 503;
    await until(() => fake.connections === 5, 5_000);
    expect(told).toEqual([
      { down: 'Asterisk is still starting' },
      { down: 'Asterisk answered HTTP 500: is ARI enabled there?' },
    ]);
    fake.refusal = 0;
    await until(isUp, 6_000);
    fake.refusal = 503;
    fake.sockets.at(-1)!.terminate();
    await until(() => told.length === 5, 5_000);
    expect(told.at(-1)).toEqual({ down: 'Asterisk is still starting' });
  });

  it('tells_a_restart_of_asterisk_from_a_link_that_was_cut', async () => {
    connect();
    await until(isUp);
    fake.sockets.at(-1)!.terminate();
    await until(() => told.length === 3);
    fake.startedAt = '2026-07-20T09:00:00.000+0000';
    fake.sockets.at(-1)!.terminate();
    await until(() => told.length === 5);
    expect(told.filter((one) => 'up' in one)).toEqual([
      { up: '22.10.1' },
      { up: '22.10.1' },
      { up: '22.10.1', restarted: true },
    ]);
  });

  it('stopped_while_it_connects_stays_stopped', async () => {
    connect();
    await link.stop();
    await sleep(300);
    expect(told).toEqual([]);
    await expect(link.request({ method: 'GET', path: 'channels' })).rejects.toMatchObject({
      code: 'link-down',
    });
  });

  const sent = (id: string, agoMs: number) => ({
    ...digit(id),
    timestamp: new Date(Date.now() - agoMs).toISOString().replace('Z', '+0000'),
  });

  it('given_an_event_that_waited_then_it_is_dropped_with_the_link_and_the_link_comes_back', async () => {
    connect();
    await until(isUp);
    fake.say(sent('a', 0));
    fake.say(sent('b', 8_000));
    fake.say(sent('c', 0));
    await until(() => told.length === 4);
    expect(told).toEqual([
      { up: '22.10.1' },
      { event: expect.objectContaining({ channel: expect.objectContaining({ id: 'a' }) }) },
      { down: 'its events come late' },
      { up: '22.10.1' },
    ]);
  });

  it('given_events_without_a_time_or_with_a_constant_lag_then_none_is_old', async () => {
    connect();
    await until(isUp);
    for (const lag of [9_000, 9_100, 8_900]) fake.say(sent('a', lag));
    fake.say({ ...digit('b'), timestamp: 'yesterday' });
    fake.say(digit('c'));
    await until(() => events().length === 5);
    expect(isDown()).toBe(false);
  });

  it('given_a_clock_that_keeps_stepping_then_the_link_breaks_once_and_then_bears_it', async () => {
    connect();
    await until(isUp);
    fake.say(sent('a', 0));
    fake.say(sent('b', 3_600_000));
    await until(() => told.length === 4);
    for (const lag of [0, 3_600_000, 0, 7_200_000]) fake.say(sent('c', lag));
    await until(() => events().length === 5);
    expect(fake.connections).toBe(2);
  });

  it('given_a_process_that_stood_still_then_it_acts_on_nothing_before_it_has_connected_anew', async () => {
    connect();
    await until(isUp);
    fake.say(digit('a'));
    // As SIGSTOP does to it.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4_500);
    await expect(link.request({ method: 'DELETE', path: 'channels/a' })).rejects.toMatchObject({
      code: 'link-down',
    });
    expect(fake.requests.filter((request) => request.includes('DELETE'))).toEqual([]);
    await until(() => told.length === 3);
    expect(told).toEqual([
      { up: '22.10.1' },
      { down: expect.stringContaining('stood still') },
      { up: '22.10.1' },
    ]);
    expect(events()).toEqual([]);
  });
});
