import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { type Api, type ApiParts, caller } from '../http/api.ts';
import { contactsOf, contactsView } from '../http/contacts.ts';
import {
  checkMaySearchNumbers,
  idParams,
  line,
  nameText,
  noteText,
  number,
  numbersFor,
  pageLimit,
  pageOf,
} from '../http/fields.ts';
import { EVERY_ROLE, type Role } from '../http/roles.ts';
import type { ApiToken } from '../http/store.ts';
import { customerView } from './view.ts';
import { type Customer, TIERS } from './customer.ts';

export const customerView = z
  .object({
    id: z.string(),
    name: z.string(),
    tier: z.enum(TIERS),
    language: z.string().describe('Preferred language, empty when unknown'),
    numbers: z.array(z.string()),
    note: z.string(),
  })
  .meta({ id: 'Customer' });
export type CustomerView = z.output<typeof customerView>;
