import { LEAD_INDEXES, LEAD_TRIGGERS } from '../../../list/schema.ts';
import { ListStore } from '../../../list/store.ts';
import { zonesOf } from '../../../list/zone.ts';
import { connect, type Database } from '../../../store/connect.ts';

/** Campaigns that dial at the same time; every fourth one calls America, in all of its zones. */
export const CAMPAIGNS = Array.from({ length: 12 }, (_, at) => `campaign-${at + 1}`);
/** Area codes of the numbers that are not Chinese, a zone or two each. */
const AREAS = ['212', '312', '303', '213', '602', '808', '907', '850', '208', '416', '604', '902'];
const CHINESE = "printf('+86138%08d', n)";

/** The sets of zones of a campaign's leads. */
export function zonesOfCampaign(campaign: string): (readonly string[])[] {
  return isAmerican(CAMPAIGNS.indexOf(campaign))
    ? AREAS.map((area) => zonesOf(`+1${area}5550000`))
    : [['Asia/Shanghai']];
}

/**
 * Fills `lists.db` with leads of all campaigns, written straight into its tables. One in five was dialled before and waits, one in ten is done.
 * @param now UTC ms; half of those who wait are due
 */
export function fill(file: string, leads: number, now: number, say: (line: string) => void): void {
  const database = connect(file);
  try {
    const store = new ListStore(database);
    for (const name of ['person', 'fresh', 'again', 'callback']) database.script(`drop index lead_${name}`);
    database.script('drop trigger lead_added; drop trigger lead_moved; pragma synchronous = off');
    const each = Math.ceil(leads / CAMPAIGNS.length);
    for (const [at, campaign] of CAMPAIGNS.entries()) {
      store.createList({ id: `list-${at + 1}`, campaign, name: campaign, createdAt: now });
      fillCampaign(database, store, at, each, now);
      say(`${((at + 1) * each).toLocaleString('en')} leads written`);
    }
    database.script(LEAD_INDEXES + LEAD_TRIGGERS);
    database.script(
      `insert into tally select list, zone, standing, attempts > 0, ifnull(done_reason, ''), count(*) from lead group by 1, 2, 3, 4, 5`,
    );
    say('indexes made');
    database.script('pragma wal_checkpoint(truncate)');
  } finally {
    database.close();
  }
}

function isAmerican(at: number): boolean {
  return at % 4 === 3;
}

function fillCampaign(database: Database, store: ListStore, at: number, count: number, now: number): void {
  const { n: list } = store.listRow(`list-${at + 1}`)!;
  const sets = zonesOfCampaign(CAMPAIGNS[at]!).map((set) => store.zoneSets.numberOf(set));
  const number = isAmerican(at)
    ? `printf('+1%s%07d', json_extract('${JSON.stringify(AREAS)}', '$[' || (n % ${AREAS.length}) || ']'), 2000000 + n % 7000000)`
    : CHINESE;
  const zone = `json_extract('${JSON.stringify(sets)}', '$[' || (n % ${sets.length}) || ']')`;
  const standing = "case when n % 10 = 0 then 'done' when n % 5 = 1 then 'again' else 'fresh' end";
  database.unit(() => {
    database.script(`
      with recursive row (n) as (select ${at * count + 1} union all select n + 1 from row where n < ${(at + 1) * count})
      insert into lead
      select n, ${list}, 'person-' || n, 'name ' || n, json_array(json_array(${number}, ${zone}, 0)), 0, ${zone},
        '{"product":"card"}', n % 3, ${standing}, case when n % 5 = 1 then ${now} + (n % 2000 - 1000) * 1000 else 0 end, null,
        n % 10 = 0 or n % 5 = 1, null, case when n % 10 = 0 then 'sale' end, 0, n
      from row;
      insert or ignore into lead_number select json_extract(numbers, '$[0][0]'), list, n from lead where list = ${list}`);
  });
}
