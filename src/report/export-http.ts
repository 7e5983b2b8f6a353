import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { type Api, type ApiParts, caller } from '../http/api.ts';
import { SUPERVISING_READERS } from '../http/roles.ts';
import { scopeOf } from '../http/scope.ts';
import type { ExportOf } from './asked.ts';
import { callFilterFields, filterOf } from './call-record-http.ts';
import type { Language } from './columns.ts';
import { exportFields } from './fields-http.ts';
import { agentQuery, agentsAsked, intervalQuery, intervalsAsked } from './http.ts';
import type { ReportParts } from './parts.ts';
import { dayText } from './span.ts';

const TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;

/** What is made ahead of whoever takes it, bytes. */
const AHEAD_BYTES = 256 * 1024;

const schema = {
  tags: ['reports'],
  response: {
    200: { description: 'The file', content: { 'application/octet-stream': { schema: z.unknown() } } },
  },
};
const config = { allowed: SUPERVISING_READERS, scope: 'branch', audit: 'reads' } as const;

interface Asked {
  readonly what: ExportOf;
  readonly format: keyof typeof TYPES;
  readonly language: Language;
}

/** Routes that give out what was found or reported as a file. */
export function exportRoutes(api: Api, parts: ApiParts & { readonly reports: ReportParts }): void {
  const { reports, clock } = parts;
  const exporting = new Exports(parts);
  api.addHook('preClose', async () => exporting.stop());
  api.get(
    '/api/reports/exports',
    {
      config: { allowed: SUPERVISING_READERS, scope: 'centre' },
      schema: {
        tags: ['reports'],
        summary: 'Whether an export of whoever asks is under way',
        response: { 200: z.object({ running: z.boolean() }) },
      },
    },
    async (request) => ({ running: exporting.isRunningFor(caller(request).id) }),
  );
  api.get(
    '/api/call-records/export',
    {
      config,
      schema: {
        ...schema,
        summary: 'All calls that are found, as CSV or XLSX; one export at a time and user',
        querystring: z.strictObject({ ...callFilterFields, ...exportFields }),
      },
    },
    async (request, reply) => {
      const { format, language, ...query } = request.query;
      const filter = filterOf(query, reports.zone(), caller(request), scopeOf(request));
      return exporting.send(reply, caller(request).id, { what: { of: 'calls', filter }, format, language });
    },
  );
  api.get(
    '/api/reports/intervals/export',
    {
      config,
      schema: {
        ...schema,
        summary: 'An interval report as CSV or XLSX',
        querystring: intervalQuery.extend(exportFields),
      },
    },
    async (request, reply) => {
      const { format, language, ...query } = request.query;
      const { question } = intervalsAsked(query, reports.zone(), clock.now(), scopeOf(request));
      return exporting.send(reply, caller(request).id, {
        what: { of: 'intervals', question },
        format,
        language,
      });
    },
  );
  api.get(
    '/api/reports/agents/export',
    {
      config,
      schema: {
        ...schema,
        summary: 'An agent report as CSV or XLSX',
        querystring: agentQuery.extend(exportFields),
      },
    },
    async (request, reply) => {
      const { format, language, ...query } = request.query;
      const { question } = agentsAsked(query, reports.zone(), clock.now(), scopeOf(request));
      return exporting.send(reply, caller(request).id, {
        what: { of: 'agents', question },
        format,
        language,
      });
    },
  );
}

/** Exports that are under way. Each part of a file is made when the one before has been taken; whoever goes away ends it. */
class Exports {
  readonly #parts: ApiParts & { readonly reports: ReportParts };
  readonly #who = new Set<string>();
  readonly #streams = new Set<Readable>();

  constructor(parts: ApiParts & { readonly reports: ReportParts }) {
    this.#parts = parts;
  }

  /** Who still takes one does not keep the daemon from ending. */
  stop(): void {
    for (const stream of this.#streams) stream.destroy();
  }

  isRunningFor(who: string): boolean {
    return this.#who.has(who);
  }

  /** @throws Refused `export-running`, `too-many-exports` */
  async send(reply: FastifyReply, who: string, { what, format, language }: Asked): Promise<FastifyReply> {
    const { reports, clock, ids } = this.#parts;
    if (this.#who.has(who))
      throw new Refused('export-running', 'Another export of yours is under way: wait until it is done');
    this.#who.add(who);
    const id = ids.next('x');
    const zone = reports.zone();
    const question = { ...what, format, language, zone };
    try {
      await reports.ask('beginExport', id, question, clock.now());
    } catch (thrown) {
      // The thread may still be at it when nobody waits for it any more.
      this.#over(id, who);
      throw thrown;
    }
    const name = `${what.of}-${dayText(clock.now(), zone)}.${format}`;
    reply.header('content-disposition', `attachment; filename="${name}"`).type(TYPES[format]);
    const stream = this.#stream(id, who);
    this.#streams.add(stream);
    stream.once('close', () => this.#streams.delete(stream));
    return reply.send(stream);
  }

  #over(id: string, who: string): void {
    this.#who.delete(who);
    // When the thread has ended, the export has ended with it.
    this.#parts.reports.ask('endExport', id).catch(() => undefined);
  }

  #stream(id: string, who: string): Readable {
    const { reports } = this.#parts;
    const over = (): void => this.#over(id, who);
    const nextPart = async (): Promise<Uint8Array | undefined> => {
      let part = await reports.ask('nextPart', id);
      while (part?.length === 0) part = await reports.ask('nextPart', id);
      return part;
    };
    return new Readable({
      highWaterMark: AHEAD_BYTES,
      read() {
        nextPart().then(
          (part) => this.push(part ?? null),
          (error: Error) => this.destroy(error),
        );
      },
      destroy(error, done) {
        over();
        done(error);
      },
    });
  }
}
