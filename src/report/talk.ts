import type { ReportDesk } from './desk.ts';

/** What the thread of reports needs to know. */
export interface ReportSettings {
  /** The centre's database. */
  readonly centre: string;
  /** The database of the sums; it is made when it is not there. */
  readonly sums: string;
  /** Folder of the recordings. */
  readonly recordings: string;
}

/** What can be asked of the thread of reports. */
export type ReportVerb = Exclude<keyof ReportDesk, 'work' | 'stop'>;

export interface ReportRequest {
  /** Names the request in its answer. */
  readonly ask: number;
  readonly verb: ReportVerb;
  readonly words: readonly unknown[];
}

/** What the thread says. `unusable`: it cannot open its databases, and why; `failed`: it could not read on. */
export type ReportAnswer =
  | { readonly ready: true }
  | { readonly unusable: string }
  | { readonly failed: string }
  | { readonly ask: number; readonly answer: unknown }
  | { readonly ask: number; readonly broken: string }
  | {
      readonly ask: number;
      readonly refused: {
        readonly id: string;
        readonly message: string;
        readonly details: Readonly<Record<string, unknown>>;
      };
    };

/** Whom the API asks for reports. */
export interface Reports {
  /** @throws Refused as the desk does, `reports-unusable` */
  ask<V extends ReportVerb>(
    verb: V,
    ...words: Parameters<ReportDesk[V]>
  ): Promise<Awaited<ReturnType<ReportDesk[V]>>>;
}
