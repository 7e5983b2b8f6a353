import { routingFileRoutes } from '../engine/routing-http.ts';
import { calendarRoutes } from '../ivr/calendar-http.ts';
import { flowFileRoutes } from '../ivr/editing-http.ts';
import type { Api, ApiParts } from './api.ts';
import { flowTrialRoutes } from './flow-trials.ts';

/** Routes that edit flows, calendars and routing rules, and try flows out; none where the files are not for the API. */
export function editingRoutes(api: Api, parts: ApiParts): void {
  const { editing } = parts;
  if (!editing) return;
  flowFileRoutes(api, parts, editing);
  flowTrialRoutes(api, parts, editing);
  calendarRoutes(api, parts, editing);
  routingFileRoutes(api, parts, editing);
}
