import { expect, test } from 'vitest';
import { signedIn } from './access-lab.ts';
import { openEditing } from './editing-lab.ts';
import { openScoped, type ScopeLab } from './scope-lab.ts';

/** The version of the hotline that runs, and its trial. */
interface Running {
  readonly version: string;
  readonly trial: string;
}

/** Every route of scope `centre` that only reads, and how it is asked. */
const READS: Readonly<Record<string, (running: Running) => string>> = {
  '/api/session': () => '/api/session',
  '/api/desk': () => '/api/desk',
  '/api/desk/phone': () => '/api/desk/phone',
  '/api/desk/choices': () => '/api/desk/choices',
  '/api/reports/queues': () => '/api/reports/queues',
  '/api/reports/exports': () => '/api/reports/exports',
  '/api/flows': () => '/api/flows',
  '/api/flows/{name}/versions': () => '/api/flows/hotline/versions',
  '/api/flows/{name}/versions/{version}': ({ version }) => `/api/flows/hotline/versions/${version}`,
  '/api/flows/{name}/versions/{before}/diff/{after}': ({ version }) =>
    `/api/flows/hotline/versions/${version}/diff/${version}`,
  '/api/flows/{name}/steps': () => '/api/flows/hotline/steps',
  '/api/flows/{name}/picture': () => '/api/flows/hotline/picture',
  '/api/flow-figures': () => '/api/flow-figures',
  '/api/flow-files': () => '/api/flow-files',
  '/api/flow-files/{name}': () => '/api/flow-files/hotline.yaml',
  '/api/flow-trials/{id}': ({ trial }) => `/api/flow-trials/${trial}`,
  '/api/flow-trials/{id}/entries/{entry}/audio': ({ trial }) => `/api/flow-trials/${trial}/entries/1/audio`,
  '/api/calendars': () => '/api/calendars',
  '/api/routing-file': () => '/api/routing-file',
};

interface Operation {
  readonly 'x-scope'?: string;
  readonly security: readonly object[];
}

async function centreReads(api: ScopeLab): Promise<string[]> {
  const { body } = await api.send('', 'GET', '/openapi.json');
  return Object.entries<{ readonly get?: Operation }>(body.paths)
    .filter(([, { get }]) => get && get.security.length > 0 && get['x-scope'] === 'centre')
    .map(([path]) => path);
}

test('what belongs to no branch names nothing of another one, whatever is asked', async () => {
  const api = await openScoped(openEditing);
  // The rules of the centre have something to say of an agent of each branch.
  for (const branch of ['ours', 'theirs']) {
    const at = api.centre.staff.findIndex(({ id }) => id === `agent-${branch}`);
    api.centre.staff[at] = { ...api.centre.staff[at]!, skills: { juggling: 3 } };
  }
  await api.clock.advance(60_000);
  const problems = async () => (await api.askAsHead('GET', '/api/routing')).body.problems.join();
  await expect.poll(problems).toMatch(/agent-ours .* and 1 more: .*juggling/);
  expect((await centreReads(api)).sort()).toEqual(Object.keys(READS).sort());
  await api.users.change('user-ours', { agentId: 'free-ours' });
  const page = await signedIn(api, 'ours');
  const { version } = (await page.send('GET', '/api/flows')).body.items.find(
    ({ name }: { name: string }) => name === 'hotline',
  );
  const wish = { target: 'hotline', caller: api.theirs.number };
  const { id: trial } = (await page.send('POST', '/api/flow-trials', wish)).body;
  for (const [path, urlOf] of Object.entries(READS)) {
    const { status, text } = await page.send('GET', urlOf({ version, trial }));
    // Nothing was made to sound here.
    expect([path, status]).toEqual([path, path.endsWith('/audio') ? 404 : 200]);
    const said = text.replaceAll(`"caller":"${wish.caller}"`, '');
    expect([path, /theirs|13522220002/.exec(said)?.[0]]).toEqual([path, undefined]);
  }
});

test('which agents fit where is told of the own branch alone', async () => {
  const api = await openScoped(openEditing);
  const [ours, all] = [
    await api.ask('GET', '/api/routing/fits'),
    await api.askAsHead('GET', '/api/routing/fits'),
  ];
  expect([ours.text.includes('-ours'), ours.text.includes('theirs'), all.text.includes('theirs')]).toEqual([
    true,
    false,
    true,
  ]);
});
