import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Renders a configuration anew, elsewhere, and compares: names of the files that a start would write or remove.
 * @param render into a data folder other than the real one
 * @param etcOf where in a data folder the configuration lies
 */
export function staleFiles(
  data: string,
  etcOf: (data: string) => string,
  render: (data: string) => void,
): string[] {
  const elsewhere = mkdtempSync(join(tmpdir(), 'carillon-doctor-'));
  try {
    render(elsewhere);
    const wanted = filesIn(etcOf(elsewhere));
    const present = filesIn(etcOf(data));
    const names = new Set([...wanted.keys(), ...present.keys()]);
    return [...names]
      .filter((name) => wanted.get(name)?.replaceAll(elsewhere, data) !== present.get(name))
      .sort();
  } finally {
    rmSync(elsewhere, { recursive: true, force: true });
  }
}

function filesIn(folder: string): Map<string, string> {
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder).filter((name) => /\.(conf|xml)$/.test(name));
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}
