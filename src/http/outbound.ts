import type { ContactGate } from '../contact/contact.ts';
import type { PolicyDirectory } from '../contact/gate.ts';
import type { WishStore } from '../contact/wish-store.ts';
import type { Dialling } from '../dialer/dialling.ts';
import { outboundRoutes } from '../dialer/http.ts';
import type { OutboundStore } from '../dialer/outbound/store.ts';
import type { AttemptStore } from '../dialer/store.ts';
import type { ListKeeper } from '../list/keeper.ts';
import type { Api, ApiParts } from './api.ts';
import { attemptRoutes } from './outbound-attempts.ts';
import { outboundFigureRoutes } from './outbound-figures.ts';
import { importRoutes } from './outbound-imports.ts';
import { listRoutes } from './outbound-lists.ts';
import { previewRoutes } from './outbound-preview.ts';

/** What the API of a centre that calls people answers from. */
export interface DialerParts {
  readonly campaigns: OutboundStore;
  readonly attempts: AttemptStore;
  readonly lists: Lists;
  readonly dialling: Dialling;
  /** `names`: the usual one first. */
  readonly policies: PolicyDirectory & { names(): readonly string[] };
  readonly gate: Pick<ContactGate, 'isOpen'>;
  readonly wishes: Pick<WishStore, 'add' | 'list' | 'remove'>;
  /** Of the centre: where its days begin. */
  readonly zone: () => string;
  /** Absolute folder in which files wait to be imported; made when one comes. */
  readonly uploads: string;
}

/** The lists as far as the API shows and changes them. */
export type Lists = Pick<
  ListKeeper,
  | 'createList'
  | 'changeList'
  | 'removeList'
  | 'lists'
  | 'campaignOf'
  | 'counts'
  | 'zones'
  | 'importFile'
  | 'import'
  | 'imports'
  | 'cancelImport'
  | 'refusedFile'
  | 'lead'
>;

/** Routes of a centre that calls people; none in one that does not. */
export function dialerRoutes(api: Api, parts: ApiParts): void {
  const { dialer } = parts;
  if (!dialer) return;
  const all = { ...parts, dialer };
  outboundRoutes(api, all);
  listRoutes(api, all);
  importRoutes(api, all);
  outboundFigureRoutes(api, all);
  attemptRoutes(api, all);
  previewRoutes(api, all);
}
