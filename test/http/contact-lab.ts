import { join } from 'node:path';
import type { Clock } from '../../src/base/clock.ts';
import { idSource } from '../../src/base/ids.ts';
import { silentLog } from '../../src/base/log.ts';
import { PolicyGate } from '../../src/contact/gate.ts';
import { ContactRecordStore } from '../../src/contact/record-store.ts';
import { WishImporter } from '../../src/contact/wish-importer.ts';
import { WishStore } from '../../src/contact/wish-store.ts';
import { OutboundStore } from '../../src/dialer/outbound/store.ts';
import { AttemptStore } from '../../src/dialer/store.ts';
import type { EventLog } from '../../src/engine/store.ts';
import type { ContactParts } from '../../src/http/contact-parts.ts';
import type { KeptLead } from '../../src/list/list.ts';
import { NO_SHORT_CODES } from '../../src/list/phone-number-short.ts';
import type { Database } from '../../src/store/connect.ts';
import { daily, policyWith } from '../contact/policies.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';

export interface ContactLab extends ContactParts {
  readonly wishes: WishStore;
  /** Whom the lists know. */
  readonly leads: KeptLead[];
  /** Numbers that class of service lets nobody dial. */
  readonly refused: Set<string>;
}

/** The real gate, wishes and importer over the database of a test; a list in memory. Calls are permitted from 8 to 21. */
export function contactLab(database: Database, events: EventLog, clock: Clock): ContactLab {
  const wishes = new WishStore(database, events);
  const leads: KeptLead[] = [];
  const refused = new Set<string>();
  const policy = policyWith({ hours: daily(8 * 60, 21 * 60) });
  return {
    wishes,
    leads,
    importer: new WishImporter({
      wishes,
      clock,
      ids: idSource(
        () => clock.now(),
        () => 0.5,
      ),
      log: silentLog,
      country: 'CN',
      shortCodes: '',
    }),
    gate: new PolicyGate({
      policies: { policy: () => policy },
      record: new ContactRecordStore(database),
      campaign: () => ({ policy: '', validFrom: 0, validUntil: Infinity }),
    }),
    lists: {
      leadsOfNumber: async (wanted) =>
        leads.filter(({ numbers }) => numbers.some(({ number }) => number === wanted)),
      leadsOfPerson: async (wanted) => leads.filter(({ person }) => person === wanted),
    },
    attempts: new AttemptStore(database),
    campaigns: new OutboundStore(database, events),
    mayDial: (_campaign, number) => !refused.has(number),
    refused,
    zone: () => 'Asia/Shanghai',
    numbers: { country: 'CN', shortCodes: NO_SHORT_CODES },
    uploads: join(temporaryFolder(), 'uploads'),
  };
}
