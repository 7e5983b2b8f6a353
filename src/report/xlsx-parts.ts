import type { Cell, ZoneClock } from './cell.ts';

/** A cell holds no more, characters. */
const LONGEST_TEXT = 32_767;
const DAY_MS = 86_400_000;
/** 1970 in days of a spreadsheet. */
const EPOCH_DAYS = 25_569;

/** Numbers of the styles in `STYLES`. */
const STYLE = { head: 1, moment: 2, share: 3 } as const;

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const OF_SHEETS = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

const STYLES = `${HEAD}<styleSheet xmlns="${MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/><numFmt numFmtId="165" formatCode="0.0%"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf/><xf fontId="1" applyFont="1"/><xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/></cellXfs></styleSheet>`;

/** How a sheet begins: its first row stays in sight. @param widths of the columns, in characters */
export function sheetStart(widths: readonly number[]): string {
  const columns = widths.map(
    (width, index) => `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`,
  );
  return `${HEAD}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${columns.join('')}</cols><sheetData>`;
}

export const SHEET_END = '</sheetData></worksheet>';

/** @param isHead whether it names the columns */
export function rowText(cells: readonly Cell[], clock: ZoneClock, isHead = false): string {
  return `<row>${cells.map((cell) => cellText(cell, clock, isHead)).join('')}</row>`;
}

/** The files around the sheets, by their names. @param sheets their names, in order */
export function aroundSheets(sheets: readonly string[]): Record<string, string> {
  const numbered = sheets.map((name, index) => ({ name, n: index + 1 }));
  const of = (text: (sheet: { name: string; n: number }) => string): string => numbered.map(text).join('');
  return {
    '[Content_Types].xml': `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${OF_SHEETS}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${OF_SHEETS}.styles+xml"/>${of(({ n }) => `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="${OF_SHEETS}.worksheet+xml"/>`)}</Types>`,
    '_rels/.rels': `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${of(({ name, n }) => `<sheet name="${escaped(name)}" sheetId="${n}" r:id="rId${n}"/>`)}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${of(({ n }) => `<Relationship Id="rId${n}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${n}.xml"/>`)}<Relationship Id="rId${sheets.length + 1}" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
    'xl/styles.xml': STYLES,
  };
}

/** Text in a cell is text, whatever it looks like: only an element of its own would be a formula. */
function cellText(cell: Cell, clock: ZoneClock, isHead: boolean): string {
  if (cell === null || cell === '') return '<c/>';
  if (typeof cell === 'string') {
    const style = isHead ? ` s="${STYLE.head}"` : '';
    return `<c t="inlineStr"${style}><is><t xml:space="preserve">${escaped(cell.slice(0, LONGEST_TEXT))}</t></is></c>`;
  }
  if (typeof cell === 'number') return Number.isFinite(cell) ? `<c><v>${cell}</v></c>` : '<c/>';
  if ('at' in cell) return `<c s="${STYLE.moment}"><v>${daysOf(clock.shown(cell.at))}</v></c>`;
  return `<c s="${STYLE.share}"><v>${cell.share}</v></c>`;
}

/** To the second, so that no spreadsheet shows the one before. */
function daysOf(ms: number): number {
  const seconds = Math.floor(ms / 1000);
  return Math.round((seconds / (DAY_MS / 1000) + EPOCH_DAYS) * 1e9) / 1e9;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** As XML: what it may not hold goes, and `_x0041_`, which spreadsheets read as a character, stays what it is. */
function escaped(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
      .replace(/[&<>"]/g, (character) => ENTITIES[character]!)
  );
}
