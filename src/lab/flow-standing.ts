import type { Call } from '../call/call.ts';
import type { FlowVisit } from './flow-visit.ts';

/** Where a call on a stage stands. */
export interface Standing {
  /** ms since the call came in. */
  readonly ms: number;
  /** '' in none. */
  readonly flow: string;
  readonly step: string;
  readonly phase: Call['phase']['at'] | 'ended';
  /** In which he waits, '' for none. */
  readonly queue: string;
  readonly language: string;
  readonly persona: string;
  readonly customer: string;
  readonly tier: string;
  /** As JSON, without secrets. */
  readonly variables: Readonly<Record<string, string>>;
  /** True while keys become a secret. */
  readonly secret: boolean;
  /** Keys of the menu that he hears, with the step that each leads to. */
  readonly keys: readonly { readonly key: string; readonly to: string }[];
}

export function standingOf(visit: FlowVisit): Standing {
  const { step: at, call, ended } = visit;
  const { language = '', persona = '', customerId = '', tier = '', variables = {} } = call?.facts ?? {};
  const phase = call?.phase;
  const shown = Object.entries(variables).map(([name, value]) => [name, visit.veiled(JSON.stringify(value))]);
  return {
    ms: visit.stage.clock.now() - visit.since,
    flow: at?.flow.name ?? '',
    step: at?.step.name ?? '',
    phase: ended ? 'ended' : (phase?.at ?? 'ended'),
    queue: !ended && phase && 'queue' in phase ? phase.queue : '',
    ...{ language, persona, tier: tier ?? '', customer: customerId ?? '' },
    variables: Object.fromEntries(shown),
    secret: visit.asksSecret,
    keys: ended || phase?.at !== 'flow' ? [] : keysAt(visit),
  };
}

/** The keys of the menu where the caller is. */
export function keysAt({ step: at }: FlowVisit): Standing['keys'] {
  if (!at) return [];
  const { kind, args, targets, otherwise = '' } = at.step;
  return (kind.keys?.(args) ?? []).map((key) => ({ key, to: targets[key] ?? otherwise }));
}
