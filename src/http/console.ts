import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import helmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerNotFound } from './errors.ts';

const FIRST_PAGE = 'index.html';
/** Names of built files hold a hash of what is in them. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const NOT_BUILT =
  '<!doctype html><title>Carillon</title><p>The console is not built. Run: npm run console:build<p>控制台尚未构建，请运行：npm run console:build';

/**
 * Serves the pages of the console from `folder`. Every address that is none of the API's is a page: its router finds
 * which. Scripts come from here alone, and no other site may show the pages within its own.
 */
export function serveConsole(app: FastifyInstance, folder: string): void {
  app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'self'"],
        'script-src': ["'self'"],
        // The parts of the pages place their pop-ups by style attributes.
        'style-src': ["'self'", "'unsafe-inline'"],
        'img-src': ["'self'", 'data:', 'blob:'],
        'media-src': ["'self'", 'blob:'],
        'connect-src': ["'self'"],
        'base-uri': ["'none'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
        'object-src': ["'none'"],
      },
    },
    // Many installations begin on plain HTTP within the machine; whoever puts TLS in front says it there.
    strictTransportSecurity: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
  });
  // It may be built while the daemon runs.
  mkdirSync(folder, { recursive: true });
  app.register(fastifyStatic, {
    root: folder,
    wildcard: true,
    index: FIRST_PAGE,
    preCompressed: true,
    dotfiles: 'ignore',
    cacheControl: false,
    setHeaders: (response, file) => {
      response.header('cache-control', file.includes('/assets/') ? FOR_EVER : 'no-cache');
    },
  });
  app.setNotFoundHandler((request, reply) => answerPage(request, reply, folder));
}

async function answerPage(request: FastifyRequest, reply: FastifyReply, folder: string): Promise<unknown> {
  if (!isPage(request)) return answerNotFound(request, reply);
  reply.header('cache-control', 'no-cache');
  if (!existsSync(join(folder, FIRST_PAGE)))
    return reply.status(503).type('text/html; charset=utf-8').send(NOT_BUILT);
  return reply.sendFile(FIRST_PAGE);
}

/** A person's browser asks for a page, not a program for something of the API. */
function isPage({ method, url, headers }: FastifyRequest): boolean {
  if (method !== 'GET' || /^\/(?:api|assets|live|sip|health|metrics|openapi\.json)(?:[/?]|$)/.test(url))
    return false;
  return headers.accept?.includes('text/html') === true;
}
