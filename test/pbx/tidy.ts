import type { Pbx } from '../../src/pbx/pbx.ts';

/** Takes down all that is left of a case. */
export async function tidy(pbx: Pbx): Promise<void> {
  const left = await pbx.snapshot();
  for (const overhearing of left.overhearings) await pbx.stopOverhearing(overhearing);
  for (const { bridge } of left.bridges) await pbx.disconnect(bridge);
  for (const { channel } of left.channels) await pbx.hangup(channel, 'normal');
}
