import type { Pbx } from '../pbx.ts';
import type { Commander } from './answers.ts';
import type { Bridges } from './bridges.ts';
import { CAUSE_NAMES } from './causes.ts';
import type { Dialler } from './dialler.ts';
import { encodeFor } from './esl-encoder.ts';
import type { Legs } from './legs.ts';
import type { Orders } from './orders.ts';
import type { Overhearer } from './overhearer.ts';

export interface CallOptions {
  readonly commander: Commander;
  readonly legs: Legs;
  readonly orders: Orders;
  readonly bridges: Bridges;
  readonly overhearer: Overhearer;
  readonly dialler: Dialler;
}

type CallVerbs = Pick<
  Pbx,
  'answer' | 'ring' | 'hangup' | 'originate' | 'connect' | 'disconnect' | 'overhear' | 'stopOverhearing'
>;

/** How channels come about, come together and end. */
export function callVerbs(options: CallOptions): CallVerbs {
  const { commander, legs, orders, bridges, overhearer, dialler } = options;
  const silence = (channel: string) => legs.get(channel)?.line.silence();

  return {
    answer: (channel) =>
      orders.to(channel, async (leg) => {
        await leg.line.silence();
        await commander.say(channel, encodeFor('uuid_answer', channel));
        leg.isUp = true;
      }),
    ring: (channel) =>
      orders.to(channel, () => commander.say(channel, encodeFor('uuid_ring_ready', channel))),
    async hangup(channel, cause) {
      const end = async () => {
        const leg = legs.get(channel);
        if (leg) leg.killedBy ??= cause;
        await commander.sayGone(channel, encodeFor('uuid_kill', channel, CAUSE_NAMES[cause]));
      };
      // It waits for nothing but the creation of its leg: what is not there yet cannot be hung up.
      await (dialler.isBeginning(channel) ? orders.run([channel], end) : end());
    },
    originate: (request) => orders.run([request.leg], () => dialler.originate(request)),
    connect: (bridge, channels) =>
      orders.run([bridge, ...new Set([...channels, ...bridges.channelsOf(bridge)])], async () => {
        await Promise.all(channels.map(silence));
        await bridges.connect(bridge, channels);
      }),
    disconnect: (bridge) =>
      orders.run([bridge, ...bridges.channelsOf(bridge)], () => bridges.disconnect(bridge)),
    overhear: (request) =>
      orders.run([request.leg, request.overhearing], async () => {
        await silence(request.leg);
        await overhearer.begin(request);
      }),
    stopOverhearing: (overhearing) =>
      orders.run([overhearing, ...overhearer.channelsOf(overhearing)], () => overhearer.end(overhearing)),
  };
}
