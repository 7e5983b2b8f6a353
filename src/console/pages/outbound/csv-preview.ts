/** The beginning of a file as the import would most likely read it. */
export interface CsvPreview {
  readonly encoding: string;
  readonly separator: Separator;
  /** Each another one, as the import names them. */
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const SEPARATORS = { comma: ',', semicolon: ';', tab: '\t' } as const;
export type Separator = keyof typeof SEPARATORS;

/** So much of a file is looked at, bytes. */
export const LOOKED_AT = 64 * 1024;

/**
 * Reads headings and the first rows. The import itself finds out the same with more care; this is for the eyes.
 * @param bytes the first `LOOKED_AT` of the file
 */
export function previewOf(bytes: Uint8Array, mostRows: number): CsvPreview {
  const { text, encoding } = decoded(bytes);
  const [first = ''] = text.split(/\r?\n/, 1);
  const separator = separatorIn(first);
  const [headings = [], ...rows] = rowsOf(text, SEPARATORS[separator], mostRows + 1);
  return { encoding, separator, headings: named(headings), rows };
}

/** Cells of the first rows, RFC 4180. What is wrong in them the import will say. */
export function rowsOf(text: string, separator: string, most: number): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let isQuoted = false;
  const endRow = (): void => {
    row.push(cell);
    if (row.length > 1 || cell !== '') rows.push(row);
    row = [];
    cell = '';
  };
  for (let at = 0; at < text.length && rows.length < most; at += 1) {
    const sign = text[at];
    if (isQuoted) {
      if (sign !== '"') cell += sign;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else isQuoted = false;
    } else if (sign === '"' && cell === '') isQuoted = true;
    else if (sign === separator) {
      row.push(cell);
      cell = '';
    } else if (sign === '\n') endRow();
    else if (sign !== '\r') cell += sign;
  }
  if (rows.length < most && (row.length > 0 || cell !== '')) endRow();
  return rows;
}

function decoded(bytes: Uint8Array): { readonly text: string; readonly encoding: string } {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return as('utf-16le', bytes);
  if (first === 0xfe && second === 0xff) return as('utf-16be', bytes);
  try {
    return as('utf-8', bytes);
  } catch {
    return as('gb18030', bytes);
  }
}

/** A sign that is cut at the end of the piece is no mistake. @throws TypeError for UTF-8 that is none */
function as(encoding: string, bytes: Uint8Array): { readonly text: string; readonly encoding: string } {
  const decoder = new TextDecoder(encoding, { fatal: encoding === 'utf-8' });
  return { text: decoder.decode(bytes, { stream: true }), encoding };
}

function separatorIn(line: string): Separator {
  const counts = Object.entries(SEPARATORS).map(
    ([name, sign]) => [name as Separator, line.split(sign).length] as const,
  );
  return counts.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

/** Headings that are missing or there twice get a name all the same. */
function named(headings: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return headings.map((heading, at) => {
    const name = heading.trim() || `column ${at + 1}`;
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} (${times})`;
  });
}
