import { z } from 'zod';
import { startOfDay } from '../base/zone.ts';
import { PACING_MODES } from '../dialer/outbound.ts';
import { type Problem, problemText } from '../ivr/report.ts';
import { readYaml } from '../ivr/yaml.ts';
import { ATTEMPT_OUTCOMES } from '../list/lead.ts';

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const LENGTH = /^(\d{1,5})(ms|s|m|h|d)$/;
const LENGTH_HINT = 'a length of time such as 25s, 15m, 4h or 1d';

const length = z
  .string({ error: LENGTH_HINT })
  .regex(LENGTH, LENGTH_HINT)
  .transform((text) => {
    const [, amount, unit] = LENGTH.exec(text) ?? [];
    return Number(amount) * UNITS[unit as keyof typeof UNITS];
  });

const share = z
  .string({ error: 'a share such as 3%' })
  .regex(/^\d{1,2}(\.\d{1,4})?%$/, 'a share such as 3%')
  .transform((text) => Math.round(Number.parseFloat(text) * 10_000) / 1_000_000)
  .refine((part) => part <= 0.2, 'at most 20%; the policy of the campaign may permit less');

const RATIO_HINT = '1 to 10 lines per idle agent';

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const day = z.string({ error: 'a day such as 2026-12-01' }).refine(isDay, 'a day such as 2026-12-01');

const text = (most: number) => z.string().min(1).max(most);

const pacing = z
  .strictObject({
    mode: z.enum(PACING_MODES),
    ratio: z.number().min(1, RATIO_HINT).max(10, RATIO_HINT),
    'min-agents': z.number().int(),
    'max-abandonment': share,
    'rolling-window': z.boolean(),
    'connect-within': length,
    cancels: z.boolean(),
    'min-ring': length,
  })
  .partial();

const retryRule = z.strictObject({
  after: length,
  tries: z.number().int().min(1),
  'next-number': z.boolean().default(false),
});

const campaignFile = z.strictObject({
  id: text(64),
  name: text(80),
  queue: text(80),
  flow: text(80).optional(),
  caller: z.string({ error: 'a number in quotation marks, such as "02112345678"' }).min(1).max(40),
  policy: z.string().max(80).optional(),
  from: day,
  until: day,
  pacing: pacing.optional(),
  ring: length.optional(),
  retry: z.partialRecord(z.enum(ATTEMPT_OUTCOMES), retryRule).optional(),
  weight: z.number().int().optional(),
  script: z.string().max(20_000).optional(),
});
type CampaignFile = z.output<typeof campaignFile>;

export interface ReadCampaign {
  readonly id?: string;
  /** As the API takes it; undefined when there are problems. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
}

/**
 * Reads the file of a campaign. What it leaves out, the API fills in.
 * @param zone IANA name: where its days begin
 */
export function readCampaign(content: string, file: string, zone: string): ReadCampaign {
  const { content: tree, report, problems } = readYaml(content, file);
  if (!report) return { problems };
  const read = campaignFile.safeParse(tree ?? {});
  if (!read.success) {
    report.addIssues([], read.error, campaignFile);
    return { problems: report.problems };
  }
  return { id: read.data.id, body: bodyOf(read.data, zone), problems };
}

/** The first problems of a file, a line each. */
export function problemsText(problems: readonly Problem[]): string {
  return problems.map(problemText).join('\n');
}

function bodyOf(written: CampaignFile, zone: string): Record<string, unknown> {
  const { caller, from, until, ring, pacing: paced, retry, ...same } = written;
  const rules = Object.entries(retry ?? {}).map(([outcome, rule]) => [
    outcome,
    { afterMs: rule.after, tries: rule.tries, nextNumber: rule['next-number'] },
  ]);
  return {
    ...same,
    callerNumber: caller,
    validFrom: beginOf(from, zone, 0),
    // Through the end of that day.
    validUntil: beginOf(until, zone, 1),
    ...(ring !== undefined && { ringMs: ring }),
    ...(paced && { pacing: pacingOf(paced) }),
    ...(retry && { retry: Object.fromEntries(rules) }),
  };
}

function pacingOf(paced: NonNullable<CampaignFile['pacing']>): Record<string, unknown> {
  const {
    mode,
    ratio,
    cancels,
    'min-agents': minAgents,
    'max-abandonment': maxAbandonment,
    'rolling-window': rollingWindow,
    'connect-within': connectWithinMs,
    'min-ring': minRingMs,
  } = paced;
  const all = { mode, ratio, cancels, minAgents, maxAbandonment, rollingWindow, connectWithinMs, minRingMs };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** When a day, or one that is so many days later, begins in this zone, UTC ms. */
function beginOf(written: string, zone: string, later: number): number {
  const [, year, month, date] = DAY.exec(written) ?? [];
  const there = new Date(Date.UTC(Number(year), Number(month) - 1, Number(date) + later));
  return startOfDay(there.getUTCFullYear(), there.getUTCMonth() + 1, there.getUTCDate(), zone);
}

function isDay(written: string): boolean {
  const [, year, month, date] = DAY.exec(written) ?? [];
  const there = new Date(Date.UTC(Number(year), Number(month) - 1, Number(date)));
  return year !== undefined && there.getUTCMonth() + 1 === Number(month);
}

/** How long the campaign of the example goes on, ms. */
const EXAMPLE_MS = 90 * UNITS.d;

/** What `carillon dialer add --example` prints: a campaign that begins today. @param now UTC ms */
export function exampleCampaign(now: number): string {
  // As Swedes write it, a date is year, month and day.
  const dayOf = (at: number): string => new Date(at).toLocaleDateString('sv-SE');
  return EXAMPLE.replace('FROM', dayOf(now)).replace('UNTIL', dayOf(now + EXAMPLE_MS));
}

const EXAMPLE = `# A campaign that calls people. Only what has no "usually" has to be there. docs/dialer.md explains every setting.
id: winter
name: Winter savings
queue: sales                # routing queue whose agents take its calls: routing/routing.yaml
caller: "02112345678"       # what the customer sees
from: FROM            # from this day on
until: UNTIL           # through this day

flow: outbound              # flow that a customer enters when he answers; usually outbound
policy: ""                  # rules of contact, from dialer/contact-policy.yaml; usually the one that the file calls usual
ring: 25s                   # how long somebody is let ring
weight: 1                   # its share of the agents, against other campaigns of the same queue

pacing:
  mode: predictive          # preview, progressive, ratio or predictive
  ratio: 1.2                # lines per idle agent in mode ratio
  min-agents: 8             # below so many working agents, predictive is progressive
  max-abandonment: 3%       # share of the live answers that may be abandoned
  rolling-window: true      # the cap holds in every rolling 60 minutes too, not only over the day and 30 days
  connect-within: 2s        # an agent has to be there so soon after the answer
  cancels: false            # let dials go that have rung for min-ring where too many would be answered
  min-ring: 15s             # nobody is let ring for less

# When an outcome is followed by another attempt; without a rule, the lead is done. Left out altogether: as below.
retry:
  busy: { after: 15m, tries: 5 }
  no-answer: { after: 4h, tries: 5, next-number: true }
  machine: { after: 4h, tries: 5, next-number: true }
  rejected: { after: 1d, tries: 3 }
  congestion: { after: 10m, tries: 8 }
  failed: { after: 30m, tries: 5, next-number: true }
  invalid-number: { after: 0s, tries: 5, next-number: true }
  hung-up: { after: 1d, tries: 3 }
  abandoned: { after: 3d, tries: 3 }
  cancelled: { after: 1h, tries: 8 }
  unknown: { after: 1d, tries: 5 }

script: |
  Good morning, this is … of the bank. May I tell you about …?
`;
