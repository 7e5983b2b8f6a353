import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import { describeArrivals } from './contract-arrivals.ts';
import { describeConnections } from './contract-connections.ts';
import { describeDetection, describeNoDetection } from './contract-detection.ts';
import { describeDraining } from './contract-draining.ts';
import { describeLegs } from './contract-legs.ts';
import { describeMedia } from './contract-media.ts';
import { describeOverhearing } from './contract-overhearing.ts';
import { describeRestarts } from './contract-restarts.ts';
import { Session } from './session.ts';
import type { World } from './world.ts';

/** Gives the session of the test that runs. */
export type CurrentSession = () => Session;

export interface ContractOptions {
  /** It can tell a person from a machine. */
  readonly detectsMachines?: boolean;
  /** What one PBX does beyond the contract, in the same world. */
  readonly more?: (session: CurrentSession) => void;
}

/**
 * What every adapter of the port must do, as one suite. `makeWorld` brings up a PBX with its surroundings; ids of legs begin
 * with `car-`. After each test everybody hangs up, and the PBX must be empty.
 */
export function describeContract(
  name: string,
  makeWorld: () => Promise<World>,
  { detectsMachines = true, more }: ContractOptions = {},
): void {
  describe(name, () => {
    let world: World;
    let session: Session;
    let count = 0;
    beforeAll(async () => {
      world = await makeWorld();
    }, 60_000);
    afterAll(() => world?.stop(), 30_000);
    beforeEach(async ({ task }) => {
      const all = task.suite?.tasks.map(({ name }) => name) ?? [];
      await world.beginCase?.(task.suite?.name ?? '', task.name, all);
      count += 1;
      session = new Session(world, `car-${count}`);
    });
    afterEach(async ({ task }) => {
      let passed = false;
      try {
        await world.calm();
        await session.expectNothingLeft();
        session.expectSound();
        passed = task.result?.state !== 'fail';
      } finally {
        await world.endCase?.(passed);
      }
    });

    const current = () => session;
    describeArrivals(current);
    describeMedia(current);
    describeLegs(current);
    if (detectsMachines) describeDetection(current);
    else describeNoDetection(current);
    describeConnections(current);
    describeOverhearing(current);
    describeRestarts(current);
    describeDraining(current);
    more?.(current);
  });
}
