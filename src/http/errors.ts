import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { messageOf, Refused } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { PbxError } from '../pbx/pbx.ts';

/** What every answer but a good one looks like. `id` is stable, `message` is for people. */
export const problem = z
  .object({
    error: z.object({
      id: z.string(),
      message: z.string(),
      details: z.record(z.string(), z.unknown()),
    }),
  })
  .meta({ id: 'Problem', description: 'Why a request was not carried out.' });

interface Answer {
  readonly status: number;
  readonly id: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

const STATUS: Readonly<Record<string, number>> = {
  'not-found': 404,
  'no-token': 401,
  'bad-token': 401,
  'no-session': 401,
  'bad-password': 401,
  forbidden: 403,
  'branch-not-yours': 403,
  'cross-site': 403,
  'user-disabled': 403,
  'wrong-password': 403,
  'login-locked': 429,
  'too-many-requests': 429,
  'list-not-found': 404,
  'unknown-attempt': 404,
  'upload-too-large': 413,
  'bad-range': 416,
  'disk-full': 507,
  'lists-unusable': 503,
  'lists-closed': 503,
  'reports-unusable': 503,
  'flow-checks-busy': 503,
};

/** Ids of the errors that the HTTP server itself finds, by its codes. */
const SERVER_ERRORS: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'bad-media-type',
  FST_ERR_CTP_INVALID_JSON_BODY: 'bad-json',
  FST_ERR_MAX_PARAM_LENGTH: 'not-found',
};

/** The one place where errors become answers. */
export function errorMapper(log: Log) {
  return (error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void => {
    const answer = answerTo(error);
    request.refusal = answer.id;
    if (answer.status >= 500) noteFailure(log, error, request, answer.status);
    if (answer.status === 401) reply.header('www-authenticate', 'Bearer');
    const { status, id, message, details = {} } = answer;
    const shown = status === 500 ? { ...details, request: request.id } : details;
    reply.status(status).send({ error: { id, message, details: shown } });
  };
}

/** Answers a request for what is not there. */
export function answerNotFound(request: FastifyRequest, reply: FastifyReply): void {
  const path = request.url.split('?')[0]?.slice(0, 200);
  reply.status(404).send({
    error: {
      id: 'not-found',
      message: `There is no ${request.method} ${path}: see /openapi.json`,
      details: {},
    },
  });
}

function answerTo(error: FastifyError | Error): Answer {
  if (error instanceof Refused)
    return { status: statusOf(error.id), id: error.id, message: error.message, details: error.details };
  if (error instanceof PbxError) return pbxAnswer(error);
  if (hasZodFastifySchemaValidationErrors(error)) return inputAnswer(error);
  const { statusCode, code } = error as Partial<FastifyError>;
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return { status: statusCode, id: SERVER_ERRORS[code ?? ''] ?? 'bad-request', message: error.message };
  return { status: 500, id: 'internal', message: 'Something went wrong in Carillon; its log says what.' };
}

/** A thing named in the address that is not there is 404, bad input 400, and what is not possible now 409. */
function statusOf(id: string): number {
  return STATUS[id] ?? (id.endsWith('-unknown') ? 404 : id.startsWith('bad-') ? 400 : 409);
}

function pbxAnswer(error: PbxError): Answer {
  const refused = error.code === 'refused' || error.code === 'not-found';
  return refused
    ? { status: 502, id: `pbx-${error.code}`, message: 'The PBX refused it.' }
    : { status: 503, id: `pbx-${error.code}`, message: 'The PBX does not answer now. Try again in a while.' };
}

function inputAnswer(error: { validation: readonly { instancePath: string; message?: string }[] }): Answer {
  const { validationContext = 'request' } = error as { validationContext?: string };
  const issues = error.validation.map((issue) => ({
    at: `${validationContext}${issue.instancePath === '/' ? '' : issue.instancePath}`,
    problem: issue.message ?? 'is not valid',
  }));
  const [first] = issues;
  return {
    status: 400,
    id: 'bad-input',
    message: first ? `${first.at}: ${first.problem}` : 'The request is not valid.',
    details: { issues },
  };
}

function noteFailure(log: Log, error: Error, request: FastifyRequest, status: number): void {
  const route = `${request.method} ${request.routeOptions.url ?? ''}`;
  const fields = { request: request.id, route, status, error: messageOf(error) };
  if (status === 500) log.error({ ...fields, stack: error.stack }, 'a request failed');
  else if (error instanceof PbxError) log.warn(fields, 'the PBX did not carry out a request');
  else log.warn(fields, 'a request was not carried out');
}
