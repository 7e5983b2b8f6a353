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

/**
 * What every adapter of the port must do, as one suite. `makeWorld` brings up a PBX with its surroundings; ids of legs begin
 * with `car-`. `detectsMachines`: it can tell a person from a machine. After each test everybody hangs up, and the PBX must be empty.
 */
export function describeContract(
  name: string,
  makeWorld: () => Promise<World>,
  { detectsMachines = true }: { readonly detectsMachines?: boolean } = {},
): void {
  describe(name, () => {
    let world: World;
    let session: Session;
    let count = 0;
    beforeAll(async () => {
      world = await makeWorld();
    }, 60_000);
    afterAll(() => world?.stop(), 30_000);
    beforeEach(() => {
      count += 1;
      session = new Session(world, `car-${count}`);
    });
    afterEach(async () => {
      await world.calm();
      await session.expectNothingLeft();
      session.expectSound();
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
  });
}
