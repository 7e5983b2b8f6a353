import { cleanNumber } from '../../base/text.ts';
import { CALLER_SCRIPTS, type ScriptedCaller, type ScriptedCallers } from '../demonstration.ts';
import { text } from '../json.ts';
import { checkEndpoint, PbxError } from '../pbx.ts';
import { parseRows } from './esl-codec.ts';
import { encodeApi, encodeFor, encodeOriginate } from './esl-encoder.ts';
import { type Say, talkOnce } from './esl-once-link.ts';
import type { EslSocketOptions } from './esl-socket-link.ts';

export interface FreeswitchScriptedCallersOptions extends EslSocketOptions {
  /** SIP profile that they call with, and the address that they call, `host:port`. */
  readonly profile: string;
  readonly sip: string;
}

/** So their channels begin: `demo-vip-…`. No leg of the centre does. */
const CHANNEL = new RegExp(`^demo-(${CALLER_SCRIPTS.join('|')})-([a-z0-9-]+)$`);
const RING_S = 30;
/** How long FreeSWITCH may take to make his channel, ms. */
const BEGIN_MS = 1_000;
const LOOK_EVERY_MS = 10;

/**
 * Scripted callers by an originate whose channel runs through the dialplan of their own: FreeSWITCH calls itself as a guest does, and
 * knows nothing more of him than of others.
 */
export function freeswitchScriptedCallers(options: FreeswitchScriptedCallersOptions): ScriptedCallers {
  const { profile, sip } = options;
  /** Those whom we sent, by their channels: FreeSWITCH's list of channels is late. */
  const sent = new Map<string, ScriptedCaller>();
  return {
    async call(caller) {
      const channel = channelOf(caller);
      checkEndpoint({ kind: 'outside', number: caller.dialled });
      const variables = {
        origination_uuid: channel,
        origination_caller_id_number: cleanNumber(caller.callerNumber),
        origination_caller_id_name: '',
        originate_timeout: String(RING_S),
        // Else his script begins with the ringing tone.
        ignore_early_media: 'true',
      };
      const address = `sofia/${profile}/${caller.dialled}@${sip}`;
      await talkOnce(options, async (say) => {
        await say(encodeOriginate(channel, variables, address, `${caller.script} XML demo-caller`));
        await begun(say, channel);
      });
      sent.set(channel, { id: caller.id, script: caller.script });
    },
    present() {
      return talkOnce(options, async (say) => {
        const rows = parseRows(await say(encodeApi('show', 'channels', 'as', 'json')));
        const listed = rows.flatMap((row) => callerOf(text(row, 'uuid') ?? '') ?? []);
        const all = new Map([...sent.values(), ...listed].map((caller) => [channelOf(caller), caller]));
        const present = await Promise.all(
          [...all].map(async ([channel, caller]) => {
            if (await isThere(say, channel)) return [caller];
            sent.delete(channel);
            return [];
          }),
        );
        return present.flat();
      });
    },
    async hangUp(callers) {
      // Over one connection, for it lets no more than five wait at its door. What it says no to has hung up already.
      await talkOnce(options, (say) =>
        Promise.all(
          callers.map((caller) => say(encodeFor('uuid_kill', channelOf(caller), 'NORMAL_CLEARING'))),
        ),
      );
    },
  };
}

async function begun(say: Say, channel: string): Promise<void> {
  for (let left = BEGIN_MS / LOOK_EVERY_MS; left > 0; left -= 1) {
    if (await isThere(say, channel)) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new PbxError('refused', 'FreeSWITCH made no scripted caller, or nobody let him in');
}

async function isThere(say: Say, channel: string): Promise<boolean> {
  return (await say(encodeFor('uuid_exists', channel))) === 'true';
}

function channelOf({ script, id }: ScriptedCaller): string {
  return `demo-${script}-${id}`;
}

function callerOf(channel: string): ScriptedCaller | undefined {
  const [, name, id] = CHANNEL.exec(channel) ?? [];
  const script = CALLER_SCRIPTS.find((one) => one === name);
  return script && id !== undefined ? { id, script } : undefined;
}
