import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../../base/random.ts';
import { Sight } from './api.ts';
import { type CentreOptions, startCentre } from './centre.ts';
import { staff } from './crowd.ts';
import { NUMBERS, ownFlow } from './flows.ts';
import { leftovers } from './leftovers.ts';
import { type Behaviour, Town } from './town.ts';

const ROUNDS = 1_000;
/** Who wait at the same time: more than there are agents, so that each hears music first. */
const AT_ONCE = 10;
/** The music is stopped and the bridge made within this after an answer, ms. */
const RACE_MS = 160;
/** A caller whose agent is gone is let go, or offered to another one, long before; the next reconciliation comes later, ms. */
const PATIENCE_MS = 20_000;
const LEFT_MS = 20_000;

/** What became of callers whose agents hung up while they were being connected. */
export interface AgentRace {
  /** Callers who heard nothing any more: neither let go nor given to another agent. */
  readonly stuck: number;
  /** Callers who were hung up by nobody of ours: the PBX ended them with their agent. */
  readonly dropped: number;
  /** Channels, bridges and live calls that are left in the end. */
  readonly orphans: number;
  /** Agents who answered and hung up. */
  readonly rounds: number;
}

/** Lets agents hang up at seeded moments between their answer and the bridge. */
export async function agentRace(
  options: CentreOptions & { readonly seed: number; readonly rounds?: number },
): Promise<AgentRace> {
  const centre = await startCentre({ flows: ownFlow(), ...options });
  const random = seededRandom(options.seed);
  const town = await Town.open(centre.rig);
  const sight = new Sight(centre.rig);
  const rounds = options.rounds ?? ROUNDS;
  let answered = 0;
  let stuck = 0;
  const hasty: Behaviour = (call) => {
    answered += 1;
    call.answer();
    setTimeout(() => call.hangUp(), random() * RACE_MS);
  };
  const waitInTurn = async (): Promise<void> => {
    while (answered < rounds) {
      const call = await town.dial(NUMBERS.hold);
      for (let before = -1; call.endedAt === undefined; ) {
        // Whoever waits while agents are busy with others is not stuck.
        if (before === answered) {
          stuck += 1;
          call.hangUp();
        }
        before = answered;
        await Promise.race([call.ended, sleep(PATIENCE_MS, undefined, { ref: false })]);
      }
    }
  };
  try {
    const goHome = await staff(town, sight, hasty);
    await Promise.all(Array.from({ length: AT_ONCE }, waitInTurn));
    await goHome();
    const { channels, bridges, calls } = await leftovers(sight, LEFT_MS);
    const dropped = (await sight.endedByCaller()) - stuck;
    return { stuck, dropped, orphans: channels + bridges + calls, rounds: answered };
  } finally {
    town.close();
    await centre.stop();
  }
}
