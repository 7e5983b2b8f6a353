import { z } from 'zod';
import { callPhase } from '../../call/http.ts';
import { campaignView } from '../../campaign/http.ts';
import { customerView } from '../../customer/http.ts';
import { CONTACT_CHANNELS } from '../../desk/contact.ts';
import { SALES } from '../../desk/note.ts';
import { ORDERS } from '../../queue/queue.ts';
import { attemptView } from '../outbound-views.ts';

const at = z.number().describe('UTC milliseconds');
const ms = z.number().describe('Milliseconds');
/** Empty where there is none. */
const name = z.string();

export const seatView = z
  .object({
    agent: z.string(),
    name,
    state: z.enum(['logged-out', 'not-ready', 'ready', 'reserved', 'ringing', 'talking', 'hold', 'wrap-up']),
    since: at,
    reason: name.describe('Why he is not ready'),
    extension: name.describe('Where he is logged in'),
    phone: z.enum(['web', 'desk']).describe('The phone that he chose'),
    webPhone: name.describe("The extension of the browser's phone"),
    deskPhone: name.describe('His own phone on the desk'),
    call: name.describe('The call in hand, or that is wrapped up'),
    until: at.nullable().describe('End of the wrap-up'),
    mayExtend: z.boolean().describe('Whether he may still have more time for it'),
    next: z
      .enum(['ready', 'not-ready', 'logged-out', ''])
      .describe('What follows the call; empty without one'),
    nextReason: name,
  })
  .meta({ id: 'Seat', description: "An agent's own seat." });
export type SeatView = z.output<typeof seatView>;

export const deskQueueView = z
  .object({ name, waiting: z.number().int(), since: at.nullable(), ready: z.number().int() })
  .meta({ id: 'DeskQueue', description: 'A queue whose calls an agent takes.' });
export type DeskQueueView = z.output<typeof deskQueueView>;

const offerView = z
  .object({
    rule: z.enum(['kept', 'familiar', 'best-score', 'longest-idle', 'only']),
    order: z.enum(ORDERS),
    waitedMs: ms,
    step: z.number().int(),
    score: z.number().nullable(),
    ready: z.number().int(),
    fit: z.number().int(),
  })
  .meta({ id: 'DeskOffer', description: 'Why this agent was chosen.' });

export const deskCallView = z
  .object({
    id: z.string(),
    part: z
      .enum(['offered', 'own', 'asked', 'over'])
      .describe('Offered to him, his, one that he was asked into, or the last one that he had'),
    kind: z.enum(['inbound', 'callback', 'outbound', 'dialled']).describe('`dialled`: he called him himself'),
    phase: callPhase,
    phaseSince: at.nullable(),
    number: name,
    name: name.describe('As the network tells it'),
    dnis: name,
    customerId: name,
    tier: name,
    language: name,
    queue: name,
    campaign: name,
    attempt: name.describe('Of a call for an outbound campaign'),
    startedAt: at,
    connectedAt: at.nullable(),
    endedAt: at.nullable(),
    waitedMs: ms.describe('In queues, without the present wait'),
    waitsSince: at.nullable().describe('While he waits, or his agent is rung: the beginning of this wait'),
    third: z
      .object({ agent: name, address: name, isOurs: z.boolean(), is: z.enum(['ringing', 'talking']) })
      .nullable()
      .describe('Who was asked, or is in the conference'),
    supervisor: z
      .object({ mode: z.enum(['whisper', 'barge']), name })
      .nullable()
      .describe('A supervisor whom he hears; of one who only listens he is not told'),
    why: offerView.nullable(),
  })
  .meta({ id: 'DeskCall', description: "A call on an agent's desk." });
export type DeskCallView = z.output<typeof deskCallView>;

export const pastContactView = z
  .object({
    channel: z.enum(CONTACT_CHANNELS),
    id: z.string(),
    at,
    call: name,
    agent: name,
    queue: name,
    campaign: name,
    outcome: name,
    result: name,
    note: z.string(),
    durationMs: ms,
  })
  .meta({ id: 'PastContact' });
export type PastContactView = z.output<typeof pastContactView>;

export const contactPageView = z
  .object({ items: z.array(pastContactView), next: at.nullable().describe('Go on before this') })
  .meta({
    id: 'ContactPage',
    description: 'What there was with somebody on all channels, the latest first.',
  });
export type ContactPageView = z.output<typeof contactPageView>;

export const storyView = z
  .object({
    customer: customerView.nullable(),
    trail: z.array(
      z.object({
        flow: z.string(),
        step: z.string(),
        verb: name,
        key: name.describe('What he pressed there'),
        asked: z.record(z.string(), z.string()).describe('What he was asked, by language'),
      }),
    ),
    campaign: campaignView.nullable().describe('Whose code he keyed in'),
    outbound: z
      .object({
        id: z.string(),
        name: z.string(),
        script: z.string(),
        attempt: attemptView.nullable(),
        lead: z.object({ name: z.string(), fields: z.record(z.string(), z.string()) }).nullable(),
      })
      .nullable(),
    promises: z.array(z.object({ id: z.string(), queue: z.string(), number: z.string(), at })),
    contacts: contactPageView,
  })
  .meta({ id: 'DeskStory', description: 'What is known of a caller and his errand.' });
export type StoryView = z.output<typeof storyView>;

export const noteView = z
  .object({
    call: z.string(),
    version: z.number().int().describe('0 as long as nothing was written'),
    text: z.string(),
    reason: name,
    sale: z.enum([...SALES, '']),
    at,
    doneAt: at.nullable(),
  })
  .meta({ id: 'CallNote', description: 'What an agent keeps of a call.' });
export type NoteView = z.output<typeof noteView>;

export const deskView = z
  .object({
    seat: z.record(z.string(), seatView).describe('One row: `me`'),
    call: z.record(z.string(), deskCallView),
    story: z.record(z.string(), storyView),
    note: z.record(z.string(), noteView),
    queues: z.record(z.string(), deskQueueView),
  })
  .meta({ id: 'Desk', description: 'What the live topic `desk` tells.' });
/** Rows of the topic `desk`. */
export type DeskView = z.output<typeof deskView>;
