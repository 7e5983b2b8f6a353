import { join } from 'node:path';
import { Refused } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { asteriskPbx } from '../../pbx/asterisk/pbx.ts';
import { asteriskPerimeter } from '../../pbx/asterisk/perimeter.ts';
import { asteriskScriptedCallers } from '../../pbx/asterisk/scripted-callers.ts';
import type { PbxConnections } from '../pbx-installation.ts';
import { recordingsFolder } from '../recordings.ts';
import type { Secrets } from '../secrets.ts';
import type { Settings } from '../settings.ts';
import { readAsteriskPorts } from './process.ts';

/**
 * What the daemon has of an Asterisk that was set up in this data folder. Throws `Refused('not-set-up')`.
 * @param log of a part of the daemon
 */
export function asteriskConnections(
  { data }: Pick<Settings, 'data'>,
  { ariPassword, amiPassword }: Pick<Secrets, 'ariPassword' | 'amiPassword'>,
  log: (part: string) => Log,
): PbxConnections {
  const ports = readAsteriskPorts(data);
  if (!ports)
    throw new Refused('not-set-up', 'No Asterisk has been set up in this data folder. Run: npm start');
  const ari = { user: 'carillon', password: ariPassword, url: `http://127.0.0.1:${ports.ari}` };
  const control = {
    ariUrl: ari.url,
    ariUser: ari.user,
    ariPassword,
    amiHost: '127.0.0.1',
    amiPort: ports.ami,
    amiUser: 'carillon',
    amiPassword,
  };
  const recordings = recordingsFolder(data);
  return {
    pbx: asteriskPbx({
      ...control,
      app: 'carillon',
      recordings,
      sounds: join(data, 'sounds'),
      trunk: 'trunk',
      idPrefix: 'leg-',
      log: log('pbx'),
    }),
    perimeter: asteriskPerimeter({ ...control, log: log('security') }),
    callers: asteriskScriptedCallers(ari),
    recordings,
    webSip: `ws://127.0.0.1:${ports.ari}/ws`,
  };
}
