import { z } from 'zod';
import type { Said } from '../base/said.ts';

/** A sentence taken apart, for whoever shows it in another language. */
export const saidView: z.ZodType<Said> = z
  .object({
    form: z.string().describe('The English sentence, {0}, {1} … where the values stand'),
    get values() {
      return z.array(z.union([z.string(), saidView]));
    },
  })
  .meta({ id: 'Said' });

/** Of a problem, whose message and hint are there as text already. */
export const problemSaid = z
  .object({ message: saidView, hint: saidView })
  .optional()
  .describe('Both sentences taken apart, for other languages; left out where nothing is filled in');
