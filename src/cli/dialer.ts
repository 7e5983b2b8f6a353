import { type Command, InvalidArgumentError, Option } from 'commander';
import { CONTROLS, type Control } from '../dialer/control.ts';
import { PACING_MODES } from '../dialer/outbound.ts';
import type { PacingOptions } from './dialer-campaigns.ts';
import type { ImportCommandOptions } from './dialer-import.ts';
import type { TopOptions } from './dialer-top.ts';
import { endWithReader } from './terminal.ts';

const CONTROL_HELP: Readonly<Record<Control, string>> = {
  start: 'dial for a campaign from now on',
  pause: 'dial nobody new until it is started again; what is under way goes on',
  drain: 'dial nobody new any more; what is under way goes on to its end',
  stop: 'end the dialling of a campaign; who talks goes on talking',
};

/** Adds `carillon dialer`, and returns it. What a command needs is loaded when it runs. */
export function addDialerCommands(program: Command): Command {
  const dialer = program
    .command('dialer')
    .description('campaigns that call people: add, feed, start, watch')
    .showHelpAfterError('What there is: npx carillon dialer --help')
    .hook('preAction', endWithReader)
    .addHelpText(
      'after',
      `
From a list to figures:
  npx carillon dialer add winter.yaml                       a campaign; npx carillon dialer add --example shows such a file
  npx carillon dialer import customers.csv --campaign winter  its list; refused rows are told with line and reason
  npx carillon dialer start winter                          dial
  npx carillon dialer top                                   watch: who talks, who rings, how many were abandoned, why nothing is dialled
  npx carillon dialer pacing winter --mode predictive --max-abandonment 2.5%
  npx carillon dialer pause winter
  npx carillon dialer show winter                           figures by list and by day

docs/dialer.md explains every setting, mode and reason.`,
    );
  addTop(dialer);
  addCampaigns(dialer);
  for (const control of CONTROLS) addControl(dialer, control);
  addPacing(dialer);
  addImport(dialer);
  return dialer;
}

function addTop(dialer: Command): void {
  dialer
    .command('top')
    .description('watch campaigns and agents, anew every second, until Ctrl-C')
    .option('--once', 'print it once; so it is done too where the output is no terminal')
    .option('--json', 'once, as JSON: what GET /api/outbound/status answers')
    .action(async (options: TopOptions) => {
      const { showTop } = await import('./dialer-top.ts');
      process.exitCode = await showTop(options);
    });
}

function addCampaigns(dialer: Command): void {
  dialer
    .command('list')
    .description('list the campaigns, with how many of their leads are left')
    .option('--json', 'as a JSON array')
    .action(async (options: { json?: boolean }) => {
      const { listCampaigns } = await import('./dialer-campaigns.ts');
      await listCampaigns(options);
    });
  dialer
    .command('show')
    .description('show a campaign: settings, lists, figures by day')
    .argument('<campaign>', 'its id, as list shows it')
    .option('--json', 'as JSON: {progress, figures}')
    .action(async (campaign: string, options: { json?: boolean }) => {
      const { showCampaign } = await import('./dialer-campaigns.ts');
      await showCampaign(campaign, options);
    });
  dialer
    .command('add')
    .description('add a campaign from a file, stopped; one that is there is changed')
    .argument('[file]', 'YAML')
    .option('--example', 'print such a file with every setting explained')
    .action(async (file: string | undefined, options: { example?: boolean }) => {
      const { addCampaign } = await import('./dialer-campaigns.ts');
      await addCampaign(file, options);
    });
}

function addControl(dialer: Command, control: Control): void {
  dialer
    .command(control)
    .description(CONTROL_HELP[control])
    .argument('<campaign...>', 'ids, as list shows them')
    .action(async (campaigns: string[]) => {
      const { controlCampaigns } = await import('./dialer-campaigns.ts');
      await controlCampaigns(control, campaigns);
    });
}

function addPacing(dialer: Command): void {
  dialer
    .command('pacing')
    .description('change how many are dialled; it holds at once, also while the campaign runs')
    .argument('<campaign>', 'its id')
    .addOption(new Option('--mode <mode>', 'how many are dialled for the agents').choices(PACING_MODES))
    .option('--ratio <lines>', 'lines per idle agent in mode ratio, 1 to 10', ratio)
    .option(
      '--max-abandonment <share>',
      'share of the live answers that may be abandoned, such as 3%; at most 20%, and never more than its policy permits',
      share,
    )
    .option('--min-agents <agents>', 'below so many working agents, predictive is progressive', agents)
    .option('--rolling-window <on|off>', 'hold the cap in every rolling 60 minutes too', onOff)
    .option(
      '--cancels <on|off>',
      'let dials go that have rung long enough where too many would be answered',
      onOff,
    )
    .action(async (campaign: string, options: PacingOptions) => {
      const { changePacing } = await import('./dialer-campaigns.ts');
      await changePacing(campaign, options);
    });
}

function addImport(dialer: Command): void {
  dialer
    .command('import')
    .description('import a CSV file into a list of a campaign; to repeat it is harmless')
    .argument('[file]', 'UTF-8, GB18030 or UTF-16, with headings in its first line')
    .option('--campaign <id>', 'whose list it is')
    .option(
      '--list <name>',
      "another list than the campaign's usual one, by name or id. It is added when it is not there",
    )
    .option('--encoding <name>', 'utf-8, gb18030, utf-16le or utf-16be; found out without it')
    .option('--country <code>', 'of numbers without a country code, such as CN')
    .option(
      '--column <heading=role...>',
      'what a column is: person, name, phone, zone, priority, field, ignore',
    )
    .option(
      '--refused <file>',
      'keep all rows that are not taken, with line and reason; without it the first five are shown',
    )
    .option('--example', 'print such a file')
    .action(async (file: string | undefined, options: ImportCommandOptions) => {
      const { importList } = await import('./dialer-import.ts');
      process.exitCode = await importList(file, options);
    });
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Write a number.');
  return value;
}

function ratio(text: string): number {
  const lines = number(text);
  if (lines < 1 || lines > 10) throw new InvalidArgumentError('1 to 10 lines per idle agent.');
  return lines;
}

function agents(text: string): number {
  const count = number(text);
  if (!Number.isInteger(count) || count < 1 || count > 1000)
    throw new InvalidArgumentError('A whole number from 1 to 1000.');
  return count;
}

function share(text: string): number {
  const [, digits] = /^(\d{1,2}(?:\.\d+)?)%$/.exec(text) ?? [];
  if (digits === undefined) throw new InvalidArgumentError('Write a share such as 3%.');
  if (Number(digits) > 20)
    throw new InvalidArgumentError('At most 20%; the policy of the campaign may permit less.');
  // Half of a hundredth of a per cent is more than anybody means.
  return Math.round(Number(digits) * 10_000) / 1_000_000;
}

function onOff(text: string): boolean {
  if (text !== 'on' && text !== 'off') throw new InvalidArgumentError('Write on or off.');
  return text === 'on';
}
