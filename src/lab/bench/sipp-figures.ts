/** What SIPp writes down of a load, as figures. */

export interface LoadResult {
  readonly completed: number;
  /** Refused, cut off, not answered, or otherwise not as the scenario says. */
  readonly failed: number;
  /** What SIPp says of the first that failed, '' when none did. */
  readonly firstFailure: string;
  /** SIP messages that SIPp had to send again. */
  readonly retransmissions: number;
  /** Calls per second that were answered, from the first answer to the last; 0 for fewer than two. */
  readonly rate: number;
  /** New calls per second as SIPp made them, whatever became of them, until the last was made; 0 for a run of a second. */
  readonly offeredRate: number;
  /** From INVITE to the end, mean of all calls, ms. */
  readonly callMs: number;
  /** INVITE → 200 OK, ms, of all calls that were answered. */
  readonly setupMs: {
    readonly mean: number;
    readonly p50: number;
    readonly p95: number;
    readonly max: number;
  };
}

/** The files that SIPp writes with `-trace_stat`, `-trace_rtt` and `-trace_err`; '' for one that is not there. */
export interface SippFiles {
  readonly counts: string;
  readonly answers: string;
  readonly errors: string;
}

/** Undefined when SIPp counted nothing. */
export function loadResultIn({ counts, answers, errors }: SippFiles): LoadResult | undefined {
  const [titles = [], ...counted] = rows(counts);
  const last = counted.at(-1);
  if (!last) return undefined;
  const cell = (row: readonly string[], title: string): string => row[titles.indexOf(`${title}(C)`)] ?? '';
  const total = (title: string): number => Number(cell(last, title));
  const made = counted.map((row) => ({
    calls: Number(cell(row, 'OutgoingCall')),
    ms: millisecondsIn(cell(row, 'ElapsedTime')),
  }));
  const answered = rows(answers).slice(1);
  const setups = answered.map(([, ms]) => Number(ms)).sort((a, b) => a - b);
  const at = (share: number): number => round(setups[Math.floor(share * (setups.length - 1))] ?? 0);
  return {
    completed: total('SuccessfulCall'),
    failed: total('FailedCall'),
    firstFailure: firstFailureIn(errors),
    retransmissions: total('Retransmissions'),
    callMs: millisecondsIn(cell(last, 'CallLength')),
    offeredRate: offeredRateOf(made),
    rate: rateOf(answered.map(([moment]) => Number(moment))),
    setupMs: {
      mean: round(setups.reduce((sum, ms) => sum + ms, 0) / Math.max(1, setups.length)),
      p50: at(0.5),
      p95: at(0.95),
      max: at(1),
    },
  };
}

function firstFailureIn(errors: string): string {
  const at = errors.indexOf('Aborting call');
  return at < 0 ? '' : errors.slice(at).replace(/\s+/g, ' ').slice(0, 300);
}

/** Of the time in which there was always one more to make: up to the last row before the count stands still. */
function offeredRateOf(made: readonly { readonly calls: number; readonly ms: number }[]): number {
  const all = made.at(-1)?.calls ?? 0;
  const last = made.findLast(({ calls, ms }) => calls < all && ms > 0);
  return last ? round((last.calls / last.ms) * 1000) : 0;
}

/** New calls per second between the first and the last of these moments, ms. */
function rateOf(moments: readonly number[]): number {
  const sorted = moments.toSorted((a, b) => a - b);
  const seconds = ((sorted.at(-1) ?? 0) - (sorted[0] ?? 0)) / 1000;
  return seconds > 0 ? round((moments.length - 1) / seconds) : 0;
}

/** @param duration as SIPp writes it, `00:00:00:204000`: hours, minutes, seconds, microseconds */
function millisecondsIn(duration: string): number {
  const [hours = 0, minutes = 0, seconds = 0, micros = 0] = duration.split(':').map(Number);
  return round(((hours * 60 + minutes) * 60 + seconds) * 1000 + micros / 1000);
}

function rows(text: string): string[][] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => line.split(';'));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
