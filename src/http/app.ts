import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { agentRoutes } from '../agent/http.ts';
import { deskPhonesRoutes } from '../agent/phone-http.ts';
import { auditRoutes } from '../audit/http.ts';
import { branchRoutes } from '../branch/http.ts';
import { callRoutes } from '../call/http.ts';
import { voicemailRoutes } from '../call/voicemail-http.ts';
import { feedbackRoutes } from '../campaign/feedback-http.ts';
import { campaignRoutes } from '../campaign/http.ts';
import { wishRoutes } from '../contact/wish-http.ts';
import { customerRoutes } from '../customer/http.ts';
import { deskRoutes } from '../desk/http.ts';
import { eventRoutes } from '../engine/http.ts';
import { flowRoutes } from '../ivr/http.ts';
import { callbackRoutes } from '../queue/callback-http.ts';
import { queueRoutes } from '../queue/http.ts';
import { reportRoutes } from '../report/http.ts';
import { securityRoutes } from '../security/http.ts';
import { superviseRoutes } from '../supervise/http.ts';
import { sessionRoutes } from '../user/http.ts';
import { userRoutes } from '../user/roster-http.ts';
import { seatRoutes } from '../user/seat-http.ts';
import { whyRoutes } from '../why/http.ts';
import { numberWhyRoutes } from '../why/number-http.ts';
import { rosterRoutes } from './agent-roster.ts';
import type { Api, ApiParts } from './api.ts';
import { auditRequests } from './audit-hook.ts';
import { addSafetyHeaders, guard, rateLimits } from './auth.ts';
import { FILE_TIME_MS, limitBodyTime } from './body-time.ts';
import { campaignChoiceRoutes } from './campaign-choices.ts';
import { campaignFigureRoutes } from './campaign-figures.ts';
import { serveConsole } from './console.ts';
import { demonstrationRoutes } from './demonstration.ts';
import { editingRoutes } from './editing.ts';
import { answerNotFound, errorMapper } from './errors.ts';
import { flowDifferenceRoutes } from './flow-differences.ts';
import { flowFigureRoutes } from './flow-figures.ts';
import { healthRoutes } from './health.ts';
import { tokenRoutes } from './http.ts';
import { metricsRoutes } from './metrics.ts';
import { describeRoutes, openapiOptions, serveOpenapi } from './openapi.ts';
import { dialerRoutes } from './outbound.ts';
import { pagePhoneRoutes } from './page-phone.ts';
import { receptionRoutes } from './reception.ts';
import { recordingRoutes } from './recordings.ts';
import { routingRoutes } from './routing.ts';
import { guardScope } from './scope-guard.ts';
import { talkRoutes } from './talks.ts';

/** Largest body of a request, bytes. */
const BODY_LIMIT = 256 * 1024;
/** The same for its headers: who sends them byte by byte holds a connection no longer. */
const HEADERS_TIMEOUT_MS = 10_000;
/** A connection on which nothing moves, such as that of a client who does not read, is closed; long polls take less. */
const IDLE_TIMEOUT_MS = 60_000;
/** How often connections are looked at for that. */
const CHECK_CONNECTIONS_MS = 2_000;
/** Connections at once, of all clients together, besides those that are sockets. */
const MAX_CONNECTIONS = 2_000;

/**
 * The whole API as an app that listens nowhere yet: call `listen` or `inject` on it, and `close` at the end, which ends
 * long polls at once.
 */
export function buildApp(parts: ApiParts): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: BODY_LIMIT,
    requestTimeout: FILE_TIME_MS,
    connectionTimeout: IDLE_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: CHECK_CONNECTIONS_MS },
    forceCloseConnections: 'idle',
    // A HEAD runs the whole of its GET: a message would count as heard.
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 100 },
    // Found by the router, before any hook: such as a part of the address that is too long.
    frameworkErrors: errorMapper(parts.log),
  });
  app.server.maxConnections = MAX_CONNECTIONS + (parts.sockets?.most ?? 0);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(errorMapper(parts.log));
  if (parts.console === undefined) app.setNotFoundHandler(answerNotFound);
  else serveConsole(app as unknown as FastifyInstance, parts.console);
  allowEmptyJson(app);
  limitBodyTime(app, parts.clock);
  app.addHook('onSend', addSafetyHeaders);
  parts.sockets?.serve(app as unknown as FastifyInstance);
  parts.sessions.onEnded((session) => parts.sockets?.sessionEnded(session));
  app.register(rateLimit, rateLimits);
  app.register(swagger, openapiOptions);
  app.register(async (scope) => addRoutes(scope.withTypeProvider<ZodTypeProvider>(), parts));
  return app as unknown as FastifyInstance;
}

function addRoutes(api: Api, parts: ApiParts): void {
  auditRequests(api, parts);
  guard(api, parts);
  guardScope(api, parts.scopes);
  describeRoutes(api);
  healthRoutes(api, parts);
  callRoutes(api, parts);
  voicemailRoutes(api, parts);
  whyRoutes(api, parts);
  talkRoutes(api, parts);
  superviseRoutes(api, parts);
  deskRoutes(api, parts);
  recordingRoutes(api, parts);
  agentRoutes(api, parts);
  rosterRoutes(api, parts);
  pagePhoneRoutes(api, parts);
  queueRoutes(api, parts);
  callbackRoutes(api, parts);
  reportRoutes(api, parts);
  routingRoutes(api, parts);
  campaignRoutes(api, parts);
  feedbackRoutes(api, parts);
  campaignFigureRoutes(api, parts);
  campaignChoiceRoutes(api, parts);
  receptionRoutes(api, parts);
  dialerRoutes(api, parts);
  wishRoutes(api, parts);
  numberWhyRoutes(api, parts);
  customerRoutes(api, parts);
  flowRoutes(api, parts);
  flowFigureRoutes(api, parts);
  flowDifferenceRoutes(api, parts);
  editingRoutes(api, parts);
  eventRoutes(api, parts);
  branchRoutes(api, parts);
  deskPhonesRoutes(api, parts);
  tokenRoutes(api, parts);
  sessionRoutes(api, parts);
  seatRoutes(api, parts);
  userRoutes(api, parts);
  auditRoutes(api, parts);
  metricsRoutes(api, parts);
  securityRoutes(api, parts);
  demonstrationRoutes(api, parts);
  serveOpenapi(api);
}

/** Many clients send the JSON header with every request: an empty body under it is no body. */
function allowEmptyJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else parse(request, String(body), done);
  });
}
