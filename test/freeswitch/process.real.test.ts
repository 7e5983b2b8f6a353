import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeApi } from '../../src/pbx/freeswitch/esl-encoder.ts';
import { sayOnce } from '../../src/pbx/freeswitch/esl-once-link.ts';
import { freeswitchEtc, freeswitchHome } from '../../src/setup/freeswitch/home.ts';
import { freeswitchInstallation } from '../../src/setup/freeswitch/installation.ts';
import { readFreeswitchPorts } from '../../src/setup/freeswitch/ports.ts';
import type { PbxInstallation, RunningPbx } from '../../src/setup/pbx-installation.ts';
import { inProject } from '../../src/setup/project.ts';
import { ensureSecrets, readSecrets } from '../../src/setup/secrets.ts';
import { TEST_PHONES, testSettings } from '../asterisk/asterisk.ts';

const program = process.env.FREESWITCH_HOME;

let data = '';
let installation: PbxInstallation;
let running: RunningPbx | undefined;

beforeAll(async () => {
  if (!program) return;
  data = inProject(`.carillon-test/freeswitch-process-${process.pid}`);
  mkdirSync(data, { recursive: true });
  const env = { CARILLON_PBX: 'freeswitch', CARILLON_FREESWITCH: program };
  const settings = await testSettings(data, { env });
  installation = freeswitchInstallation(settings, ensureSecrets(data));
  await installation.find(() => undefined);
  await installation.configure(TEST_PHONES);
});

afterAll(async () => {
  await running?.stop();
  if (data) rmSync(data, { recursive: true, force: true });
});

/** Classes of music that play, and their folders. */
async function music(): Promise<string> {
  const { esl = 0 } = readFreeswitchPorts(data) ?? {};
  const access = { host: '127.0.0.1', port: esl, password: readSecrets(data).eslPassword };
  return sayOnce(access, encodeApi('local_stream', 'show'));
}

const pidFile = () => join(freeswitchHome(data), 'run/freeswitch.pid');

describe.skipIf(!program)('a FreeSWITCH (skipped where FREESWITCH_HOME names none)', () => {
  it('starts_over_the_pid_file_that_a_killed_one_left_and_of_which_somebody_else_has_the_number_now', async () => {
    mkdirSync(join(freeswitchHome(data), 'run'), { recursive: true });
    writeFileSync(pidFile(), String(process.pid));
    expect(installation.findRunning()).toBeUndefined();
    running = await installation.start();
    expect(running.adopted).toBe(false);
    expect(installation.findRunning()).toBe(running.pid);
  });

  it('is_adopted_by_the_next_supervisor_who_hears_of_its_end', async () => {
    const again = await installation.start();
    expect(again).toMatchObject({ adopted: true, pid: running?.pid });
    process.kill(again.pid, 'SIGKILL');
    await again.ended;
    expect(installation.findRunning()).toBeUndefined();
  });

  it('is_killed_when_it_hangs_and_the_next_one_starts', async () => {
    running = await installation.start();
    process.kill(running.pid, 'SIGSTOP');
    await running.stop();
    expect(installation.findRunning()).toBeUndefined();
  });

  it('says_why_it_does_not_start', async () => {
    const file = join(freeswitchEtc(data), 'switch.xml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('</configuration>', '</wrong>'));
    await expect(installation.start()).rejects.toMatchObject({
      id: 'freeswitch-failed',
      message: expect.stringMatching(
        /^FreeSWITCH did not start: "[^"]*(wrong|configuration|tag)[^"]*"\. See \//,
      ),
    });
    writeFileSync(file, text);
  });

  it('takes_music_that_moved_or_came_without_a_restart', async () => {
    running = await installation.start();
    const classes = join(freeswitchEtc(data), 'music_classes.xml');
    const text = readFileSync(classes, 'utf8');
    const folder = join(freeswitchHome(data), 'music/default');
    writeFileSync(
      classes,
      text.replace('</include>', `<directory name="more" path="${folder}"></directory>\n</include>`),
    );
    await installation.reload(['music_classes.xml']);
    expect(await music()).toContain(`more,${folder}\n`);
    writeFileSync(classes, readFileSync(classes, 'utf8').replace(`path="${folder}"`, `path="${folder}/."`));
    await installation.reload(['music_classes.xml']);
    expect(await music()).toContain(`more,${folder}/.`);
  });
});
