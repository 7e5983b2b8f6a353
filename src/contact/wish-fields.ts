import { z } from 'zod';
import { id, line } from '../http/fields.ts';

/** Fields that wishes and lists of numbers share. */

export const untilTime = z.number().nullable().describe('UTC milliseconds; null for good');

export const campaignName = z.string().describe('Empty for all campaigns');

export const campaign = id.or(z.literal('')).default('').describe('Empty for all campaigns');

export const source = line(80).min(1).describe('Where it comes from: a register, a letter, a call');
