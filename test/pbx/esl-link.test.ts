import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { encodeApi } from '../../src/pbx/freeswitch/esl-encoder.ts';
import { EslLink } from '../../src/pbx/freeswitch/esl-link.ts';
import { EslSocket } from '../../src/pbx/freeswitch/esl-socket-link.ts';
import { FakeEsl, frame, reply } from './fake-esl.ts';

let fake: FakeEsl;
let link: EslLink;
let told: string[];

function connect(password = 'secret'): void {
  link = new EslLink(
    { host: '127.0.0.1', port: fake.port, password, log: silentLog },
    {
      up: () => void told.push('up'),
      down: (reason) => void told.push(`down: ${reason}`),
      event: (event) => void told.push(`event: ${event('Event-Name')} ${event('DTMF-Digit')}`),
      beat: () => undefined,
    },
  );
  link.start();
}

async function until(holds: () => boolean, ms = 5_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not in ${ms} ms; told: ${JSON.stringify(told)}`);
    await sleep(5);
  }
}

const ups = () => told.filter((one) => one === 'up').length;

beforeEach(async () => {
  fake = await new FakeEsl().start();
  told = [];
});
afterEach(async () => {
  vi.useRealTimers();
  link?.stop();
  await fake.stop();
});

describe('a link to the event socket', () => {
  it('comes_up_with_two_connections_and_asks_for_a_short_list_of_events', async () => {
    connect();
    await until(() => ups() === 1);
    expect(fake.connections).toBe(2);
    const [subscription = ''] = fake.commands;
    expect(subscription).toMatch(/^event json (?:[A-Z_]+ )+CUSTOM sofia::register/);
    expect(subscription).toContain('BACKGROUND_JOB');
    expect(subscription).not.toMatch(/\bALL\b/);
    expect(fake.commands).toContain('filter Application playback');
  });

  it('nudges_FreeSWITCH_while_it_is_up', async () => {
    connect();
    await until(() => fake.nudges > 3);
  });

  it('keeps_replies_in_the_order_of_the_commands', async () => {
    fake.override = (command) => `is ${command}`;
    connect();
    await until(() => ups() === 1);
    const words = ['a', 'b', 'c', 'd'];
    const replies = await Promise.all(words.map((word) => link.send(encodeApi('uuid_exists', word))));
    expect(replies).toEqual(words.map((word) => `is uuid_exists ${word}`));
  });

  it('tells_events_that_come_between_and_drops_what_is_none', async () => {
    connect();
    await until(() => ups() === 1);
    fake.raw(frame('text/event-json', '{"Event-Name":'));
    fake.tell('DTMF', 'a', { 'DTMF-Digit': '7' });
    await until(() => told.includes('event: DTMF 7'));
    expect(told).toEqual(['up', 'event: DTMF 7']);
  });

  it('given_an_event_of_10_MB_then_it_is_dropped_and_the_next_one_is_told', async () => {
    connect();
    await until(() => ups() === 1);
    fake.raw(frame('text/event-json', 'x'.repeat(10_000_000)));
    fake.tell('DTMF', 'a', { 'DTMF-Digit': '1' });
    await until(() => told.includes('event: DTMF 1'));
    expect(told).toEqual(['up', 'event: DTMF 1']);
  });

  it('says_that_the_password_is_wrong_and_what_to_do', async () => {
    connect('wrong');
    await until(() => told.length > 0);
    expect(told).toEqual([
      expect.stringMatching(/^down: FreeSWITCH refused the password .* Start Carillon again/),
    ]);
    await sleep(300);
    expect(fake.connections).toBe(2);
  });

  it('given_somebody_else_answers_there_then_it_says_so', async () => {
    const other = net.createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n\n\n'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const reason = await new Promise<string>((resolve) => {
      const { port } = other.address() as net.AddressInfo;
      const nothing = () => undefined;
      new EslSocket(
        { host: '127.0.0.1', port, password: 'x' },
        { ready: nothing, event: nothing, closed: resolve },
      );
    });
    expect(reason).toMatch(/no event socket of FreeSWITCH/);
    other.close();
  });

  it('given_a_reply_that_nobody_asked_for_then_it_connects_anew_because_all_later_ones_would_be_wrong', async () => {
    connect();
    await until(() => ups() === 1);
    fake.raw(reply('+OK'));
    await until(() => ups() === 2);
    expect(told[1]).toMatch(/answered what nobody asked/);
  });

  it('given_a_reply_that_does_not_come_then_the_command_times_out_and_it_connects_anew', async () => {
    connect();
    await until(() => ups() === 1);
    fake.hangs = (command) => command === 'api uuid_exists slow';
    const outcomes = Promise.allSettled([
      link.send(encodeApi('uuid_exists', 'slow')),
      link.send(encodeApi('uuid_exists', 'behind')),
    ]);
    const [slow, behind] = await outcomes;
    expect(slow).toMatchObject({ status: 'rejected', reason: { code: 'timeout' } });
    expect(behind).toMatchObject({ status: 'rejected', reason: { code: 'link-down' } });
    fake.override = () => 'true';
    await until(() => ups() === 2);
    expect(await link.send(encodeApi('uuid_exists', 'a'))).toBe('true');
  });

  it('given_FreeSWITCH_goes_then_commands_reject_and_it_is_found_when_it_is_back', async () => {
    connect();
    await until(() => ups() === 1);
    fake.hangs = () => true;
    const waiting = link.send(encodeApi('uuid_exists', 'a'));
    fake.cut();
    await expect(waiting).rejects.toMatchObject({ code: 'link-down' });
    await expect(link.send(encodeApi('uuid_exists', 'a'))).rejects.toMatchObject({ code: 'link-down' });
    fake.hangs = () => false;
    await until(() => ups() === 2);
  });

  it('given_this_process_stood_still_then_nothing_goes_out_on_the_old_link', async () => {
    connect();
    await until(() => ups() === 1);
    const now = performance.now();
    const clock = vi.spyOn(performance, 'now').mockReturnValue(now + 30_000);
    const command = link.send(encodeApi('uuid_kill', 'a'));
    clock.mockRestore();
    await expect(command).rejects.toMatchObject({ code: 'link-down' });
    expect(fake.commands).not.toContain('api uuid_kill a');
    expect(told[1]).toMatch(/stood still/);
  });

  it('is_silent_after_its_end', async () => {
    connect();
    await until(() => ups() === 1);
    link.stop();
    await expect(link.send(encodeApi('uuid_exists', 'a'))).rejects.toMatchObject({ code: 'link-down' });
    await sleep(300);
    expect(told).toEqual(['up']);
    expect(fake.connections).toBe(2);
  });
});

describe('a connection to a FreeSWITCH that reads nothing more', () => {
  it('holds_no_more_than_a_megabyte_and_is_closed', async () => {
    fake.deaf = true;
    const closed = vi.fn();
    const socket = new EslSocket(
      { host: '127.0.0.1', port: fake.port, password: 'secret' },
      { ready: () => undefined, event: () => undefined, closed },
    );
    await until(() => fake.connections === 1);
    const command = encodeApi('uuid_setvar_multi', 'a', 'x'.repeat(100_000));
    const sent = [];
    for (let count = 0; count < 200 && closed.mock.calls.length === 0; count += 1) {
      sent.push(socket.send(command).catch((error) => error.code));
      await sleep(1);
    }
    expect(closed).toHaveBeenCalledExactlyOnceWith('FreeSWITCH reads nothing more', false);
    expect(new Set(await Promise.all(sent))).toEqual(new Set(['link-down']));
    connect();
  });
});
