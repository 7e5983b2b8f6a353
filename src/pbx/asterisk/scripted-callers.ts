import { CALLER_SCRIPTS, type ScriptedCaller, type ScriptedCallers } from '../demonstration.ts';
import { check, checkGone } from './answers.ts';
import { parseChannel, path } from './ari-codec.ts';
import { AriHttp, type AriHttpOptions } from './ari-http-link.ts';

const DEADLINE_MS = 3_000;
/** Name of the endpoint, and of the dialplan's context, in which they live. */
const PLACE = 'demo-caller';
/** So their channels begin: `demo-vip-…`. No leg of the centre does. */
const CHANNEL = new RegExp(`^demo-(${CALLER_SCRIPTS.join('|')})-([a-z0-9-]+)$`);
const RING_S = 30;

/**
 * Scripted callers by ARI's originate, which lets a channel run through the dialplan. For legs of the centre we never use it; here
 * nobody is called: it is the caller who is made, and he may vanish with the daemon.
 */
export function asteriskScriptedCallers(options: AriHttpOptions): ScriptedCallers {
  const ari = new AriHttp(options, DEADLINE_MS);
  return {
    async call(caller) {
      const answer = await ari.request({
        method: 'POST',
        path: 'channels',
        body: {
          endpoint: `PJSIP/${caller.dialled}@${PLACE}`,
          channelId: channelOf(caller),
          context: PLACE,
          extension: caller.script,
          priority: 1,
          callerId: caller.callerNumber,
          timeout: RING_S,
        },
      });
      check(answer, `scripted caller ${caller.id}`);
    },
    async present() {
      const answer = await ari.request({ method: 'GET', path: 'channels' });
      check(answer, 'scripted callers');
      return (Array.isArray(answer.body) ? answer.body : []).flatMap(
        (channel) => callerOf(parseChannel(channel)?.id ?? '') ?? [],
      );
    },
    async hangUp(callers) {
      await Promise.all(
        callers.map(async (caller) => {
          const answer = await ari.request({ method: 'DELETE', path: path('channels', channelOf(caller)) });
          checkGone(answer, `scripted caller ${caller.id}`);
        }),
      );
    },
  };
}

function channelOf({ script, id }: ScriptedCaller): string {
  return `demo-${script}-${id}`;
}

function callerOf(channel: string): ScriptedCaller | undefined {
  const [, name, id] = CHANNEL.exec(channel) ?? [];
  const script = CALLER_SCRIPTS.find((one) => one === name);
  return script && id !== undefined ? { id, script } : undefined;
}
