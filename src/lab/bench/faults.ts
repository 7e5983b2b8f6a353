/** `npm run bench:faults [-- --pbx freeswitch | --json | --only daemonKill,… | --controls | --help]`: what callers notice of faults. See `HELP`. */
import { parseArgs } from 'node:util';
import { messageOf } from '../../base/errors.ts';
import type { PbxKind } from '../../setup/pbx-installation.ts';
import { comparedWith, pbxKindIn } from './compared.ts';
import { abandon } from './faults/abandon.ts';
import { agentRace } from './faults/agent-race.ts';
import { type Controls, controlsOf } from './faults/controls.ts';
import { daemonHang } from './faults/daemon-hang.ts';
import { daemonKill } from './faults/daemon-kill.ts';
import { dialerKill } from './faults/dialer-kill.ts';
import { FAULTS, type Fault, goalsOf, goalText, missedBy } from './faults/goals.ts';
import { overload } from './faults/overload.ts';
import { pbxKill } from './faults/pbx-kill.ts';
import { thaw } from './faults/thaw.ts';
import { machineMs, shareOf } from './processor.ts';

const HELP = `npm run bench:faults [-- options]   what callers notice of faults, on a real PBX
  --pbx name      asterisk (when not said), or freeswitch: the one in FREESWITCH_HOME or CARILLON_FREESWITCH, and Asterisk beside it
  --alone         with --pbx freeswitch: without Asterisk beside it
  --json          one line of JSON
  --only a,b      only these faults: daemonKill, daemonHang, pbxKill, abandon, overload, dialerKill
  --controls      also the negative controls: faults of our own making that these benches have to see
  --seed n        of the callers who abandon, and of the customers who are called (1)
  --rate n        callers per second that are admitted under overload (what the product says without a setting)
  --cold          the overload meets a daemon that has just started
  --repeats n     kills of the daemon (3)
  --attempts n    customers who are called while the daemon is killed (1000)
  --frozen s      how long the daemon is frozen that is thawed then (30)

Each fault meets the whole product: carillon start with its supervisor, daemon and PBX, on data and ports of its own. Callers,
phones and trunk are small SIP programs of this bench that send and hear real RTP; a stall of the bench itself is taken off its gaps.
machine: the share of all processors that was in use; where others used them, times say little.

daemonKill   kill -9 of the daemon under 60 live calls (20 in a menu, 20 in the queue's music, 20 in a bridge with an outside
             party) and 20 new calls a second; the worst of all repeats.
             dropped: live calls that ended · gaps: more than 200 ms without audio, in music and both ways in bridges · failed: new
             calls refused, cut off or not answered within 15 s · controlMs: from the kill until the slowest of six callers in the menu
             is in the queue that his key stands for · stranded: those of them who are not there within 20 s
daemonHang   SIGSTOP of the daemon. servedMs: the longest that a caller waits who dials while it hangs.
             staleWrites: commands to the PBX (counted by a proxy) and commits of a daemon that was frozen, replaced and thawed
pbxKill      kill -9 of the PBX under 30 live calls. noticedMs: until /health says so · servingMs: from the moment that it is up
             again until a caller is answered · unclosed: calls without exactly one CallEnded in the end · lost: calls that ended with it
             (Asterisk: all of them) · registrationsLost: phones that could not be called. FreeSWITCH takes calls up again, so there too:
             audioBackMs: from the kill until all pairs hear each other again, both ways · silent: callers in the queue who
             hear no music again · controlMs, stranded: as for daemonKill
abandon      1,000 callers hang up at random moments: ring, greeting, menu, campaign code, queue, offer, talk, voicemail.
             orphans: channels, bridges and live calls left after 60 s · stuck: agents still in an offer or a talk
agentRace    1,000 agents hang up within 160 ms of their answer, while the music is stopped and the bridge made. stuck: callers who are
             neither let go nor given to another agent for 20 s · dropped: callers whom the PBX ended with their agent · orphans: channels,
             bridges and live calls left in the end
overload     twice the admitted rate for 60 s, after 20 s of half of it. p95Ms: set-up of the calls taken · zombies: what is left 30 s
             later · broken: calls neither served nor refused · answeredShare, offeredShare: of the admitted rate, as measured
dialerKill   a campaign calls 1,000 customers (busy, not there, answering sooner or later) for 16 agents; the daemon is killed (kill -9)
             every twelve seconds: between attempt and dial, between dial and response, while it rings, at the answer, between the end and the
             lists, at random. doubleDials: calls beyond a number's attempts · droppedAnswers: customers who answered and were hung up
             without an agent or the whole message · openAttempts: attempts that nobody closed
--json has missed: what does not reach its goal.
`;

type Details = object;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

await main().catch((thrown: unknown) => {
  say(messageOf(thrown));
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      pbx: { type: 'string', default: 'asterisk' },
      alone: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
      controls: { type: 'boolean' },
      only: { type: 'string', default: FAULTS.join(',') },
      seed: { type: 'string', default: '1' },
      rate: { type: 'string' },
      cold: { type: 'boolean' },
      repeats: { type: 'string', default: '3' },
      attempts: { type: 'string', default: '1000' },
      frozen: { type: 'string', default: '30' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const wanted = values.only.split(',');
  const unknown = wanted.find((name) => !FAULTS.some((fault) => fault === name));
  if (unknown !== undefined) throw new Error(`There is no fault ${unknown}; there are ${FAULTS.join(', ')}.`);
  const [seed, repeats, frozenMs] = [values.seed, values.repeats, values.frozen].map(Number) as [
    number,
    number,
    number,
  ];
  const perSecond = values.rate === undefined ? undefined : Number(values.rate);
  const kinds = comparedWith(pbxKindIn(values.pbx), values.alone ?? false);
  const runsOn = (pbx: PbxKind): Readonly<Record<Fault, () => Promise<Details>>> => ({
    daemonKill: () => daemonKill({ say, pbx, repeats }),
    daemonHang: async () => ({
      ...(await daemonHang({ say, pbx })),
      ...(await thaw({ say, pbx, frozenMs: frozenMs * 1000 })),
    }),
    pbxKill: () => pbxKill({ say, pbx }),
    abandon: () => abandon({ say, pbx, seed }),
    agentRace: () => agentRace({ say, pbx, seed }),
    overload: () => overload({ say, pbx, perSecond, cold: values.cold }),
    dialerKill: () => dialerKill({ say, pbx, seed, attempts: Number(values.attempts) }),
  });
  const results: Result[] = kinds.map((pbx) => ({
    pbx,
    found: [],
    checked: values.controls ? {} : undefined,
  }));
  for (const fault of FAULTS.filter((name) => wanted.includes(name))) {
    for (const { pbx, found, checked } of results) {
      say(`${fault} on ${pbx} …`);
      const [usedBefore, from] = [machineMs(), performance.now()];
      const figures = await runsOn(pbx)[fault]();
      const machine = shareOf(machineMs() - usedBefore, performance.now() - from);
      found.push([fault, { ...figures, machine: Math.round(machine * 100) / 100 }]);
      if (checked) Object.assign(checked, await controlsOf(fault, { say, pbx, frozenMs: frozenMs * 1000 }));
    }
  }
  process.stdout.write(
    values.json ? `${JSON.stringify(jsonOf(results))}\n` : results.map(tableOf).join('\n'),
  );
}

/** What was found on one PBX. */
interface Result {
  readonly pbx: PbxKind;
  readonly found: [Fault, Details][];
  readonly checked: Partial<Controls> | undefined;
}

/** The figures of the PBX that was asked for; those of the other one under its name. */
function jsonOf([first, ...others]: readonly Result[]): object {
  if (!first) return {};
  return { ...figuresOf(first), ...Object.fromEntries(others.map((one) => [one.pbx, figuresOf(one)])) };
}

function figuresOf({ pbx, found, checked }: Result): object {
  const part = (isFigure: boolean): object =>
    Object.fromEntries(
      found.map(([fault, details]) => {
        const wanted = Object.entries(details).filter(([name]) => name in goalsOf(pbx, fault) === isFigure);
        return [fault, Object.fromEntries(wanted)];
      }),
    );
  const missed = found.flatMap(([fault, details]) =>
    missedBy(pbx, fault, details).map((name) => `${fault}.${name}`),
  );
  return { pbx, ...part(true), missed, ...(checked && { controls: checked }), details: part(false) };
}

function tableOf({ pbx, found, checked }: Result): string {
  const lines = found.flatMap(([fault, details]) => {
    const missed = missedBy(pbx, fault, details);
    return Object.entries(details).map(([name, value]) => {
      const goal = goalsOf(pbx, fault)[name];
      const verdict = goal && ` (${goalText(goal)}${missed.includes(name) ? ': MISSED' : ''})`;
      return `${fault.padEnd(12)}${name.padEnd(18)}${JSON.stringify(value)}${verdict ?? ''}`;
    });
  });
  const more = Object.entries(checked ?? {}).map(
    ([name, value]) => `${'controls'.padEnd(12)}${name.padEnd(24)}${value}`,
  );
  return `${[pbx, ...lines, ...more].join('\n')}\n`;
}
