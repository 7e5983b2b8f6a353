import { Refused } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { cleanText } from '../base/text.ts';
import { COLUMN_ROLES, type ColumnRole } from './list.ts';

/** What the columns of a list are, in their order. */
export interface Columns {
  readonly roles: readonly ColumnRole[];
  /** Names of the columns, each another one. */
  readonly names: readonly string[];
}

/** Headings by which a column is known, without blanks, marks, and digits at the end. */
const KNOWN: Readonly<Record<Exclude<ColumnRole, 'field' | 'ignore'>, readonly string[]>> = {
  person: [
    ...['客户号', '客户编号', '客户代码', '客户id', '会员号', '核心客户号'],
    ...[
      'customernumber',
      'customerno',
      'customerid',
      'customer',
      'clientid',
      'clientnumber',
      'cif',
      'person',
    ],
  ],
  name: ['姓名', '名字', '客户姓名', '客户名称', '联系人', 'name', 'fullname', 'customername', 'contact'],
  phone: [
    ...[
      '手机',
      '手机号',
      '手机号码',
      '电话',
      '电话号码',
      '联系电话',
      '联系方式',
      '移动电话',
      '固话',
      '固定电话',
      '座机',
    ],
    ...[
      '家庭电话',
      '住宅电话',
      '办公电话',
      '单位电话',
      '备用电话',
      '号码',
      'phone',
      'phonenumber',
      'phoneno',
      'mobile',
    ],
    ...[
      'mobilephone',
      'mobilenumber',
      'cell',
      'cellphone',
      'telephone',
      'telephonenumber',
      'tel',
      'homephone',
    ],
    ...['workphone', 'businessphone', 'officephone', 'number'],
  ],
  zone: ['时区', 'zone', 'timezone', 'tz'],
  priority: ['优先级', '优先', 'priority', 'rank'],
};

/** Of these a list has one column. */
const SINGLE: readonly ColumnRole[] = ['person', 'name', 'zone', 'priority'];
const MOST_COLUMNS = 500;
const LONGEST_HEADING = 100;

/**
 * What the columns with these headings are: as `wished`, else as a heading says, else kept as they are.
 * @throws Refused `too-many-columns`, `unknown-column`, `twice-mapped`, `no-phone-column`
 */
export function readHeadings(
  headings: readonly string[],
  wished: Readonly<Record<string, ColumnRole>> = {},
): Columns {
  if (headings.length > MOST_COLUMNS)
    throw new Refused(
      'too-many-columns',
      `The file has ${headings.length} columns; at most ${MOST_COLUMNS} are read. Leave out what nobody needs.`,
    );
  const names = named(headings.map((heading) => cleanText(heading, LONGEST_HEADING)));
  checkWishes(names, wished);
  const taken = new Set<ColumnRole>(Object.values(wished));
  const roles = names.map((name) => {
    const own = Object.hasOwn(wished, name) ? wished[name] : undefined;
    if (own) return own;
    const role = knownRole(name);
    if (SINGLE.includes(role) && taken.has(role)) return 'field';
    taken.add(role);
    return role;
  });
  if (!roles.includes('phone'))
    throw new Refused(
      'no-phone-column',
      `None of the headings is known as one of telephone numbers: ${names.slice(0, 20).join(', ')}. The first line has to have headings; say which column it is, such as --column "${names[0]}=phone".`,
    );
  return { roles, names };
}

/** Headings that are missing or there twice get a name all the same. */
function named(headings: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return headings.map((heading, at) => {
    const name = heading === '' ? `column ${at + 1}` : heading;
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} (${times})`;
  });
}

function checkWishes(names: readonly string[], wished: Readonly<Record<string, ColumnRole>>): void {
  for (const heading of Object.keys(wished)) {
    if (names.includes(heading)) continue;
    const near = nearest(heading, names);
    const hint = near === '' ? `there are: ${names.slice(0, 20).join(', ')}` : near;
    throw new Refused('unknown-column', `The file has no column "${heading}": ${hint}`);
  }
  for (const role of SINGLE) {
    const columns = Object.keys(wished).filter((heading) => wished[heading] === role);
    if (columns.length > 1)
      throw new Refused(
        'twice-mapped',
        `Two columns are to be the ${role}: ${columns.join(', ')}. Choose one.`,
      );
  }
}

function knownRole(name: string): ColumnRole {
  const bare = name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replace(/\d+$/, '');
  return (
    COLUMN_ROLES.find((role) => role in KNOWN && KNOWN[role as keyof typeof KNOWN].includes(bare)) ?? 'field'
  );
}
