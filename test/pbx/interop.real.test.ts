import { setTimeout as sleep } from 'node:timers/promises';
import ariClient, { type ForeignAri } from 'ari-client';
import foreignAmi, { type ForeignAmi } from 'asterisk-manager';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { type AmiMessage, header } from '../../src/pbx/asterisk/ami-codec.ts';
import { AmiLink } from '../../src/pbx/asterisk/ami-link.ts';
import { type AriEvent, USED_EVENTS } from '../../src/pbx/asterisk/ari-codec.ts';
import { AriLink } from '../../src/pbx/asterisk/ari-link.ts';
import { startTestAsterisk, type TestAsterisk } from '../asterisk/asterisk.ts';
import { Baresip } from '../phones/baresip.ts';
import { optionsFor } from './asterisk-world.ts';

let asterisk: TestAsterisk;
let agent: Baresip;
const callers: Baresip[] = [];

beforeAll(async () => {
  asterisk = await startTestAsterisk();
  const login = asterisk.phones[0]!;
  agent = await Baresip.start({ server: asterisk.sip, user: login.extension, password: login.password });
}, 60_000);
afterEach(async () => {
  await Promise.all(callers.splice(0).map((caller) => caller.stop()));
});
afterAll(async () => {
  await agent?.stop();
  await asterisk?.stop();
});

async function until(holds: () => boolean, ms = 5_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not in ${ms} ms`);
    await sleep(5);
  }
}

async function calls(): Promise<Baresip> {
  const caller = await Baresip.start({ server: asterisk.sip, user: '13912345678' });
  callers.push(caller);
  await caller.dial('95533');
  return caller;
}

async function ourAri(onEvent: (event: AriEvent) => void = () => undefined): Promise<AriLink> {
  const { ariUrl, ariUser, ariPassword, app } = optionsFor(asterisk);
  let up = false;
  const link = new AriLink(
    { url: ariUrl, user: ariUser, password: ariPassword, app, log: silentLog },
    {
      up: () => {
        up = true;
      },
      down: () => undefined,
      event: onEvent,
    },
  );
  link.start();
  await until(() => up);
  return link;
}

function theirAri(): Promise<ForeignAri> {
  const { ariUrl, ariUser, ariPassword } = optionsFor(asterisk);
  return ariClient.connect(ariUrl, ariUser, ariPassword);
}

async function ourAmi(onEvent: (event: AmiMessage) => void = () => undefined): Promise<AmiLink> {
  const { amiHost, amiPort, amiUser, amiPassword } = optionsFor(asterisk);
  let up = false;
  const link = new AmiLink(
    { host: amiHost, port: amiPort, user: amiUser, password: amiPassword, events: 'on', log: silentLog },
    {
      up: () => {
        up = true;
      },
      down: () => undefined,
      draining: () => undefined,
      event: onEvent,
    },
  );
  link.start();
  await until(() => up);
  return link;
}

function theirAmi(): ForeignAmi {
  const { amiHost, amiPort, amiUser, amiPassword } = optionsFor(asterisk);
  return foreignAmi(amiPort, amiHost, amiUser, amiPassword, true);
}

function theirAction(ami: ForeignAmi, fields: Record<string, string>): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    ami.action(fields, (error, response) => (error ? reject(new Error(error.message)) : resolve(response)));
  });
}

describe('our ARI client beside ari-client', () => {
  it('lists_the_same_channels_bridges_and_endpoints', async () => {
    let arrived = '';
    const ours = await ourAri((event) => {
      if (event.type === 'StasisStart') arrived = event.channel.id;
    });
    const theirs = await theirAri();
    await calls();
    await until(() => arrived !== '');
    await theirs.bridges.create({ type: 'mixing', bridgeId: 'interop' });

    const [channels, bridges, endpoints] = await Promise.all(
      ['channels', 'bridges', 'endpoints'].map(
        async (path) => (await ours.request({ method: 'GET', path })).body,
      ),
    );
    const byId = (list: unknown) =>
      (list as { id: string; state: string }[]).map(({ id, state }) => ({ id, state }));
    expect(byId(channels)).toEqual(byId(await theirs.channels.list()));
    expect(byId(channels)).toEqual([{ id: arrived, state: 'Ring' }]);
    const rooms = (list: unknown) =>
      (list as { id: string; bridge_type: string; channels: readonly string[] }[]).map((bridge) => ({
        id: bridge.id,
        type: bridge.bridge_type,
        channels: bridge.channels,
      }));
    expect(rooms(bridges)).toEqual(rooms(await theirs.bridges.list()));
    expect(rooms(bridges)).toEqual([{ id: 'interop', type: 'mixing', channels: [] }]);
    const plain = (list: unknown) =>
      (list as { resource: string; technology: string; state: string }[])
        .map(({ resource, technology, state }) => `${technology}/${resource} ${state}`)
        .sort();
    expect(plain(endpoints)).toEqual(plain(await theirs.endpoints.list()));
    expect(plain(endpoints)).toContain('PJSIP/1001 online');

    await theirs.bridges.destroy({ bridgeId: 'interop' });
    await ours.request({ method: 'DELETE', path: `channels/${arrived}` });
    await ours.stop();
  });

  it('sees_the_same_events_of_the_same_call', async () => {
    const told = (type: string, digit?: string) => (digit ? `${type} ${digit}` : type);
    const call = async (answered: () => boolean) => {
      const caller = await calls();
      await until(answered);
      await caller.waitFor('CALL_ESTABLISHED');
      await sleep(100);
      return caller;
    };
    const play = { media: `sound:${optionsFor(asterisk).sounds}/none`, playbackId: 'p' };

    const ourEvents: string[] = [];
    let channel = '';
    const ours = await ourAri((event) => {
      ourEvents.push(told(event.type, event.type === 'ChannelDtmfReceived' ? event.digit : undefined));
      if (event.type === 'StasisStart') {
        channel = event.channel.id;
        void ours.request({ method: 'POST', path: `channels/${channel}/answer` });
      }
    });
    let caller = await call(() => channel !== '');
    await ours.request({ method: 'POST', path: `channels/${channel}/play`, body: play });
    await until(() => ourEvents.includes('PlaybackFinished'));
    await caller.press('12');
    await until(() => ourEvents.includes('ChannelDtmfReceived 2'));
    await ours.request({ method: 'DELETE', path: `channels/${channel}` });
    await until(() => ourEvents.includes('StasisEnd'));
    await caller.stop();
    await ours.stop();

    const theirEvents: string[] = [];
    const theirs = await theirAri();
    for (const type of USED_EVENTS) theirs.on(type, (event) => theirEvents.push(told(type, event.digit)));
    let live: Awaited<ReturnType<ForeignAri['channels']['list']>>[number] | undefined;
    theirs.on('StasisStart', (_event, channelOfEvent) => {
      live = channelOfEvent;
      void live?.answer();
    });
    await theirs.start('carillon');
    caller = await call(() => live !== undefined);
    await live!.play(play);
    await until(() => theirEvents.includes('PlaybackFinished'));
    await caller.press('12');
    await until(() => theirEvents.includes('ChannelDtmfReceived 2'));
    await live!.hangup();
    await until(() => theirEvents.includes('StasisEnd'));
    await caller.stop();
    theirs.stop();

    expect(ourEvents).toEqual(theirEvents);
    expect(ourEvents).toEqual([
      'StasisStart',
      'PlaybackFinished',
      'ChannelDtmfReceived 1',
      'ChannelDtmfReceived 2',
      'ChannelHangupRequest',
      'StasisEnd',
    ]);
  });
});

describe('our AMI client beside asterisk-manager', () => {
  it('gets_the_same_answers', async () => {
    const [ours, theirs] = [await ourAmi(), theirAmi()];
    expect(header((await ours.action('Ping')).response, 'Ping')).toBe('Pong');
    expect((await theirAction(theirs, { action: 'Ping' })).ping).toBe('Pong');

    const status = Object.fromEntries((await ours.action('CoreStatus')).response);
    const { actionid: _theirId, ...theirStatus } = await theirAction(theirs, { action: 'CoreStatus' });
    const { actionid: _ourId, ...ourStatus } = Object.fromEntries(
      Object.entries(status).map(([name, values]) => [name, values[0]]),
    );
    expect(ourStatus).toEqual(theirStatus);
    theirs.disconnect();
    await ours.stop();
  });

  it('gets_the_same_list_and_the_whole_of_it_with_one_call', async () => {
    const [ours, theirs] = [await ourAmi(), theirAmi()];
    const list = (await ours.action('PJSIPShowEndpoints')).events.map((event) => header(event, 'ObjectName'));
    const seen: string[] = [];
    let complete = false;
    theirs.on('endpointlist', (event) => void seen.push(event.objectname ?? ''));
    theirs.on('endpointlistcomplete', () => {
      complete = true;
    });
    await theirAction(theirs, { action: 'PJSIPShowEndpoints' });
    await until(() => complete);
    expect(list).toEqual(seen);
    expect(list).toContain('1001');
    theirs.disconnect();
    await ours.stop();
  });

  it('refuses_an_injected_action_that_asterisk_manager_sends', async () => {
    const note = 'hi\r\n\r\nAction: CoreSettings\r\nActionID: evil';
    const theirs = theirAmi();
    const answers: string[] = [];
    theirs.on('response', (response) => void answers.push(response.actionid ?? ''));
    await theirAction(theirs, { action: 'Ping', note });
    // The control: Asterisk took the rest of the value for an action and answered it.
    await until(() => answers.includes('evil'));
    theirs.disconnect();

    const stray: string[] = [];
    const ours = await ourAmi((event) => void stray.push(header(event, 'ActionID')));
    await expect(ours.action('Ping', { Note: note })).rejects.toMatchObject({ code: 'refused' });
    await ours.action('Ping', { Note: 'hi' });
    expect(stray).not.toContain('evil');
    await ours.stop();
  });

  it('rejects_an_action_while_asterisk_is_gone_and_is_back_after_its_restart', async () => {
    const ours = await ourAmi();
    process.kill(asterisk.process.pid, 'SIGSTOP');
    await sleep(30);
    const pending = expect(ours.action('CoreStatus')).rejects.toMatchObject({ code: 'link-down' });
    await sleep(50);
    await asterisk.kill();
    const began = Date.now();
    await pending;
    expect(Date.now() - began).toBeLessThan(300);
    await expect(ours.action('Ping')).rejects.toMatchObject({ code: 'link-down' });
    await asterisk.restart();
    let pong = '';
    for (const until = Date.now() + 6_000; pong === '' && Date.now() < until; await sleep(20)) {
      pong = await ours.action('Ping').then(
        ({ response }) => header(response, 'Ping'),
        () => '',
      );
    }
    expect(pong).toBe('Pong');
    await ours.stop();
  });
});
