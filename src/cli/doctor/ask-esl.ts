import { parseRows } from '../../pbx/freeswitch/esl-codec.ts';
import { encodeApi } from '../../pbx/freeswitch/esl-encoder.ts';
import { sayOnce } from '../../pbx/freeswitch/esl-once-link.ts';
import { PbxError } from '../../pbx/pbx.ts';
import type { LogIn } from './switchboard.ts';

/** What FreeSWITCH says over its event socket. */
export interface EslAnswer {
  readonly logIn: LogIn;
  /** Whether a daemon was there in the last seconds. */
  readonly isDriven?: boolean;
  /** Those of the modules asked about that do not run. */
  readonly idle?: readonly string[];
  /** Registered phones. */
  readonly contacts?: number;
}

/** The dialplan takes a daemon for gone that was silent for so long, whole seconds. */
const BEAT_LASTS_S = 4;

/** Logs in at the event socket on this machine and asks, among others for these modules. */
export async function askEsl(port: number, password: string, modules: readonly string[]): Promise<EslAnswer> {
  const ask = (...words: Parameters<typeof encodeApi>): Promise<string> =>
    sayOnce({ host: '127.0.0.1', port, password }, encodeApi(...words));
  try {
    const isPaused = (await ask('fsctl', 'pause_check')) === 'true';
    const beat = Number(await ask('global_getvar', 'carillon_beat'));
    const idle: string[] = [];
    // Its list of modules grows for a second after it began to answer.
    for (const name of modules) if ((await ask('module_exists', name)) !== 'true') idle.push(name);
    const phones = parseRows(await ask('show', 'registrations', 'as', 'json'));
    return {
      logIn: isPaused ? 'stopping' : 'ok',
      isDriven: Math.floor(Date.now() / 1_000) - beat < BEAT_LASTS_S,
      idle,
      contacts: new Set(phones.map(({ reg_user: user }) => user)).size,
    };
  } catch (thrown) {
    if (!(thrown instanceof PbxError)) throw thrown;
    return { logIn: thrown.code === 'refused' ? 'refused' : 'silent' };
  }
}
