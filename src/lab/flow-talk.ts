import type { FlowBench } from './flow-bench.ts';

/** What can be asked of the bench. */
export type BenchVerb = keyof FlowBench;

export interface BenchRequest {
  readonly verb: BenchVerb;
  readonly words: readonly unknown[];
}

/** What its thread says of the request that it has in hand. */
export type BenchAnswer =
  | { readonly answer: unknown }
  | { readonly broken: string }
  | {
      readonly refused: {
        readonly id: string;
        readonly message: string;
        readonly details: Readonly<Record<string, unknown>>;
      };
    };

/** Whom the API asks about flows that nobody saved. */
export interface Bench {
  /** @throws Refused as the bench does, `flow-check-too-long`, `flow-check-too-large`, `flow-checks-busy` */
  ask<V extends BenchVerb>(
    verb: V,
    ...words: Parameters<FlowBench[V]>
  ): Promise<Awaited<ReturnType<FlowBench[V]>>>;
}
