import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refused } from '../base/errors.ts';
import { spanText } from '../base/span.ts';
import type { Control } from '../dialer/control.ts';
import type { PacingMode } from '../dialer/outbound.ts';
import type { OutboundView } from '../http/outbound-fields.ts';
import type { DialerStatusView, ProgressView } from '../http/outbound-figures.ts';
import type { CountedListView } from '../http/outbound-lists.ts';
import type { FiguresView } from '../http/outbound-views.ts';
import { readSettings } from '../setup/settings.ts';
import { askDaemon, notReadyText, tellDaemon } from './daemon.ts';
import { exampleCampaign, problemsText, readCampaign } from './dialer-file.ts';
import { percent } from './dialer-top-view.ts';
import { badUsage, harmless, print, table, unreadable } from './terminal.ts';

const ROUTE = '/api/outbound';
/** Within this the dialer has fetched leads and decided, ms. */
const DECIDES_WITHIN_MS = 1_500;
const HEALTH_MS = 3_000;

interface Details extends ProgressView {
  readonly life: FiguresView;
  readonly lists: readonly (CountedListView & { readonly figures: FiguresView })[];
}

interface Days {
  readonly total: FiguresView;
  readonly days: readonly { readonly day: string; readonly figures: FiguresView }[];
}

export interface PacingOptions {
  readonly mode?: PacingMode;
  readonly ratio?: number;
  readonly maxAbandonment?: number;
  readonly minAgents?: number;
  readonly rollingWindow?: boolean;
  readonly cancels?: boolean;
}

const LISTED = ['id 编号', 'state 状态', 'mode 模式', 'queue 队列', 'left 剩余', 'leads 名单', 'name 名称'];
const SHOWN = [
  '',
  'left 剩余',
  'dialled 已拨',
  'connected 接通',
  'hits 接通率',
  'abandoned 放弃率',
  'talk 通话',
];

/** `carillon dialer list`. */
export async function listCampaigns({ json }: { readonly json?: boolean }): Promise<void> {
  const status = (await ask('GET', '/status')) as DialerStatusView;
  if (json) return print(JSON.stringify(status.campaigns, null, 2));
  if (status.campaigns.length === 0) return print('No campaign calls people yet. npx carillon dialer --help');
  const rows = status.campaigns.map(({ campaign, leads }) => [
    harmless(campaign.id),
    campaign.status,
    campaign.pacing.mode,
    harmless(campaign.queue),
    String(leads.fresh + leads.again),
    String(leads.total),
    harmless(campaign.name),
  ]);
  print(table([LISTED, ...rows]));
}

/** `carillon dialer show CAMPAIGN`. */
export async function showCampaign(id: string, { json }: { readonly json?: boolean }): Promise<void> {
  const path = `/${encodeURIComponent(id)}`;
  const progress = (await ask('GET', `${path}/progress`)) as Details;
  const figures = (await ask('GET', `${path}/figures`)) as Days;
  if (json) return print(JSON.stringify({ progress, figures }, null, 2));
  print(campaignText(progress, figures));
}

/** A campaign for people. */
export function campaignText({ campaign, leads, live, lists, life }: Details, { days }: Days): string {
  const { pacing } = campaign;
  const cap = `${percent(pacing.maxAbandonment, 1)} abandoned at most${pacing.rollingWindow ? ', in every 60 minutes too' : ''}`;
  const why =
    live.whyNot === '' ? [] : [['not dialled 未拨', `${live.whyNot}: ${harmless(live.whyNotText)}`]];
  const facts = [
    ['campaign 外呼活动', `${harmless(campaign.id)}  ${harmless(campaign.name)}`],
    ['state 状态', campaign.status],
    ...why,
    ['pacing 拨号方式', `${pacing.mode}, ${cap}`],
    ['queue 队列', `${harmless(campaign.queue)}, weight ${campaign.weight}`],
    ['flow 流程', harmless(campaign.flow)],
    ['caller 主叫号码', harmless(campaign.callerNumber)],
    ['policy 合规策略', campaign.policy === '' ? 'the usual one' : harmless(campaign.policy)],
    ['leads 名单', `${leads.total}: ${leads.fresh} never dialled, ${leads.again} again, ${leads.done} done`],
    ...Object.entries(leads.reasons).map(([reason, count]) => ['', `${harmless(reason)} ${count}`]),
  ];
  const ofLists = lists.map(({ id, name, isOn, counts, figures }) => [
    `${harmless(id)} ${harmless(name)}${isOn ? '' : ' (off)'}`,
    String(counts.fresh + counts.again),
    ...figureCells(figures),
  ]);
  const ofDays = days.map(({ day, figures }) => [day, '', ...figureCells(figures)]);
  const all = ['ever 累计', String(leads.fresh + leads.again), ...figureCells(life)];
  return `${table(facts)}\n\n${table([SHOWN, ...ofLists, ...ofDays, all])}`;
}

function figureCells({ attempts, connected, hitRate, abandonment, talkMs }: FiguresView): string[] {
  return [
    String(attempts),
    String(connected),
    percent(hitRate, 1),
    percent(abandonment, 2),
    spanText(talkMs),
  ];
}

/** `carillon dialer add FILE`. @throws Refused `bad-usage` with the file's mistakes */
export async function addCampaign(
  file: string | undefined,
  { example }: { readonly example?: boolean },
): Promise<void> {
  if (example) return print(exampleCampaign(Date.now()).trimEnd());
  if (file === undefined) throw badUsage('Name a file; npx carillon dialer add --example prints one.');
  const text = await readFile(file, 'utf8').catch((thrown: unknown) => {
    throw unreadable(file, thrown);
  });
  const { zone, campaigns } = (await ask('GET', '/status')) as DialerStatusView;
  const { id = '', body, problems } = readCampaign(text, harmless(file), zone);
  if (!body) throw badUsage(problemsText(problems));
  const isThere = campaigns.some(({ campaign }) => campaign.id === id);
  if (isThere) {
    const { id: _id, ...changes } = body;
    await ask('PATCH', `/${encodeURIComponent(id)}`, changes);
    return print(`Campaign ${harmless(id)} is changed.`);
  }
  await ask('POST', '', body);
  print(
    `Campaign ${harmless(id)} is added, stopped. Next: npx carillon dialer import FILE.csv --campaign ${harmless(id)}`,
  );
}

const DONE: Readonly<Record<Control, string>> = {
  start: 'dials from now on: npx carillon dialer top',
  pause: 'is paused: what is under way goes on',
  drain: 'is being drained: what is under way goes on',
  stop: 'is stopped',
};

/** `carillon dialer start|pause|drain|stop CAMPAIGN…`, one after the other. */
export async function controlCampaigns(control: Control, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await ask('POST', `/${encodeURIComponent(id)}/${control}`);
    print(`${harmless(id)} ${DONE[control]}.`);
    if (control === 'start') await tellHindrance(id);
  }
}

/** What holds a campaign back that was just started. */
async function tellHindrance(id: string): Promise<void> {
  await sleep(DECIDES_WITHIN_MS);
  const { live } = (await ask('GET', `/${encodeURIComponent(id)}/progress`)) as Details;
  if (live.whyNot !== '') print(`Nothing is dialled now: ${live.whyNot}: ${harmless(live.whyNotText)}`);
}

/** `carillon dialer pacing CAMPAIGN`. @throws Refused `bad-usage` when nothing is to be changed */
export async function changePacing(id: string, pacing: PacingOptions): Promise<void> {
  if (Object.keys(pacing).length === 0)
    throw badUsage('Say what to change, such as --mode progressive. npx carillon dialer pacing --help');
  const changed = (await ask('PATCH', `/${encodeURIComponent(id)}`, { pacing })) as OutboundView;
  const { mode, ratio, maxAbandonment, minAgents, rollingWindow, cancels } = changed.pacing;
  print(
    table([
      ['mode', mode],
      ...(mode === 'ratio' ? [['ratio', String(ratio)]] : []),
      ['max-abandonment', percent(maxAbandonment, 2)],
      ['min-agents', String(minAgents)],
      ['rolling-window', rollingWindow ? 'on' : 'off'],
      ['cancels', cancels ? 'on' : 'off'],
    ]),
  );
}

/** Asks the daemon about campaigns. @throws Refused with its sentence, and what it still lacks */
async function ask(method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown): Promise<unknown> {
  const settings = readSettings(process.env);
  const answer = await tellDaemon(settings, method, `${ROUTE}${path}`, body).catch(
    async (thrown: unknown) => {
      // Queues and flows are read when it starts: until then none of them is there.
      const health = await askDaemon(settings, HEALTH_MS);
      if (!health || health.ready || !(thrown instanceof Refused)) throw thrown;
      throw new Refused(thrown.id, `${thrown.message}\n${notReadyText(health.problems)}`);
    },
  );
  if (answer === undefined) throw new Refused('daemon-refused', 'The daemon answered what is no JSON.');
  return answer;
}
