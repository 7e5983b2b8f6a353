import type { SwaggerOptions } from '@fastify/swagger';
import type { RouteOptions } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Allowed, Api } from './api.ts';
import { problem } from './errors.ts';
import type { ScopeOfRoute } from './scope-guard.ts';

/** As much of a route's description as is mended here. */
interface Operation {
  readonly requestBody?: {
    readonly content: Readonly<
      Record<string, { readonly schema?: { readonly anyOf?: readonly { readonly type?: string }[] } }>
    >;
  };
}

const TAGS = {
  calls: 'Calls, live and ended, and what callers left behind: messages, statements',
  agents: 'Agents and their states',
  desk: "The agents' desks: their seats, what they write and what they choose from",
  queues: 'Queues, who waits in them, and who wants to be called back',
  phones: 'Our phones',
  campaigns: 'Campaigns, their reception, and what customers said',
  outbound: 'Campaigns that call people: their lists, their attempts, their figures',
  customers: 'Customers and their earlier contacts',
  flows: 'IVR flow files, their history, and what becomes of callers in their steps',
  events: 'The event log',
  branches: 'The branches of the organisation: whoever belongs to one sees it and those below it',
  reports: 'Intervals, agents, queues and calls over a time, to look at and to take away',
  session: 'Who is signed in at the console',
  users: 'Those who sign in at the console',
  audit: 'Who did what',
  tokens: 'Who may use this API',
  security: 'SIP addresses that are shut out',
  system: 'The daemon itself',
} as const;

/** Options of @fastify/swagger: the document is made from the routes' schemas. */
export const openapiOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Carillon',
      version: '0.1.0',
      description:
        'The API of a Carillon contact centre. Times are UTC milliseconds. Whatever is not carried out is answered with an ' +
        '`error` of a stable `id`. Lists go on where `next` says.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  },
  transform: jsonSchemaTransform,
  transformObject: (document) => withOptionalBodies(withoutInputTwins(jsonSchemaTransformObject(document))),
} as const satisfies SwaggerOptions;

/** Adds to each route what all have in common: who may use it, and the answers that are not good ones. */
export function describeRoutes(api: Api): void {
  api.addHook('onRoute', (route) => {
    if (!route.schema || route.schema.hide) return;
    route.schema = {
      ...describedBy(route.config?.allowed ?? 'everybody', route.config?.scope),
      ...route.schema,
    };
    route.schema.response = { ...commonAnswers(route), ...(route.schema.response as object) };
  });
}

/** Serves the document. To be called after the routes were added. */
export function serveOpenapi(api: Api): void {
  api.get('/openapi.json', { config: { allowed: 'everybody' }, schema: { hide: true } }, async () =>
    api.swagger(),
  );
}

/** The converter describes every named schema twice, as input and as output; ours are named as outputs only. */
function withoutInputTwins<Document extends object>(document: Document): Document {
  const { components } = document as { components?: { schemas?: object } };
  const outputs = Object.entries(components?.schemas ?? {}).filter(([name]) => !name.endsWith('Input'));
  return { ...document, components: { ...components, schemas: Object.fromEntries(outputs) } };
}

/** The generator says that every body is required; one whose schema takes null, as an empty one comes in, is not. */
function withOptionalBodies<Document extends object>(document: Document): Document {
  const { paths = {} } = document as { paths?: Readonly<Record<string, object>> };
  const mended = Object.entries(paths).map(([path, operations]) => [path, withOptionalBody(operations)]);
  return { ...document, paths: Object.fromEntries(mended) };
}

function withOptionalBody(operations: object): object {
  const mended = Object.entries(operations).map(([method, operation]: [string, Operation]) => {
    const { requestBody } = operation;
    const choices = requestBody?.content['application/json']?.schema?.anyOf;
    const optional = choices?.some((choice) => choice.type === 'null');
    return [
      method,
      optional ? { ...operation, requestBody: { ...requestBody, required: false } } : operation,
    ];
  });
  return Object.fromEntries(mended);
}

/** `x-scope` says whether the answer depends on the branch of whoever asks. */
function describedBy(allowed: Allowed, scope?: ScopeOfRoute): object {
  if (allowed === 'everybody') return { security: [] };
  const whose = scope === undefined ? {} : { 'x-scope': scope };
  return { security: [{ token: [] }], description: `For: ${allowed.join(', ')}.`, ...whose };
}

function commonAnswers(route: RouteOptions): Record<string, unknown> {
  const because = (text: string) => ({
    description: text,
    content: { 'application/json': { schema: problem } },
  });
  const { schema, config } = route;
  const takesInput = [schema?.body, schema?.querystring, schema?.params].some(
    (part) => part instanceof z.ZodType,
  );
  return {
    ...(takesInput ? { 400: because('The input is not valid; `details.issues` lists what is wrong') } : {}),
    ...(config?.allowed === 'everybody'
      ? {}
      : {
          401: because('No token, or one that is not valid'),
          403: because('The role may not do this'),
          429: because('Too many requests'),
        }),
    ...(takesInput ? { 404: because('There is no such thing') } : {}),
    ...(route.method === 'GET' ? {} : { 409: because('Not possible now; `id` says why') }),
    500: because('Our fault'),
    ...(config?.asksPbx
      ? { 502: because('The PBX refused it'), 503: because('The PBX does not answer now') }
      : {}),
  };
}
