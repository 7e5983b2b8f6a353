import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, Refused } from '../../base/errors.ts';
import { encodeApi } from '../../pbx/freeswitch/esl-encoder.ts';
import { sayOnce } from '../../pbx/freeswitch/esl-once-link.ts';
import { freeswitchEtc } from './home.ts';

const MUSIC = ['media.xml', 'music_classes.xml'];
const TRUNK = ['trunk.xml'];
/** Looked at anew for each call and each login. Files that are nowhere here are read only when FreeSWITCH starts. */
const LOOKED_UP = ['phones.xml', 'web_phones.xml', 'hand_over.xml', 'safety_net.xml', 'demonstration.xml'];
/** A class of music ends within one packet of audio. */
const MUSIC_ENDS_WITHIN_MS = 2_000;
const LOOK_EVERY_MS = 20;

/** The FreeSWITCH to tell. */
export interface ReloadParts {
  readonly data: string;
  readonly eslPort: number;
  readonly eslPassword: string;
}

/** Whether a running FreeSWITCH can take these changed files without a restart. */
export function canReload(files: readonly string[]): boolean {
  return files.every((file) => [...LOOKED_UP, ...TRUNK, ...MUSIC].includes(file));
}

/** Lets a running FreeSWITCH read the changed files again; calls go on. Throws `Refused('reload-failed')`. */
export async function reloadFreeswitch(
  { data, eslPort, eslPassword }: ReloadParts,
  files: readonly string[],
): Promise<void> {
  const say = (command: string) =>
    sayOnce({ host: '127.0.0.1', port: eslPort, password: eslPassword }, command);
  try {
    obeyed(await say(encodeApi('reloadxml')));
    if (files.some((file) => TRUNK.includes(file))) obeyed(await say(encodeApi('reloadacl')));
    if (files.some((file) => MUSIC.includes(file))) await changeMusic(say, classesIn(freeswitchEtc(data)));
  } catch (error) {
    throw new Refused(
      'reload-failed',
      `FreeSWITCH did not read its configuration again (${messageOf(error)}). Restart Carillon.`,
    );
  }
}

function obeyed(said: string): void {
  if (!said.startsWith('+OK')) throw new Error(said.slice(0, 100));
}

/** A class that plays from another folder now is stopped first: it looks at its configuration only when it begins. */
async function changeMusic(
  say: (command: string) => Promise<string>,
  wanted: ReadonlyMap<string, string>,
): Promise<void> {
  const playing = async () =>
    new Map((await say(encodeApi('local_stream', 'show'))).split('\n').map((line) => pair(line)));
  const before = await playing();
  for (const [name, folder] of wanted) {
    if (before.get(name) === folder) continue;
    if (before.has(name)) {
      obeyed(await say(encodeApi('local_stream', 'stop', name)));
      for (const deadline = Date.now() + MUSIC_ENDS_WITHIN_MS; (await playing()).has(name); ) {
        if (Date.now() > deadline) throw new Error(`the music ${name} goes on`);
        await sleep(LOOK_EVERY_MS);
      }
    }
    obeyed(await say(encodeApi('local_stream', 'start', name)));
  }
}

function pair(line: string): [name: string, folder: string] {
  const [name = '', ...folder] = line.trim().split(',');
  return [name, folder.join(',')];
}

/** Classes of music and their folders, as they were rendered. */
function classesIn(etc: string): Map<string, string> {
  const text = MUSIC.map((name) => readFileSync(join(etc, name), 'utf8')).join('');
  const found = [...text.matchAll(/<directory name="([^"]+)" path="([^"]+)"/g)];
  return new Map(found.map(([, name = '', folder = '']) => [name, folder]));
}
