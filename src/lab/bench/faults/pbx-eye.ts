import { type ApiCommand, encodeApi } from '../../../pbx/freeswitch/esl-encoder.ts';
import { sayOnce } from '../../../pbx/freeswitch/esl-once-link.ts';
import { readAsteriskPorts } from '../../../setup/asterisk/process.ts';
import { readFreeswitchPorts } from '../../../setup/freeswitch/ports.ts';
import type { Rig } from '../rig.ts';

/** What a PBX says of itself, past the daemon. */
export interface PbxEye {
  /** Channels and bridges that it has. FreeSWITCH knows no bridges but by their channels, so there are none. */
  left(): Promise<{ readonly channels: number; readonly bridges: number }>;
  /** Whether it takes calls. */
  isUp(): Promise<boolean>;
}

/** The place whose PBX is looked at. */
type Place = Pick<Rig, 'settings' | 'secrets'>;

export function pbxEye(place: Place): PbxEye {
  return place.settings.pbx === 'asterisk' ? asteriskEye(place) : freeswitchEye(place);
}

function asteriskEye({ settings, secrets }: Place): PbxEye {
  const login = Buffer.from(`carillon:${secrets.ariPassword}`).toString('base64');
  const ask = (path: string, timeoutMs: number) =>
    fetch(`http://127.0.0.1:${readAsteriskPorts(settings.data)?.ari}/ari/${path}`, {
      headers: { authorization: `Basic ${login}` },
      signal: AbortSignal.timeout(timeoutMs),
    });
  const count = async (path: string): Promise<number> => {
    const list: unknown = await (await ask(path, 5_000)).json();
    if (!Array.isArray(list)) throw new Error(`ARI gives no list of ${path}`);
    return list.length;
  };
  return {
    left: async () => ({ channels: await count('channels'), bridges: await count('bridges') }),
    isUp: async () => {
      const answer = await ask('asterisk/ping', 500).catch(() => undefined);
      return answer?.ok ?? false;
    },
  };
}

function freeswitchEye({ settings, secrets }: Place): PbxEye {
  const ask = (name: ApiCommand, ...words: readonly string[]) => {
    const port = readFreeswitchPorts(settings.data)?.esl ?? 0;
    return sayOnce({ host: '127.0.0.1', port, password: secrets.eslPassword }, encodeApi(name, ...words));
  };
  return {
    async left() {
      const said = await ask('show', 'channels', 'count');
      const channels = Number.parseInt(said, 10);
      if (Number.isNaN(channels)) throw new Error(`FreeSWITCH does not count its channels: ${said}`);
      return { channels, bridges: 0 };
    },
    isUp: async () => (await ask('sofia', 'status').catch(() => '')).includes('RUNNING'),
  };
}
