import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Refused } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { freeswitchPbx } from '../../pbx/freeswitch/pbx.ts';
import { freeswitchPerimeter } from '../../pbx/freeswitch/perimeter.ts';
import { freeswitchScriptedCallers } from '../../pbx/freeswitch/scripted-callers.ts';
import type { PbxConnections } from '../pbx-installation.ts';
import { recordingsFolder } from '../recordings.ts';
import type { Secrets } from '../secrets.ts';
import { hostPort, reachableHost, type Settings } from '../settings.ts';
import { freeswitchEtc } from './home.ts';
import { readFreeswitchPorts } from './ports.ts';

/** SIP profile, and domain of the phones. */
const PROFILE = 'carillon';
const DOMAIN = 'carillon';

/**
 * What the daemon has of a FreeSWITCH that was set up in this data folder. Throws `Refused('not-set-up')`.
 * @param log of a part of the daemon
 */
export function freeswitchConnections(
  settings: Pick<Settings, 'data' | 'bind' | 'sipPort'>,
  { eslPassword: password }: Pick<Secrets, 'eslPassword'>,
  log: (part: string) => Log,
): PbxConnections {
  const { data, sipPort } = settings;
  const ports = readFreeswitchPorts(data);
  if (!ports)
    throw new Refused('not-set-up', 'No FreeSWITCH has been set up in this data folder. Run: npm start');
  const control = { host: '127.0.0.1', port: ports.esl, password };
  const recordings = recordingsFolder(data);
  return {
    pbx: freeswitchPbx({
      ...control,
      recordings,
      phoneProfile: PROFILE,
      domain: DOMAIN,
      trunk: 'trunk',
      idPrefix: 'leg-',
      log: log('pbx'),
    }),
    perimeter: freeswitchPerimeter({
      ...control,
      keepList: (xml) => replaceFile(join(freeswitchEtc(data), 'shut_out.xml'), xml),
      log: log('security'),
    }),
    callers: freeswitchScriptedCallers({
      ...control,
      profile: PROFILE,
      sip: hostPort(reachableHost(settings), sipPort),
    }),
    recordings,
    webSip: `ws://127.0.0.1:${ports.webSip}`,
  };
}

/** FreeSWITCH never reads half of it. */
async function replaceFile(file: string, content: string): Promise<void> {
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, content, { mode: 0o600 });
  await rename(unfinished, file);
}
