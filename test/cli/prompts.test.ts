import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aFlow, Place } from './carillon.ts';

const FLOW = `
flow: hotline
languages: [zh-CN, en]
start: greet
prompts:
  welcome: { zh-CN: 您好。, en: Welcome. }
  balance: { zh-CN: "余额{number(1)}元。", en: "You have {number(1)} yuan." }
steps:
  greet: { say: welcome, then: tell }
  tell: { say: balance, then: bye }
  bye: { say: { zh-CN: 再见。, en: Goodbye. }, then: end }
  end: { hangup: {} }
`;
const SHARED =
  'zone: UTC\npersonas:\n  wealth: { prompts: gold, music: wealth }\n  night: { music: night }\n';
/** Half a second of silence. */
const WAV = Buffer.concat([
  Buffer.from('RIFF'),
  Buffer.from([0x64, 0x1f, 0, 0]),
  Buffer.from('WAVEfmt '),
  Buffer.from([16, 0, 0, 0, 1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 16, 0]),
  Buffer.from('data'),
  Buffer.from([0x40, 0x1f, 0, 0]),
  Buffer.alloc(8000),
]);

function placeOfHotline(flow = FLOW): Place {
  const place = new Place({ 'hotline.yaml': flow, 'shared.yaml': SHARED });
  for (const file of ['zh-CN/hotline/welcome.wav', 'gold/en/hotline/balance.1.wav', 'en/old.wav']) {
    mkdirSync(join(place.flows, 'prompts', file, '..'), { recursive: true });
    writeFileSync(join(place.flows, 'prompts', file), WAV);
  }
  return place;
}

test('list shows every sound by language and persona, aligned, and the recordings that nobody says', async () => {
  const place = placeOfHotline();
  const english = new Place({ 'a.yaml': aFlow('a'), 'prompts/en/old.wav': '' });
  const [one, all, part, json] = await Promise.all([
    english.run(['prompts', 'list']),
    place.run(['prompts', 'list']),
    place.run(['prompts', 'list', '--language', 'en', '--persona', 'wealth']),
    place.run(['prompts', 'list', '--json']),
  ]);
  expect(all.out.split('\n').slice(0, 5)).toEqual([
    'prompt             language  persona   state     seconds  words',
    'hotline/welcome    zh-CN     ordinary  recorded    0.5    您好。',
    'hotline/balance.1  zh-CN     ordinary  missing            余额',
    'hotline/balance.2  zh-CN     ordinary  missing            元。',
    '-                  zh-CN     ordinary  missing            再见。',
  ]);
  expect(all.out).toContain('Words of numbers, dates and amounts, en, wealth: 0 recorded, 0 spoken,');
  expect(all.out).toContain('Recordings that no flow says, in flows/prompts:\n  en/old.wav\n');
  expect(all.out).not.toContain('  gold/en/hotline/balance.1.wav');
  expect(part.out).toContain('hotline/balance.1  en        wealth   recorded    0.5    You have');
  expect(part.out).toContain('4 sounds: 1 recorded, 0 spoken, 3 missing');
  expect(part.out).not.toContain('zh-CN');
  expect(part.out).not.toContain('old.wav');
  expect(one.out).toContain('no flow says, in flows/prompts:\n  en/old.wav\n');
  expect(JSON.parse(json.out).orphans).toEqual(['en/old.wav']);
  expect(existsSync(place.data), 'listing sets nothing up').toBe(false);
  expect([all.code, part.code, json.code]).toEqual([0, 0, 0]);
});

test('missing is a sheet to read from: where each recording goes and its words, those of values too', async () => {
  const place = placeOfHotline();
  const { code, out } = await place.run(['prompts', 'missing']);
  const lines = out.split('\n');
  expect(lines).not.toContainEqual(expect.stringMatching(/^flows\/prompts\/zh-CN\/hotline\/welcome/));
  expect(lines).toContainEqual(
    expect.stringMatching(/^flows\/prompts\/zh-CN\/hotline\/balance\.1\.wav +余额$/),
  );
  expect(lines).toContainEqual(expect.stringMatching(/^flows\/prompts\/zh-CN\/words\/\S+\.wav +七$/));
  // The persona with a folder has recordings of her own to make; the ordinary one does not count for her.
  expect(lines).toContainEqual(
    expect.stringMatching(/^flows\/prompts\/gold\/zh-CN\/hotline\/welcome\.wav +您好。$/),
  );
  expect(out).not.toContain('gold/en/hotline/balance.1.wav');
  expect(lines.filter((line) => line.startsWith('# ')).map((line) => line.replace(/: .*/, ''))).toEqual([
    '# zh-CN, ordinary',
    '# zh-CN, wealth',
    '# en, ordinary',
    '# en, wealth',
  ]);
  expect(out).toContain('2 more prompts of words without a name: put them under "prompts" to record them.');
  expect(code).toBe(0);
});

test('a prompt of which callers would hear nothing makes missing fail, and is named', async () => {
  const place = placeOfHotline(FLOW.replace('say: welcome', 'say: wellcome'));
  const [text, json] = await Promise.all([
    place.run(['prompts', 'missing']),
    place.run(['prompts', 'missing', '--json']),
  ]);
  expect(text.out).toContain(
    'hotline/wellcome (en) has neither a recording nor words: callers hear nothing of it.',
  );
  expect(JSON.parse(json.out).silent).toEqual(['hotline/wellcome (zh-CN)', 'hotline/wellcome (en)']);
  expect([text.code, json.code]).toEqual([1, 1]);
});

test('one name with other words in another flow is another recording', async () => {
  const place = placeOfHotline();
  place.write('other.yaml', FLOW.replace('flow: hotline', 'flow: other').replace('Welcome.', 'Good day.'));
  const { sheets } = JSON.parse((await place.run(['prompts', 'missing', '--json'])).out);
  const files = sheets.flatMap((sheet: { prompts: { file: string }[] }) =>
    sheet.prompts.map(({ file }) => file),
  );
  expect(files).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/en\/hotline\/welcome\.wav$/),
      expect.stringMatching(/en\/other\/welcome\.wav$/),
    ]),
  );
});

test('render needs speech; with a program of any kind it makes all sounds, and fails when one fails', async () => {
  const place = placeOfHotline();
  const without = await place.run(['prompts', 'render']);
  expect(without.err).toContain('sudo apt-get install espeak-ng sox');
  expect([without.code, existsSync(place.data)]).toEqual([1, false]);

  const programs = join(place.folder, 'bin');
  mkdirSync(programs);
  const sound = join(place.folder, 'sound.wav');
  writeFileSync(sound, WAV);
  // Both get the file to write among their arguments; a prompt that says "Goodbye." cannot be spoken.
  const program = (name: string, script: string) => {
    writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(programs, name), 0o755);
  };
  program(
    'espeak-ng',
    `case "$(cat)" in *Goodbye*) exit 1;; esac\nwhile [ "$1" != -w ]; do shift; done\ncp ${sound} "$2"`,
  );
  program('sox', `for file do case "$file" in /*.wav) last=$file;; esac; done\ncp ${sound} "$last"`);
  const env = { PATH: `${programs}:/usr/bin:/bin` };
  const failing = await place.run(['prompts', 'render', '--persona', 'ordinary', '--language', 'en'], env);
  expect(failing.out).toMatch(/^en: 50 of \d+ …$/m);
  expect(failing.out).toMatch(/^\d+ sounds made in \S+data\/prompts, 1 problem$/m);
  expect(failing.code).toBe(1);
  expect(readdirSync(join(place.data, 'prompts')).length).toBeGreaterThan(50);
  const listed = await place.run(['prompts', 'list', '--persona', 'ordinary', '--language', 'en']);
  expect(listed.out).toContain('welcome    en        ordinary  spoken     0.5    Welcome.');
});

test('a language or persona that there is not is wrong usage; flows with errors are named', async () => {
  const place = placeOfHotline();
  place.write('broken.yaml', 'flow: broken\n');
  const [language, persona] = await Promise.all([
    place.run(['prompts', 'list', '--language', 'fr']),
    place.run(['prompts', 'missing', '--persona', 'welth']),
  ]);
  expect(language.err).toContain('No flow speaks with the language "fr": there is zh-CN, en.');
  expect(language.err).toContain('Left out, because of errors: flows/broken.yaml.');
  expect(persona.err).toContain('persona "welth": there is ordinary, wealth, night.');
  expect([language.code, persona.code]).toEqual([2, 2]);
});
