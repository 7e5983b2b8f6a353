import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { idSource } from '../../src/base/ids.ts';
import { silentLog } from '../../src/base/log.ts';
import { seededRandom } from '../../src/base/random.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';
import { CALLER_SCRIPTS, type ScriptedCaller, type ScriptedCallers } from '../../src/pbx/demonstration.ts';
import { PbxError } from '../../src/pbx/pbx.ts';
import { canDemonstrate, Demonstration } from '../../src/setup/demonstration.ts';
import { demonstrationVoices } from '../../src/setup/demonstration-voices.ts';
import { inProject } from '../../src/setup/project.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Callers who stay on the line until they are told to hang up. */
class FakeCallers implements ScriptedCallers {
  readonly here: (ScriptedCaller & { readonly callerNumber: string; readonly dialled: string })[] = [];
  isAway = false;

  async call(caller: FakeCallers['here'][number]): Promise<void> {
    if (this.isAway) throw new PbxError('link-down', 'away');
    this.here.push(caller);
  }

  async present(): Promise<readonly ScriptedCaller[]> {
    return [...this.here];
  }

  async hangUp(callers: readonly ScriptedCaller[]): Promise<void> {
    for (const { id } of callers) {
      const at = this.here.findIndex((caller) => caller.id === id);
      if (at >= 0) this.here.splice(at, 1);
    }
  }
}

function open(settings: { bind?: string; guests?: boolean } = {}, isAnswered = true) {
  const clock = new VirtualClock(0);
  const callers = new FakeCallers();
  const data = temporaryFolder();
  const desk = new Demonstration({
    settings: { bind: '127.0.0.1', guests: true, data, ...settings },
    callers,
    speech: {
      voice: 'fake',
      speak: async (text, _language, file) => writeFileSync(file, text),
      convert: async () => undefined,
    },
    isAnswered: () => isAnswered,
    clock,
    ids: idSource(() => clock.now(), seededRandom(1)),
    log: silentLog,
  });
  return { clock, callers, data, desk };
}

describe('the demonstration', () => {
  test.each([
    [{}, true, ''],
    [{ bind: '::1' }, true, ''],
    [{ bind: '0.0.0.0' }, true, 'open-to-others'],
    [{ bind: '10.0.0.5' }, true, 'open-to-others'],
    [{ guests: false }, true, 'no-guests'],
    [{}, false, 'no-hotline'],
  ] as const)('with %j and a hotline (%s) it says %j', async (settings, isAnswered, whyNot) => {
    const { desk, callers } = open(settings, isAnswered);
    expect(desk.whyNot()).toBe(whyNot);
    const started = desk.start('vip').then(
      () => '',
      ({ id }) => id,
    );
    expect(await started).toBe(whyNot === '' ? '' : 'demonstration-off');
    expect(callers.here).toHaveLength(whyNot === '' ? 1 : 0);
  });

  test('is rendered for the PBX where it is possible, and nowhere else', () => {
    expect(canDemonstrate({ bind: '127.0.0.1', guests: true })).toBe(true);
    expect(canDemonstrate({ bind: '0.0.0.0', guests: true })).toBe(false);
    expect(canDemonstrate({ bind: '127.0.0.1', guests: false })).toBe(false);
  });

  test('a customer of the demonstration calls the hotline, with a voice', async () => {
    const { desk, callers, data } = open();
    await desk.start('vip');
    expect(callers.here).toMatchObject([{ script: 'vip', callerNumber: '13800138000', dialled: '95533' }]);
    expect(existsSync(`${demonstrationVoices(data)}/vip-1.wav`)).toBe(true);
    await desk.stop();
    expect(await desk.running()).toEqual([]);
  });

  test('a rush comes one after the other, and counts from its first moment', async () => {
    const { desk, callers, clock } = open();
    await desk.start('rush');
    expect(callers.here).toHaveLength(1);
    await desk.start('rush');
    await expect(desk.start('vip')).rejects.toMatchObject({ id: 'demonstration-full' });
    await clock.advance(10_000);
    expect(callers.here).toHaveLength(20);
    await expect(desk.start('vip')).rejects.toMatchObject({ id: 'demonstration-full' });
    await desk.stop();
    await desk.start('rush');
    await desk.stop();
    await clock.advance(10_000);
    expect(callers.here).toEqual([]);
    await desk.start('rush');
    await desk.start('rush');
  });

  test('who could not call takes nobody’s place', async () => {
    const { desk, callers } = open();
    callers.isAway = true;
    for (let times = 0; times < 30; times += 1)
      await expect(desk.start('vip')).rejects.toBeInstanceOf(PbxError);
    callers.isAway = false;
    await desk.start('vip');
  });
});

describe('the dialplan of scripted callers', () => {
  const dialplan = readFileSync(inProject('dialplan/asterisk/extensions_demonstration.conf'), 'utf8');

  test('has an extension for each script, which ends by itself', () => {
    const begins = [...dialplan.matchAll(/^exten => (\w+),1,(.*)$/gm)].map(([, name, first]) => [
      name,
      first,
    ]);
    expect(begins.map(([name]) => name)).toEqual([...CALLER_SCRIPTS]);
    for (const [, first] of begins) expect(first).toMatch(/^Set\(TIMEOUT\(absolute\)=\d{2,3}\)$/);
  });

  test('plays voices that are made, and all of them', async () => {
    const { desk, data } = open();
    await desk.start('vip');
    const made = readdirSync(demonstrationVoices(data)).map((file) => file.replace(/\.wav$/, ''));
    const played = [...dialplan.matchAll(/demonstrationVoices\}\}\/([\w-]+)\)/g)].map(([, name]) => name);
    expect([...new Set(played)].sort()).toEqual(made.sort());
  });
});
