import { z } from 'zod';
import { type Api, type ApiParts, caller, signed } from '../http/api.ts';
import { nameText } from '../http/fields.ts';
import { ADMINS, EVERY_ROLE } from '../http/roles.ts';
import { CHOICE_KINDS } from './choice.ts';
import { noteRoutes } from './note-http.ts';
import { seatRoutes } from './seat-http.ts';

const choice = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,40}$/, 'is not an id of small letters, digits and dashes'),
  zh: nameText,
  en: nameText,
});
const choices = z
  .array(choice)
  .min(1)
  .max(60)
  .refine((all) => new Set(all.map((one) => one.id)).size === all.length, 'an id stands there twice');

const choicesView = z
  .object({ contact: z.array(choice), 'not-ready': z.array(choice) })
  .meta({ id: 'DeskChoices', description: 'What agents choose from.' });
export type DeskChoicesView = z.output<typeof choicesView>;

/** Routes of the agent's desk; each for his own seat. */
export function deskRoutes(api: Api, parts: ApiParts): void {
  seatRoutes(api, parts);
  noteRoutes(api, parts);
  choiceRoutes(api, parts);
}

function choiceRoutes(api: Api, { desk, clock }: ApiParts): void {
  const shown = (): DeskChoicesView => ({
    contact: [...desk.choices('contact')],
    'not-ready': [...desk.choices('not-ready')],
  });
  api.get(
    '/api/desk/choices',
    {
      config: { allowed: EVERY_ROLE, scope: 'centre' },
      schema: { tags: ['desk'], summary: 'What agents choose from', response: { 200: choicesView } },
    },
    async () => shown(),
  );
  api.put(
    '/api/desk/choices/:kind',
    {
      config: { allowed: ADMINS, scope: 'head-office' },
      schema: {
        tags: ['desk'],
        summary: 'Replaces what agents choose from',
        params: z.strictObject({ kind: z.enum(CHOICE_KINDS) }),
        body: z.strictObject({
          choices,
          basedOn: choices
            .optional()
            .describe('The list as it was read: refused when it is another one by now'),
        }),
        response: { 200: choicesView },
      },
    },
    async (request) => {
      const { choices: wanted, basedOn } = request.body;
      const made = { by: signed(caller(request)), at: clock.now() };
      await desk.replaceChoices(request.params.kind, wanted, made, basedOn);
      return shown();
    },
  );
}
