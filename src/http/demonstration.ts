import { z } from 'zod';
import { CALLER_SCRIPTS } from '../pbx/demonstration.ts';
import { type Api, type ApiParts, caller, signed } from './api.ts';
import { SUPERVISORS } from './roles.ts';

/** What can be asked for: one scripted caller, or ten of all kinds. */
const DEMONSTRATIONS = [...CALLER_SCRIPTS, 'rush'] as const;
export type DemonstrationScript = (typeof DEMONSTRATIONS)[number];

/** Why a centre does not play callers itself. */
const WHY_NO_DEMONSTRATION = ['open-to-others', 'no-guests', 'no-hotline'] as const;
export type WhyNoDemonstration = (typeof WHY_NO_DEMONSTRATION)[number];

/** Scripted callers as the API shows and starts them. */
export interface DemonstrationDesk {
  /** Why none can be started, '' when they can. */
  whyNot(): WhyNoDemonstration | '';
  running(): Promise<readonly { readonly id: string; readonly script: DemonstrationScript }[]>;
  /** Resolves when the first is on his way. @throws Refused `demonstration-off`, `demonstration-full`; PbxError */
  start(script: DemonstrationScript): Promise<void>;
  /** All of them hang up. @throws PbxError */
  stop(): Promise<void>;
  /** What each is, for people who choose. */
  readonly scripts: readonly {
    readonly id: DemonstrationScript;
    readonly callerNumber: string;
    readonly callers: number;
  }[];
  readonly dialled: string;
}

const demonstrationView = z
  .object({
    isPossible: z.boolean(),
    whyNot: z.enum(['', ...WHY_NO_DEMONSTRATION]).describe('Why not, empty when it is possible'),
    dialled: z.string().describe('The number that they call'),
    scripts: z.array(
      z.object({
        id: z.enum(DEMONSTRATIONS),
        callerNumber: z.string().describe('From which he calls, empty for several'),
        callers: z.number().int(),
      }),
    ),
    running: z.array(z.object({ id: z.string(), script: z.enum(DEMONSTRATIONS) })),
  })
  .meta({ id: 'Demonstration', description: 'Callers whom the PBX plays itself, for a demonstration.' });
export type DemonstrationView = z.output<typeof demonstrationView>;

/** Routes of scripted callers; none in a centre that has none. */
export function demonstrationRoutes(api: Api, { demonstration, log }: ApiParts): void {
  if (!demonstration) return;
  const show = async (): Promise<DemonstrationView> => {
    const whyNot = demonstration.whyNot();
    return {
      isPossible: whyNot === '',
      whyNot,
      dialled: demonstration.dialled,
      scripts: demonstration.scripts.map((script) => ({ ...script })),
      running: whyNot === '' ? [...(await demonstration.running())] : [],
    };
  };
  api.get(
    '/api/demonstration',
    {
      config: { allowed: SUPERVISORS, scope: 'centre', asksPbx: true },
      schema: {
        tags: ['system'],
        summary: 'Which scripted callers there are, and which of them call now',
        response: { 200: demonstrationView },
      },
    },
    show,
  );
  api.post(
    '/api/demonstration/calls',
    {
      config: { allowed: SUPERVISORS, scope: 'centre', asksPbx: true },
      schema: {
        tags: ['system'],
        summary:
          'Lets a scripted caller call the hotline, over SIP and with a voice; only where nobody else can call',
        body: z.strictObject({ script: z.enum(DEMONSTRATIONS) }),
        response: { 202: demonstrationView },
      },
    },
    async (request, reply) => {
      const { script } = request.body;
      await demonstration.start(script);
      log.info({ script, by: signed(caller(request)) }, 'a scripted caller calls');
      return reply.status(202).send(await show());
    },
  );
  api.delete(
    '/api/demonstration/calls',
    {
      config: { allowed: SUPERVISORS, scope: 'centre', asksPbx: true },
      schema: {
        tags: ['system'],
        summary: 'All scripted callers hang up',
        response: { 200: demonstrationView },
      },
    },
    async () => {
      await demonstration.stop();
      return show();
    },
  );
}
