/** The daemon: the composition root. The only reader of the environment, the only place that builds adapters. */
import { join } from 'node:path';
import { pino } from 'pino';
import { AgentStore } from './agent/store.ts';
import { systemClock } from './base/clock.ts';
import { messageOf, Refused } from './base/errors.ts';
import { idSource } from './base/ids.ts';
import { CallStore, liveCalls } from './call/store.ts';
import { VoicemailKeeper } from './call/voicemail-keeper.ts';
import { CodeGuesses, GUESS_LIMIT } from './campaign/guesses.ts';
import { CampaignStore } from './campaign/store.ts';
import { CustomerStore } from './customer/store.ts';
import { Engine } from './engine/engine.ts';
import { allSteps } from './engine/steps.ts';
import { CentreStore, EventLog } from './engine/store.ts';
import { buildApp } from './http/app.ts';
import { TokenStore } from './http/store.ts';
import { recordedIn } from './ivr/flow-files.ts';
import { httpLookUp } from './ivr/http-client.ts';
import { FlowLibrary } from './ivr/library.ts';
import { FlowHistory, StepStats } from './ivr/store.ts';
import { asteriskPbx } from './pbx/asterisk/pbx.ts';
import { CallbackStore, QueueStore } from './queue/store.ts';
import { readPbxPorts } from './setup/asterisk-process.ts';
import { findSpeech } from './setup/find-speech.ts';
import { storeFile } from './setup/prepare.ts';
import { runSampleServices } from './setup/sample-services.ts';
import { readSecrets } from './setup/secrets.ts';
import { readSettings } from './setup/settings.ts';
import { chooseSpeech } from './speech/choose-speech.ts';
import { PromptFiles } from './speech/prompt-files.ts';
import { connect, DAEMON_BUSY_MS } from './store/connect.ts';

const settings = readSettings(process.env);
const secrets = readSecrets(settings.data);
const ports = readPbxPorts(settings.data);
const speechTools = findSpeech(settings);
const log = pino({ base: undefined, timestamp: pino.stdTimeFunctions.isoTime });
if (!ports || !speechTools)
  throw new Refused('not-set-up', 'This data folder has not been set up. Run: npm start');

const SWEEP_EVERY_MS = 5 * 60_000;

const clock = systemClock;
const ids = idSource(() => clock.now(), Math.random);
const database = connect(storeFile(settings.data), DAEMON_BUSY_MS);
const events = new EventLog(database);
const customers = new CustomerStore(database, events);
const campaigns = new CampaignStore(database, events);
const calls = new CallStore(database, events);
const queues = new Map((await new QueueStore(database).list()).map((queue) => [queue.name, queue]));
const callbacks = new CallbackStore(database, events);
const history = new FlowHistory(database, events);
const guesses = await rememberedGuesses();
const recordings = join(settings.data, 'asterisk/spool/recording');

const messages = new VoicemailKeeper({ calls, recordings, clock, log: log.child({ part: 'voicemail' }) });

const pbx = asteriskPbx({
  ariUrl: `http://127.0.0.1:${ports.ari}`,
  ariUser: 'carillon',
  ariPassword: secrets.ariPassword,
  amiHost: '127.0.0.1',
  amiPort: ports.ami,
  amiUser: 'carillon',
  amiPassword: secrets.amiPassword,
  app: 'carillon',
  recordings,
  sounds: join(settings.data, 'sounds'),
  trunk: 'trunk',
  idPrefix: 'leg-',
  log: log.child({ part: 'pbx' }),
});

let starting = 'the flows are being read';

const prompts: PromptFiles = new PromptFiles({
  recorded: join(settings.flows, 'prompts'),
  cache: join(settings.data, 'prompts'),
  speech: chooseSpeech(settings.speech, speechTools, process.env),
  persona: (name) => flows.persona(name),
  clock,
  log: log.child({ part: 'prompts' }),
});

const services = await runSampleServices(settings.services);

const flows: FlowLibrary = new FlowLibrary({
  folder: settings.flows,
  kinds: allSteps({
    customers,
    campaigns,
    guesses,
    desk: {
      agentAt: (extension) => engine.agentAt(extension),
      tellAgent: (agent, input) => engine.tellAgent(agent, input),
    },
    queues: (name) => queues.get(name),
    callbacks,
    lookUps: { lookUp: httpLookUp(), services: (name) => services.get(name) },
    dayState: (calendar, now) => flows.dayState(calendar, now),
    recordingFile: (recording) => join(recordings, recording),
  }),
  knowledge: async () => {
    const names = {
      queue: [...queues.keys()],
      campaign: (await campaigns.list()).map((campaign) => campaign.id),
      service: [...services.keys()],
    };
    return { names: (kind) => names[kind], isRecorded: recordedIn(settings.flows), now: () => clock.now() };
  },
  prepare: (wanted, languages, personas) =>
    prompts.prepare(wanted, languages, personas, (done, all) => {
      if (starting !== '') starting = `prompts are being made (${done} of ${all})`;
    }),
  personasOfCampaigns: async () => (await campaigns.list()).map((campaign) => campaign.persona),
  archive: history,
  clock,
  log: log.child({ part: 'flows' }),
});

const engine: Engine = new Engine({
  pbx,
  store: new CentreStore(database, events),
  flows,
  prompts,
  clock,
  ids,
  log: log.child({ part: 'engine' }),
  problems: () => (starting === '' ? flows.missing() : [starting]),
  recorded: (recording) => void messages.keep(recording),
  replaced: () => void stop(1),
});

const app = buildApp({
  centre: engine,
  agents: new AgentStore(database),
  calls,
  campaigns,
  callbacks,
  customers,
  events,
  history,
  stepStats: new StepStats(database),
  tokens: new TokenStore(database),
  flows,
  recordings,
  ids,
  clock,
  log: log.child({ part: 'http' }),
});

process.once('SIGTERM', () => void stop(0));
process.once('SIGINT', () => void stop(0));
// The supervisor is gone: whoever comes next starts a daemon of his own.
process.once('disconnect', () => void stop(0));
process.on('unhandledRejection', (reason) =>
  log.error({ reason: messageOf(reason) }, 'a promise was left alone'),
);

await app.listen({ host: settings.bind, port: settings.httpPort });
await flows.reload();
await flows.recall(liveCalls(database));
flows.watch();
await engine.start();
starting = '';
sweep();
log.info(
  { http: settings.httpPort, sip: settings.sipPort, flows: flows.list().map((flow) => flow.name) },
  'Carillon is up',
);

/** Now and every few minutes. */
function sweep(): void {
  void messages.sweep();
  flows.prune(engine.liveCalls());
  clock.at(clock.now() + SWEEP_EVERY_MS, sweep);
}

/** Lets go of everything; calls go on in the PBX. */
async function stop(code: number): Promise<void> {
  log.info({}, 'Carillon stops');
  try {
    flows.close();
    prompts.close();
    await app.close();
    await engine.stop();
    database.close();
  } catch (thrown) {
    log.error({ reason: messageOf(thrown) }, 'could not stop cleanly');
  }
  process.exit(code);
}

/** Wrong codes of the last while count on, so that a restart gives nobody new tries. */
async function rememberedGuesses(): Promise<CodeGuesses> {
  const account = new CodeGuesses();
  const since = clock.now() - GUESS_LIMIT.windowMs;
  for (const event of await events.since(since, ['CampaignCodeRefused'])) {
    if (event.data.reason === 'wrong') account.noteWrong(String(event.data.ani ?? ''), event.at);
  }
  return account;
}
