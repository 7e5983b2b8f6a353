import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { freeswitchPbx } from '../../src/pbx/freeswitch/pbx.ts';
import type { Pbx, PbxEvent } from '../../src/pbx/pbx.ts';
import { FakeEsl } from './fake-esl.ts';

export let fake: FakeEsl;
export let pbx: Pbx;
/** Everything that the adapter told, oldest first. */
export let told: PbxEvent[];
/** The name under which the adapter owns FreeSWITCH. */
export let mine: string;

/** Starts an adapter on the fake. */
export function start(): Pbx {
  const one = freeswitchPbx({
    host: '127.0.0.1',
    port: fake.port,
    password: 'secret',
    recordings: '/rec',
    phoneProfile: 'phones',
    domain: 'carillon',
    trunk: 'trunk',
    idPrefix: 'car-',
    log: silentLog,
  });
  one.start((event) => void told.push(event));
  return one;
}

export async function until(holds: () => boolean, ms = 3_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!holds()) {
    if (Date.now() > deadline)
      throw new Error(`not in ${ms} ms; told: ${JSON.stringify(told)}; ${fake.commands.join('\n')}`);
    await sleep(2);
  }
}

export const types = () => told.map(({ type }) => type);
export const ofType = (type: PbxEvent['type']) => told.filter((event) => event.type === type);
/** Commands about channels, without the beat and without looks whether a channel is there. */
export const said = () =>
  fake.commands.filter(
    (command) => /uuid_|sched_del|sendmsg|bgapi/.test(command) && !/uuid_(exists|dump)/.test(command),
  );
export const breaks = (channel: string) =>
  fake.commands.filter((command) => command === `api uuid_break ${channel}`).length;
export const played = (channel: string) => fake.executed(channel).map((one) => one['execute-app-arg']);

export async function arrived(channel: string): Promise<void> {
  fake.arrives(channel, { 'Answer-State': 'answered' });
  await until(() => told.some((event) => event.type === 'ChannelArrived' && event.channel === channel));
  await until(() => fake.commands.includes(`api sched_del ${channel}`));
}

/** What FreeSWITCH says when an application ends. */
export function complete(channel: string, id: string, headers: Record<string, string> = {}): void {
  fake.tell('CHANNEL_EXECUTE_COMPLETE', channel, {
    'Application-UUID': id,
    Application: 'playback',
    'Application-Response': 'FILE PLAYED',
    ...headers,
  });
}

/** What was told so far does not count any more. */
export function forgetTold(): void {
  told = [];
}

/** The next daemon, when the one before has stopped. */
export function startAgain(): void {
  pbx = start();
}

/** Each test has a fake of its own, and an adapter whose link is up. */
export function onFakeFreeswitch(): void {
  beforeEach(async () => {
    fake = await new FakeEsl().start();
    forgetTold();
    startAgain();
    await until(() => types().includes('LinkUp'));
    mine = fake.hash.get('carillon/owner') ?? '';
    fake.commands.length = 0;
  });
  afterEach(async () => {
    await pbx.stop();
    await fake.stop();
  });
}
