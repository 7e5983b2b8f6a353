import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Baresip } from '../phones/baresip.ts';
import { toneWav } from '../phones/tone.ts';
import { RunningCentre, until } from './centre.ts';
import { Visit } from './visit.ts';

interface Flows {
  readonly items: readonly { readonly name: string; readonly version: string }[];
  readonly diagnostics: readonly { readonly severity: 'error' | 'warning' }[];
}

interface Versions {
  readonly running: string;
  readonly items: readonly { readonly version: string; readonly by: string }[];
}

/** What the new greeting sounds like, Hz: no speech does. */
const GREETING = 700;
/** Share of the power at a tone that tells it from speech and music. */
const CLEAR = 0.5;
const SPOKEN = 300;

let centre: RunningCentre;
let first: string;
let second: string;
const phones: Baresip[] = [];

beforeAll(async () => {
  centre = await RunningCentre.start();
  first = (await versions()).running;
}, 300_000);
afterEach(() => Promise.all(phones.splice(0).map((phone) => phone.stop())));
afterAll(() => centre?.stop());

const versions = (): Promise<Versions> => centre.api<Versions>('/api/flows/hotline/versions');
const flows = (): Promise<Flows> => centre.api<Flows>('/api/flows');
const hotline = (): string => join(centre.settings.flows, 'hotline.yaml');

/** Somebody of whom the bank knows nothing. */
async function dial(number: string): Promise<{ phone: Baresip; visit: Visit }> {
  const phone = await Baresip.start({ server: centre.server, user: number });
  phones.push(phone);
  await phone.dial('95533');
  await phone.waitFor('CALL_ESTABLISHED');
  return { phone, visit: new Visit(centre, number) };
}

const hears = (phone: Baresip, what: string, sound: (last: ReturnType<Baresip['heard']>) => boolean) =>
  until(what, async () => sound(phone.heard().last(500)));

/** Saves the hotline with `from` replaced by `to`, as an editor does. */
function edit(from: string, to: string): void {
  const before = readFileSync(hotline(), 'utf8');
  expect(before).toContain(from);
  writeFileSync(hotline(), before.replace(from, to));
}

function record(prompt: string, hertz: number): void {
  const folder = join(centre.settings.flows, 'prompts/zh-CN/hotline');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${prompt}.wav`), toneWav(hertz, 3_000));
}

const released = (version: string): Promise<unknown> =>
  until(`release of ${version}`, async () =>
    (await versions()).items.some((item) => item.version === version),
  );

test('given_a_caller_inside_when_the_flow_is_saved_then_the_next_one_hears_the_new_version_and_he_stays_in_his', async () => {
  const inside = await dial('13000000101');
  await inside.visit.isIn('hotline/main');

  record('new-greeting', GREETING);
  const before = readFileSync(hotline(), 'utf8');
  const greeting = '  new-greeting: { zh-CN: 全新问候, en: A new greeting. }\n';
  const after = before
    .replace('prompts:\n', `prompts:\n${greeting}`)
    .replace('{ say: welcome, then: quiet }', '{ say: new-greeting, then: quiet }')
    .replace('4: service, 8:', '5: service, 8:');
  writeFileSync(hotline(), after);
  second = await until('the new version', async () => {
    const { running } = await versions();
    return running !== first && running;
  });

  const next = await dial('13000000102');
  await hears(next.phone, 'the new greeting', (sound) => sound.shareAt(GREETING) > CLEAR);
  await next.visit.sees('CallArrived', { flow: 'hotline', version: second });
  await next.visit.isIn('hotline/main');
  await next.phone.press('5');
  await next.visit.isIn('service/menu');

  await inside.phone.press('4');
  await inside.visit.isIn('service/menu');
  await inside.phone.press('*');
  await inside.visit.isIn('hotline/main');
  await inside.phone.hangup();
  expect(await inside.visit.ended()).toMatchObject({ flow: 'hotline', flowVersion: first });
  await inside.visit.sees('CallArrived', { flow: 'hotline', version: first });
  expect(await versions()).toMatchObject({
    running: second,
    items: [
      { version: second, by: 'file' },
      { version: first, by: 'start' },
    ],
  });
});

test('given_a_broken_save_then_the_version_stays_and_the_mistake_is_named_by_line_and_column', async () => {
  const right = '{ say: new-greeting, then: quiet }';
  edit(right, '{ say: new-greeting, then: mian }');
  const lines = readFileSync(hotline(), 'utf8').split('\n');
  const line = lines.findIndex((text) => text.includes('then: mian')) + 1;
  const column = (lines[line - 1]?.indexOf('mian') ?? 0) + 1;
  const place = expect.objectContaining({ file: expect.stringMatching(/hotline\.yaml$/), line, column });
  const named = await until('the mistake', async () => {
    const { diagnostics } = await flows();
    return diagnostics.some((one) => one.severity === 'error') && diagnostics;
  });
  expect(named).toContainEqual(place);
  expect((await versions()).running).toBe(second);

  const checked = centre.run('flow', 'check');
  expect(checked.status).toBe(1);
  expect(checked.stdout).toContain(`hotline.yaml:${line}:${column}`);
  expect(checked.stdout).toContain('"mian"');
  const caller = await dial('13000000103');
  await caller.visit.sees('CallArrived', { version: second });
});

test('given_a_rollback_then_the_next_caller_enters_the_version_of_before', async () => {
  const rolledBack = centre.run('flow', 'rollback', 'hotline', first);
  expect(rolledBack).toMatchObject({ status: 0, stdout: expect.stringContaining(first) });
  await released(first);
  expect(await versions()).toMatchObject({ running: first });
  expect((await flows()).diagnostics).toEqual([]);
  const caller = await dial('13000000104');
  await hears(caller.phone, 'the old greeting', (sound) => sound.loudness > SPOKEN);
  expect(caller.phone.heard().shareAt(GREETING)).toBeLessThan(CLEAR);
  await caller.visit.sees('CallArrived', { version: first });
  await caller.visit.isIn('hotline/main');
  await caller.phone.press('4');
  await caller.visit.isIn('service/menu');
});

test('given_callers_who_went_through_then_steps_are_counted_per_version_and_the_flow_is_a_picture', async () => {
  const main = async (version: string) =>
    (
      await centre.api<{ items: { step: string }[] }>(`/api/flows/hotline/steps?version=${version}`)
    ).items.find((item) => item.step === 'main');
  await until('all counted', async () => (await main(first)) !== undefined);
  expect(await main(first)).toMatchObject({
    entered: 3,
    live: 0,
    byExit: { '4': 2, 'hung-up': 1 },
    hungUp: 1,
  });
  expect(await main(second)).toMatchObject({ entered: 1, byExit: { '5': 1 }, hungUp: 0 });
  const picture = await centre.ask('/api/flows/hotline/picture');
  expect(picture.headers.get('content-type')).toContain('image/svg+xml');
  expect(await picture.text()).toMatch(/^<svg .*欢迎致电/s);
});
