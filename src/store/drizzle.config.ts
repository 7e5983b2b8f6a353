import { defineConfig } from 'drizzle-kit';

/** For `npx drizzle-kit generate --config src/store/drizzle.config.ts --name <what-changes>`, run in the root. */
export default defineConfig({
  dialect: 'sqlite',
  schema: './src/**/table.ts',
  out: './src/store/migrations',
});
