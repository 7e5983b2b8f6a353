import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { IdSource } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import { type CampaignTerms, PolicyGate } from '../contact/gate.ts';
import { PolicyWatch } from '../contact/policy-watch.ts';
import { ContactRecordStore } from '../contact/record-store.ts';
import { WishImporter } from '../contact/wish-importer.ts';
import { WishStore } from '../contact/wish-store.ts';
import { forgetAttempts } from '../dialer/attempt-retention.ts';
import type { Dialling } from '../dialer/dialling.ts';
import { OutboundStore } from '../dialer/outbound/store.ts';
import { AttemptStore } from '../dialer/store.ts';
import type { DiallerParts } from '../engine/dialler.ts';
import type { EventLog } from '../engine/store.ts';
import type { ApiParts } from '../http/api.ts';
import { ListKeeper } from '../list/keeper.ts';
import type { NumberRules } from '../list/phone-number.ts';
import { NO_SHORT_CODES, readShortCodes, type ShortCodes } from '../list/phone-number-short.ts';
import type { Database } from '../store/connect.ts';
import type { Settings } from './settings.ts';

export interface DialerCentreParts {
  readonly settings: Pick<
    Settings,
    'data' | 'contactPolicy' | 'shortCodes' | 'dialsPerSecond' | 'keepAttempts'
  >;
  readonly database: Database;
  readonly events: EventLog;
  readonly clock: Clock & { aheadMs(): number };
  readonly ids: IdSource;
  /** The log of a part. */
  readonly log: (part: string) => Log;
  /** The zone of the centre, IANA name. */
  readonly zone: () => string;
  readonly channels: number;
  /** Whether class of service lets a campaign dial a number. */
  readonly mayDial: (campaign: string, number: string) => boolean;
}

/** Where numbers without a country code are. */
const COUNTRY = 'CN';

const DAY_MS = 86_400_000;

/** The table of short numbers; none when it cannot be read, of which the next import tells. */
function shortCodesIn(file: string, country: string): ShortCodes {
  try {
    return readShortCodes(readFileSync(file, 'utf8'), file).of?.(country) ?? NO_SHORT_CODES;
  } catch {
    return NO_SHORT_CODES;
  }
}

/** Everything that a centre needs to call people: campaigns, lists, the gate and what it remembers. */
export class DialerCentre {
  readonly campaigns: OutboundStore;
  readonly attempts: AttemptStore;
  readonly lists: ListKeeper;
  readonly wishes: WishStore;
  readonly policies: PolicyWatch;
  readonly gate: PolicyGate;
  readonly importer: WishImporter;
  readonly numbers: NumberRules;
  readonly #terms = new Map<string, CampaignTerms>();
  readonly #parts: DialerCentreParts;
  #isStarted = false;
  #isStopped = false;
  #isSweeping = false;

  constructor(parts: DialerCentreParts) {
    const { settings, database, events, clock, ids, log } = parts;
    this.#parts = parts;
    this.campaigns = new OutboundStore(database, events);
    this.attempts = new AttemptStore(database);
    this.wishes = new WishStore(database, events);
    this.numbers = { country: COUNTRY, shortCodes: shortCodesIn(settings.shortCodes, COUNTRY) };
    this.importer = new WishImporter({
      wishes: this.wishes,
      country: COUNTRY,
      shortCodes: settings.shortCodes,
      clock,
      ids,
      log: log('do-not-call'),
    });
    this.lists = new ListKeeper({
      file: join(settings.data, 'lists.db'),
      refusedFolder: join(settings.data, 'lists'),
      shortCodes: settings.shortCodes,
      country: COUNTRY,
      clock,
      ids,
      log: log('lists'),
    });
    this.policies = new PolicyWatch({
      file: settings.contactPolicy,
      copy: join(settings.data, 'contact-policy.last-good.json'),
      events,
      clock,
      log: log('contact-policy'),
    });
    this.gate = new PolicyGate({
      policies: this.policies,
      record: new ContactRecordStore(database),
      campaign: (id) => this.#terms.get(id),
      aheadMs: () => clock.aheadMs(),
    });
  }

  /** Reads what has to be known before anybody is called. */
  async start(): Promise<void> {
    await Promise.all([this.policies.start(), this.lists.start(), this.importer.start(this.#uploads)]);
    this.#isStarted = true;
  }

  /** Forgets attempts that have been kept for long enough. Never rejects; while it goes on, it does not begin anew. */
  async sweep(): Promise<void> {
    if (this.#isSweeping) return;
    this.#isSweeping = true;
    const { clock, settings, log } = this.#parts;
    try {
      const forgotten = await forgetAttempts({
        before: clock.now() - settings.keepAttempts * DAY_MS,
        deleteBefore: (before, limit) => this.attempts.deleteBefore(before, limit),
        clock,
        goesOn: () => !this.#isStopped,
      });
      if (forgotten > 0) log('dialer').info({ forgotten }, 'old attempts were deleted');
    } catch (thrown) {
      log('dialer').warn({ reason: messageOf(thrown) }, 'old attempts could not be deleted');
    } finally {
      this.#isSweeping = false;
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.policies.close();
    await this.lists.stop();
  }

  problems(): string[] {
    return [...this.policies.problems(), ...this.lists.problems(), ...this.importer.problems()];
  }

  /** For the API. @param dialling the dialer at work */
  api(dialling: Dialling): Pick<ApiParts, 'dialer' | 'contacts'> {
    const uploads = this.#uploads;
    return {
      dialer: { ...this.#all(), dialling, zone: this.#parts.zone, uploads },
      contacts: { ...this.#all(), mayDial: this.#parts.mayDial, zone: this.#parts.zone, uploads },
    };
  }

  /** Where files lie until they are brought in. */
  get #uploads(): string {
    return join(this.#parts.settings.data, 'uploads');
  }

  #all() {
    const { campaigns, attempts, lists, wishes, policies, gate, importer, numbers } = this;
    return { campaigns, attempts, lists, wishes, policies, gate, importer, numbers };
  }

  /** For the engine. */
  get dialler(): DiallerParts {
    const { settings, zone, channels } = this.#parts;
    return {
      campaigns: async () => {
        const campaigns = await this.campaigns.list();
        this.#terms.clear();
        for (const campaign of campaigns) this.#terms.set(campaign.id, campaign);
        return campaigns;
      },
      leads: this.lists,
      gate: this.gate,
      attempts: this.attempts,
      zone,
      hindrance: () => (this.#isStarted ? '' : 'starting'),
      held: (id) => (this.importer.holds(id) ? 'do-not-call-import' : ''),
      drained: async (id) => {
        const made = { by: 'carillon', at: this.#parts.clock.now() };
        await this.campaigns.change(id, made, (campaign) =>
          campaign.status === 'draining' ? { ...campaign, status: 'stopped' } : campaign,
        );
      },
      dialsPerSecond: settings.dialsPerSecond,
      channels,
    };
  }
}
