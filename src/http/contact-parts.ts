import type { PolicyGate } from '../contact/gate.ts';
import type { WishImporter } from '../contact/wish-importer.ts';
import type { WishStore } from '../contact/wish-store.ts';
import type { OutboundStore } from '../dialer/outbound/store.ts';
import type { AttemptStore } from '../dialer/store.ts';
import type { ListKeeper } from '../list/keeper.ts';
import type { NumberRules } from '../list/phone-number.ts';

/** Whom campaigns may call, and whom they called, as far as the API shows and changes it. */
export interface ContactParts {
  readonly wishes: Pick<WishStore, 'add' | 'byId' | 'list' | 'of' | 'remove'>;
  readonly importer: Pick<WishImporter, 'begin' | 'progress' | 'list'>;
  readonly gate: Pick<PolicyGate, 'explain'>;
  readonly lists: Pick<ListKeeper, 'leadsOfNumber' | 'leadsOfPerson'>;
  readonly attempts: Pick<AttemptStore, 'list'>;
  readonly campaigns: Pick<OutboundStore, 'list'>;
  /** Whether class of service lets a campaign dial a number, limits left aside. */
  readonly mayDial: (campaign: string, number: string) => boolean;
  /** Of the centre, IANA name. */
  readonly zone: () => string;
  /** How numbers are read that somebody writes. */
  readonly numbers: NumberRules;
  /** Absolute folder in which files wait to be brought in; made when one comes. */
  readonly uploads: string;
}
