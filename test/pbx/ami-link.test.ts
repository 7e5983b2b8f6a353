import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Log } from '../../src/base/log.ts';
import { type AmiMessage, header } from '../../src/pbx/asterisk/ami-codec.ts';
import { AmiLink } from '../../src/pbx/asterisk/ami-link.ts';

/** Answers one action, given its headers as text; undefined: says nothing. */
type Answer = (action: string, id: string) => string | undefined;

let server: net.Server;
let sockets: net.Socket[];
let answer: Answer;
let received: string;
let link: AmiLink;
let told: string[];
let events: AmiMessage[];
let warnings: object[];
const note = (fields: object) => void warnings.push(fields);
const log: Log = { debug: () => undefined, info: () => undefined, warn: note, error: note };

const login: Answer = (action, id) =>
  action === 'Login'
    ? `Response: Success\r\nActionID: ${id}\r\nMessage: Authentication accepted\r\n\r\n`
    : undefined;
const shuttingDown: Answer = (_action, id) =>
  `Response: Error\r\nActionID: ${id}\r\nMessage: Asterisk is shutting down\r\n\r\n`;
const answering: Answer = (action, id) => login(action, id) ?? `Response: Success\r\nActionID: ${id}\r\n\r\n`;

async function until(holds: () => boolean, ms = 3_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not in ${ms} ms; told: ${told.join()}`);
    await sleep(5);
  }
}

function connect(): void {
  const { port } = server.address() as net.AddressInfo;
  link = new AmiLink(
    { host: '127.0.0.1', port, user: 'carillon', password: 'secret', events: 'system', log },
    {
      up: () => void told.push('up'),
      down: (reason) => void told.push(`down: ${reason}`),
      draining: (is) => void told.push(`draining: ${is}`),
      event: (event) => void events.push(event),
    },
  );
  link.start();
}

beforeEach(async () => {
  [sockets, told, events, warnings, received] = [[], [], [], [], ''];
  answer = answering;
  server = net.createServer((socket) => {
    sockets.push(socket);
    socket.write('Asterisk Call Manager/11.0.0\r\n');
    socket.on('error', () => socket.destroy());
    let text = '';
    socket.on('data', (data) => {
      received += data.toString();
      text += data.toString();
      const blocks = text.split('\r\n\r\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const action = /^Action: (.*)$/m.exec(block)?.[1] ?? '';
        const reply = answer(action.trim(), /^ActionID: (.*)$/m.exec(block)?.[1]?.trim() ?? '');
        if (reply) socket.write(reply);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await link.stop();
  for (const socket of sockets) socket.destroy();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

describe('a link to AMI', () => {
  it('logs_in_and_tells_the_event_that_comes_with_the_login', async () => {
    answer = (action, id) => {
      const accepted = login(action, id);
      return accepted && `${accepted}Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n`;
    };
    connect();
    await until(() => events.length === 1);
    expect(told).toEqual(['up']);
    expect(header(events[0]!, 'Event')).toBe('FullyBooted');
    expect(received).toContain('Username: carillon\r\nSecret: secret\r\nEvents: system\r\n');
  });

  it('pairs_many_actions_with_their_answers', async () => {
    const ids: string[] = [];
    answer = (action, id) => {
      if (action !== 'Ping') return login(action, id);
      ids.push(id);
      return undefined;
    };
    connect();
    await until(() => told.length === 1);
    const pings = Array.from({ length: 200 }, () => link.action('Ping'));
    await until(() => ids.length >= 200);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids.toReversed())
      sockets[0]!.write(`Response: Success\r\nActionID: ${id}\r\nPing: ${id}\r\n\r\n`);
    const answers = await Promise.all(pings);
    expect(answers.map(({ response }) => header(response, 'Ping'))).toEqual(ids.slice(0, 200));
  });

  it('rejects_an_error_with_its_words', async () => {
    answer = (action, id) =>
      login(action, id) ?? `Response: Error\r\nActionID: ${id}\r\nMessage: No such module\r\n\r\n`;
    connect();
    await until(() => told.length === 1);
    await expect(link.action('Reload', { Module: 'x' })).rejects.toMatchObject({
      code: 'refused',
      message: 'No such module',
    });
  });

  it('sends_nothing_of_an_action_with_a_line_break', async () => {
    connect();
    await until(() => told.length === 1);
    const before = received;
    await expect(link.action('Ping', { Note: 'x\r\n\r\nAction: Command' })).rejects.toMatchObject({
      code: 'refused',
    });
    await sleep(50);
    expect(received).toBe(before);
  });

  it('rejects_what_is_under_way_when_it_drops_and_comes_back', async () => {
    answer = login;
    connect();
    await until(() => told.length === 1);
    const ping = expect(link.action('Ping')).rejects.toMatchObject({ code: 'link-down' });
    await until(() => received.includes('Action: Ping'));
    sockets[0]!.resetAndDestroy();
    await ping;
    await expect(link.action('Ping')).rejects.toMatchObject({ code: 'link-down' });
    await until(() => told.at(-1) === 'up' && told.length === 3);
  });

  it('given_no_answer_then_it_gives_the_action_up_after_three_seconds_and_drops_at_its_own_ping', async () => {
    answer = login;
    connect();
    await until(() => told.length === 1);
    await expect(link.action('CoreStatus')).rejects.toMatchObject({ code: 'timeout' });
    await until(() => told.length > 1, 4_000);
    expect(told[1]).toBe('down: AMI Ping: no answer in 3000 ms');
  });

  it('given_a_wrong_password_then_it_says_so_once_and_does_not_insist', async () => {
    answer = (_action, id) => `Response: Error\r\nActionID: ${id}\r\nMessage: Authentication failed\r\n\r\n`;
    connect();
    await until(() => told.length === 1);
    expect(told).toEqual([
      'down: Asterisk refused the AMI user "carillon": Authentication failed. Start Carillon again, which gives Asterisk the present password',
    ]);
    expect(JSON.stringify(warnings)).not.toContain('secret');
    await sleep(1_000);
    expect(sockets).toHaveLength(1);
    expect(told).toHaveLength(1);
  });

  it('given_asterisk_is_being_stopped_gracefully_then_it_says_so_once_and_again_when_that_is_called_off', async () => {
    connect();
    await until(() => told.length === 1);
    answer = shuttingDown;
    await expect(link.action('CoreStatus')).rejects.toMatchObject({ code: 'refused' });
    await expect(link.action('CoreStatus')).rejects.toMatchObject({ code: 'refused' });
    answer = answering;
    await link.action('CoreStatus');
    expect(told).toEqual(['up', 'draining: true', 'draining: false']);
    expect(sockets).toHaveLength(1);
  });

  it('notices_it_by_its_own_ping_and_stays_connected', async () => {
    connect();
    await until(() => told.length === 1);
    answer = shuttingDown;
    await until(() => told.length === 2, 4_000);
    expect(told[1]).toBe('draining: true');
    answer = answering;
    await until(() => told.length === 3, 4_000);
    expect(told[2]).toBe('draining: false');
    expect(sockets).toHaveLength(1);
  });

  it('given_a_log_in_while_asterisk_is_being_stopped_then_no_password_is_blamed_and_it_goes_on_trying', async () => {
    answer = shuttingDown;
    connect();
    await until(() => sockets.length >= 3);
    expect(told).toEqual(['draining: true', 'down: Asterisk is shutting down']);
    answer = answering;
    await until(() => told.includes('up'));
    expect(told.slice(2)).toEqual(['draining: false', 'up']);
  });

  it('says_each_reason_once_until_it_has_been_up_again', async () => {
    let tries = 0;
    answer = () => {
      tries += 1;
      if (tries % 2 === 0) sockets.at(-1)!.destroy();
      else sockets.at(-1)!.resetAndDestroy();
      return undefined;
    };
    connect();
    await until(() => tries >= 5, 9_000);
    expect(told.toSorted()).toEqual(['down: Asterisk closed the link', 'down: read ECONNRESET']);
    answer = answering;
    await until(() => told.includes('up'), 9_000);
    sockets.at(-1)!.destroy();
    await until(() => told.length === 4);
    expect(told.at(-1)).toBe('down: Asterisk closed the link');
  });

  it('given_garbage_then_it_goes_on', async () => {
    connect();
    await until(() => told.length === 1);
    sockets[0]!.write(
      Buffer.from([0xff, 0xfe, 0x00, 0x0d, 0x0a, 0x3a, 0x0a, 0xe7, 0x8e, 0x0d, 0x0a, 0x0d, 0x0a]),
    );
    sockets[0]!.write('Event: Next\r\n\r\n');
    await until(() => events.length === 1);
    expect(header(events[0]!, 'event')).toBe('Next');
    expect(told).toEqual(['up']);
  });
});
