/** The PBX's own queue, at its fastest. */
import type { PbxKind } from '../../../setup/pbx-installation.ts';
import {
  addFreeswitchExtension,
  addFreeswitchModule,
  addToAsterisk,
  addToAsteriskDialplan,
} from '../pbx-additions.ts';

export interface NativeKind {
  readonly name: string;
  /** Those that find the next agent fast and fairly; the first is taken when none is said. */
  readonly strategies: readonly [string, ...string[]];
}

export const NATIVE: Readonly<Record<PbxKind, NativeKind>> = {
  asterisk: {
    name: 'Queue()',
    strategies: ['leastrecent', 'rrmemory', 'fewestcalls', 'linear', 'random'],
  },
  freeswitch: {
    name: 'mod_callcenter',
    strategies: ['longest-idle-agent', 'agent-with-fewest-calls', 'round-robin', 'random'],
  },
};

export interface NativeQueue {
  readonly strategy: string;
  /** What a caller dials to wait in it. */
  readonly number: string;
  readonly name: string;
  /** Of the agents' phones. */
  readonly extensions: readonly string[];
  readonly ringS: number;
}

/** The strategy that `--strategy` says; the first when nothing is said. @throws Error for one that this queue does not have */
export function strategyOf(pbx: PbxKind, said: string | undefined): string {
  const { name, strategies } = NATIVE[pbx];
  const found = said === undefined ? strategies[0] : strategies.find((one) => one === said);
  if (found) return found;
  throw new Error(`${name} has no strategy ${said} here; there are ${strategies.join(', ')}.`);
}

/** Adds the queue to the rendered configuration of this PBX in the folder `etc`. */
export function addNativeQueue(etc: string, pbx: PbxKind, queue: NativeQueue): void {
  const { number, name } = queue;
  if (pbx === 'asterisk') {
    addToAsteriskDialplan(
      etc,
      `exten => ${number},1,Answer()\n same => n,Queue(${name})\n same => n,Hangup()\n`,
    );
    addToAsterisk(etc, 'queues.conf', queueConf(queue));
    return;
  }
  addFreeswitchExtension(etc, number, [
    ['answer', ''],
    // As where nobody looks after the call when the agent has hung up.
    ['set', 'park_after_bridge=false'],
    ['callcenter', `${name}@carillon`],
    ['hangup', ''],
  ]);
  addFreeswitchModule(etc, 'mod_callcenter', callcenterConf(queue));
}

/** For app_queue: one second is the shortest `retry` that it knows, 0 means its default of five. */
export function queueConf({ name, strategy, extensions, ringS }: NativeQueue): string {
  const members = extensions.map((extension) => `member => PJSIP/${extension},0,${extension}\n`);
  return `[${name}]
strategy = ${strategy}
musicclass = default
timeout = ${ringS}
retry = 1
wrapuptime = 0
autofill = yes
ringinuse = no
joinempty = yes
leavewhenempty = no
reportholdtime = no
announce-frequency = 0
announce-position = no
announce-holdtime = no
periodic-announce-frequency = 0
memberdelay = 0
${members.join('')}`;
}

/** For mod_callcenter; how often it looks for free agents is fixed there. */
export function callcenterConf({ name, strategy, extensions, ringS }: NativeQueue): string {
  const queue = `${name}@carillon`;
  const agents = extensions.map((extension) => {
    const contact = `[leg_timeout=${ringS},park_after_bridge=false]user/${extension}@carillon`;
    return `<agent name="${extension}" type="callback" contact="${contact}" status="Available" max-no-answer="0" wrap-up-time="0" reject-delay-time="0" busy-delay-time="0" no-answer-delay-time="0"/>\n`;
  });
  const tiers = extensions.map(
    (extension) => `<tier agent="${extension}" queue="${queue}" level="1" position="1"/>\n`,
  );
  return `<configuration name="callcenter.conf">
<settings/>
<queues>
<queue name="${queue}">
<param name="strategy" value="${strategy}"/>
<param name="moh-sound" value="local_stream://default"/>
<param name="time-base-score" value="system"/>
<param name="max-wait-time" value="0"/>
<param name="max-wait-time-with-no-agent" value="0"/>
<param name="tier-rules-apply" value="false"/>
<param name="abandoned-resume-allowed" value="false"/>
</queue>
</queues>
<agents>
${agents.join('')}</agents>
<tiers>
${tiers.join('')}</tiers>
</configuration>
`;
}
