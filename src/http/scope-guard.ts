import type { onRequestAsyncHookHandler, RouteOptions } from 'fastify';
import { assert, Refused } from '../base/errors.ts';
import type { Api } from './api.ts';
import type { Scopes } from './scope.ts';

/**
 * What a route's answer depends on: `branch`, it asks `scopeOf` what whoever calls may see; `centre`, it holds nothing that belongs
 * to a branch; `head-office`, it is for those only who see all branches.
 */
export type ScopeOfRoute = 'branch' | 'centre' | 'head-office';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route has to say it that is not for everybody. */
    scope?: ScopeOfRoute;
  }
}

/**
 * Gives every request its scope, and keeps routes of the head office for it. A route that does not say what its answer depends on does not
 * get into the app. To be called after `guard`.
 */
export function guardScope(api: Api, scopes: Scopes): void {
  api.decorateRequest('scope', undefined);
  api.addHook('onRoute', checkScoped);
  const give: onRequestAsyncHookHandler = async (request) => {
    const { principal, routeOptions } = request;
    if (!principal) return;
    request.scope = scopes.of(principal);
    if (routeOptions.config.scope === 'head-office' && !request.scope.isWhole)
      throw new Refused('forbidden', 'This is for the head office only');
  };
  api.addHook('onRequest', give);
}

function checkScoped({ method, url, config }: RouteOptions): void {
  const isSaid = config?.allowed === 'everybody' || config?.scope !== undefined;
  assert(isSaid, `${method} ${url} does not say whether it depends on the branch of whoever asks`);
}
