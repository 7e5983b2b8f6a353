/** The `carillon` command: everything an operator does from a terminal. */
import { Command, type CommanderError } from 'commander';
import { messageOf, Refused } from './base/errors.ts';
import { addBanCommands } from './cli/bans.ts';
import { addCentreCommands } from './cli/centre.ts';
import { addDialPlanCommands } from './cli/dial-plan.ts';
import { addDialerCommands } from './cli/dialer.ts';
import { addDialerPolicyCommands } from './cli/dialer-policy.ts';
import { addExplainedCommands } from './cli/explained.ts';
import { addFlowCommands } from './cli/flow.ts';
import { addLabCommands } from './cli/lab.ts';
import { addPromptCommands } from './cli/prompts.ts';
import { addRoutingCommands } from './cli/routing.ts';
import { endWithReader, goOnWithoutReader } from './cli/terminal.ts';
import { addUserCommands } from './cli/users.ts';
import { SETTINGS } from './setup/settings.ts';

/** Exit code of a command that was not written as it has to be. */
const WRONG_USAGE = 2;

const width = Math.max(...SETTINGS.map((setting) => setting.name.length));
const settingsHelp = SETTINGS.map(
  ({ name, fallback, meaning }) => `  ${name.padEnd(width)}  ${meaning} [${fallback}]`,
).join('\n');

const program = new Command('carillon')
  .description('A contact centre on a real PBX: IVR flows, campaign codes, skill routing.')
  .showHelpAfterError('What there is: npx carillon --help')
  .addHelpText(
    'after',
    `
Examples:
  npm start                                             set up what is missing and run, until Ctrl-C
  npx carillon password                                 how to sign in at the console
  npx carillon phones                                   what to type into a SIP phone
  npx carillon phones --json                            the same for scripts
  npx carillon doctor                                   what is wrong with this installation, and what to do
  npx carillon log --call call-… --follow               what the daemon writes about one call
  npx carillon flow check                               what is wrong in the flow files; more: npx carillon flow --help
  npx carillon routing check                            what is wrong in the routing rules, and who fits which queue
  npx carillon prompts missing                          what is left to record
  npx carillon dialer top                               watch the campaigns that call people; more: npx carillon dialer --help
  curl -H "Authorization: Bearer $(npx carillon token)" http://127.0.0.1:8080/openapi.json
  CARILLON_DATA=.carillon-b CARILLON_SIP_PORT=5070 CARILLON_HTTP_PORT=8090 CARILLON_RTP_PORTS=21000-21999 npm start
                                                        a second one on the same machine

Settings, from the environment [default]:
${settingsHelp}`,
  )
  .exitOverride(endBy);
addCentreCommands(program);
addUserCommands(program);
addBanCommands(program);
addFlowCommands(program);
addPromptCommands(program);
addDialPlanCommands(program);
addExplainedCommands(program);
addDialerPolicyCommands(addDialerCommands(program));
addRoutingCommands(program);
addLabCommands(program);

program.hook('preAction', (_program, command) => {
  if (command.name() === 'start') goOnWithoutReader();
  else endWithReader();
});

try {
  await program.parseAsync();
} catch (thrown) {
  const text = thrown instanceof Refused ? thrown.message : `Unexpected: ${messageOf(thrown)}`;
  process.stderr.write(`\n${text}\n`);
  if (!(thrown instanceof Refused) && thrown instanceof Error) process.stderr.write(`${thrown.stack}\n`);
  process.exit(thrown instanceof Refused && thrown.id === 'bad-usage' ? WRONG_USAGE : 1);
}

/** Help that was asked for is no mistake. */
function endBy({ exitCode }: CommanderError): never {
  process.exit(exitCode === 0 ? 0 : WRONG_USAGE);
}
