import { type CoreBankOptions, startCoreBank } from './service.ts';

/** Reads the environment, see the README; a sentence when it cannot be. */
function settings(env: NodeJS.ProcessEnv): (CoreBankOptions & { readonly host: string }) | string {
  const port = Number(env.CORE_BANK_PORT || '8095');
  const slowMs = Number(env.CORE_BANK_SLOW_MS || '0');
  const host = env.CORE_BANK_HOST || '127.0.0.1';
  const token = env.CORE_BANK_TOKEN || undefined;
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    return 'CORE_BANK_PORT has to be a port, 0 to 65535.';
  if (!Number.isInteger(slowMs) || slowMs < 0 || slowMs > 600_000)
    return 'CORE_BANK_SLOW_MS has to be milliseconds, 0 to 600000.';
  if (token === undefined && !/^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host))
    return 'CORE_BANK_HOST lets others in: set CORE_BANK_TOKEN too, or leave it at 127.0.0.1.';
  return { port, slowMs, host, token };
}

const read = settings(process.env);
if (typeof read === 'string') {
  process.stderr.write(`${read}\n`);
  process.exit(1);
}
try {
  const bank = await startCoreBank(read);
  process.stdout.write(`core-bank listening on ${read.host}:${bank.port}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void bank.stop());
} catch (thrown) {
  const { code } = thrown as { code?: string };
  process.stderr.write(
    `core-bank cannot listen on ${read.host}:${read.port} (${code}): choose another CORE_BANK_PORT.\n`,
  );
  process.exit(1);
}
