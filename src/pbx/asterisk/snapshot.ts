import { isRecord, text } from '../json.ts';
import { isExtension, type PbxSnapshot, type Source } from '../pbx.ts';
import { type AriChannel, parseChannel, strings } from './ari-codec.ts';
import { describeChannel, sourceOf } from './dial.ts';
import { overhearingOf } from './overhearing.ts';

export interface SnapshotContext {
  readonly app: string;
  readonly trunk: string;
  readonly idPrefix: string;
}

type ChannelState = PbxSnapshot['channels'][number]['state'];

/** Makes a snapshot of the answers to GET channels, bridges and applications/{app}; what is malformed is left out. */
export function parseSnapshot(
  channels: unknown,
  bridges: unknown,
  application: unknown,
  context: SnapshotContext,
): PbxSnapshot {
  const subscribed = new Set(isRecord(application) ? strings(application.channel_ids) : []);
  const found = (Array.isArray(channels) ? channels : [])
    .map(parseChannel)
    .filter((channel) => channel !== undefined)
    .filter((channel) => subscribed.has(channel.id) || isInApp(channel, context.app));
  const rooms = parseBridges(bridges);
  const partOf = (id: string): string | undefined => overhearingOf(id, context.idPrefix);
  const parts = [...found.map(({ id }) => id), ...rooms.map(({ bridge }) => bridge)];
  return {
    overhearings: [...new Set(parts.flatMap((id) => partOf(id) ?? []))],
    bridges: rooms.filter(({ bridge }) => partOf(bridge) === undefined),
    channels: found
      .filter(({ id }) => partOf(id) === undefined)
      .map((channel) => {
        const ours = channel.id.startsWith(context.idPrefix);
        const described = describeChannel(channel, channelSource(channel, context));
        // The extension of a leg that we made is always "s".
        return { ...described, ...(ours && { dnis: '' }), state: stateOf(channel.state), ours };
      }),
  };
}

/** The bridges of the answer to GET bridges, with all who are in them. */
export function parseBridges(bridges: unknown): PbxSnapshot['bridges'] {
  return (Array.isArray(bridges) ? bridges : []).filter(isOurKind).flatMap((bridge) => {
    const id = text(bridge, 'id');
    return id === undefined ? [] : [{ bridge: id, channels: strings(bridge.channels) }];
  });
}

/** The dialplan's own bridges (its queue, its conferences) are not ours to look at. */
function isOurKind(bridge: unknown): bridge is Record<string, unknown> {
  return isRecord(bridge) && (bridge.bridge_class === undefined || bridge.bridge_class === 'stasis');
}

function isInApp(channel: AriChannel, app: string): boolean {
  return channel.appName === 'Stasis' && channel.appData.split(',')[0] === app;
}

/** From the arguments of Stasis, which an arrived channel keeps; for a leg of ours, from its name `PJSIP/1001-0000000a`. */
function channelSource(channel: AriChannel, { app, trunk, idPrefix }: SnapshotContext): Source {
  if (!channel.id.startsWith(idPrefix)) {
    return isInApp(channel, app) ? sourceOf(channel.appData.split(',').slice(1)) : { kind: 'outside' };
  }
  const endpoint = /^PJSIP\/(.+)-[0-9a-f]+$/.exec(channel.name)?.[1] ?? trunk;
  return endpoint !== trunk && isExtension(endpoint)
    ? { kind: 'phone', extension: endpoint }
    : { kind: 'outside' };
}

function stateOf(state: string): ChannelState {
  if (state === 'Up') return 'up';
  return state === 'Ring' || state === 'Ringing' ? 'ringing' : 'down';
}
