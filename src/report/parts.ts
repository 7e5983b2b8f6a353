import type { Reports } from './talk.ts';

/** What the API needs to answer with reports. */
export interface ReportParts extends Reports {
  /** The zone of the centre, IANA name: its days are theirs. */
  zone(): string;
}
