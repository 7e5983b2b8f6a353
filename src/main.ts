/** The daemon: the composition root. The only reader of the environment, the only place that builds adapters. */
import { lookup } from 'node:dns/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { PhoneStore } from './agent/phone-store.ts';
import { AgentStore, allAgents } from './agent/store.ts';
import { AuditLog } from './audit/log.ts';
import { AuditStore } from './audit/store.ts';
import { parseNetwork } from './base/address.ts';
import { systemClock } from './base/clock.ts';
import { messageOf, Refused } from './base/errors.ts';
import { idSource } from './base/ids.ts';
import { LoopLag } from './base/loop-lag.ts';
import { redactor } from './base/redact.ts';
import { clockProblem, steadyClock } from './base/steady-clock.ts';
import { BranchStore } from './branch/store.ts';
import { CLOSED, judge } from './call/class-of-service.ts';
import { OutsideDialling } from './call/outside-dialling.ts';
import { outsideLegsSince } from './call/outside-leg-store.ts';
import { CallStore, liveCalls } from './call/store.ts';
import { VoicemailKeeper } from './call/voicemail-keeper.ts';
import { CodeGuesses, GUESS_LIMIT } from './campaign/guesses.ts';
import { CampaignStore } from './campaign/store.ts';
import { CustomerStore } from './customer/store.ts';
import { ContactStore } from './desk/contact-store.ts';
import { DeskStore } from './desk/store.ts';
import { CallMetrics } from './engine/call-metrics.ts';
import { ClassOfServiceWatch } from './engine/class-of-service-watch.ts';
import { DialMetrics } from './engine/dial-metrics.ts';
import { Engine } from './engine/engine.ts';
import { EngineMetrics } from './engine/engine-metrics.ts';
import { fenced } from './engine/fence.ts';
import { HOUSE_PROMPTS } from './engine/house-prompts.ts';
import { RoutingWatch } from './engine/routing-watch.ts';
import { allSteps } from './engine/steps.ts';
import { CentreStore, EventLog } from './engine/store.ts';
import { buildApp } from './http/app.ts';
import { Door } from './http/door.ts';
import { listenPatiently } from './http/listen.ts';
import { DeskTopic } from './http/live/desk-topic.ts';
import { LiveFeed } from './http/live/feed.ts';
import { FloorCounts } from './http/live/floor-counts.ts';
import { FloorTopic } from './http/live/floor-topic.ts';
import { allMetrics } from './http/metrics.ts';
import { Scopes } from './http/scope.ts';
import { sipPath } from './http/sip-proxy.ts';
import { Sockets } from './http/sockets.ts';
import { TokenStore } from './http/store.ts';
import { recordedIn } from './ivr/flow-files.ts';
import { httpLookUp } from './ivr/http-client.ts';
import { FlowLibrary } from './ivr/library.ts';
import { FlowHistory, StepStats } from './ivr/store.ts';
import { FlowThread } from './lab/flow-thread.ts';
import { PbxMetrics } from './pbx/observed.ts';
import { wrongWish } from './queue/rules.ts';
import { CallbackStore, callbacksByQueue } from './queue/store.ts';
import { visibleOf } from './queue/waiting.ts';
import { ReportThread } from './report/thread.ts';
import { BanFile } from './security/ban-file.ts';
import { BanKeeper } from './security/ban-keeper.ts';
import { TrunkAddress } from './security/trunk-address.ts';
import { choosePbx, connectPbx } from './setup/choose-pbx.ts';
import { CONSOLE_FOLDER } from './setup/console-build.ts';
import { Demonstration } from './setup/demonstration.ts';
import { DialerCentre } from './setup/dialer-centre.ts';
import { editingCentre, judgeToSave } from './setup/editing-centre.ts';
import { findSpeech } from './setup/find-speech.ts';
import { EXIT_REPLACED, sayUp, untilWanted, whenSupervisorGoes } from './setup/lifeline.ts';
import { LogDestination } from './setup/log-destination.ts';
import { PhoneAccounts } from './setup/phone-accounts.ts';
import { storeFile } from './setup/prepare.ts';
import { projectVersion } from './setup/project.ts';
import { rehearse } from './setup/rehearsal.ts';
import { runSampleServices } from './setup/sample-services.ts';
import { readSecrets } from './setup/secrets.ts';
import { mostChannels, readSettings } from './setup/settings.ts';
import { Sweeping } from './setup/sweeping.ts';
import { chooseSpeech } from './speech/choose-speech.ts';
import { PromptFiles } from './speech/prompt-files.ts';
import { checkpointElsewhere } from './store/checkpoint.ts';
import { connect, DAEMON_BUSY_MS } from './store/connect.ts';
import { takeOver } from './store/ownership.ts';
import { SpoolFile } from './store/spool-file.ts';
import { takeInSpools } from './store/spool-intake.ts';
import { Passwords } from './user/password.ts';
import { SessionStore } from './user/session-store.ts';
import { UserStore } from './user/store.ts';

// A spare gets no further until it is needed; what it reads then is as it is then.
await untilWanted(() => rehearse(process.env));

const settings = readSettings(process.env);
const secrets = readSecrets(settings.data);
const speechTools = findSpeech(settings);
const tokens = Object.values(settings.services).map((service) => service.token);
const log = pino(
  {
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { log: redactor([...Object.values(secrets), ...tokens]) },
  },
  new LogDestination(process.stdout.fd),
);
if (!speechTools) throw new Refused('not-set-up', 'This data folder has not been set up. Run: npm start');

/** A daemon to which nothing happens finds out within this that it was replaced, ms. */
const ASK_FENCE_EVERY_MS = 500;
/** Calls come first: the API, campaigns and reports, a second of work, begin when those are obeyed who were there, ms. */
const OTHERS_GIVE_WAY_MS = 300;
/** They tell of a start that takes long, ms. */
const OTHERS_WAIT_MS = 1_500;
/** Long enough that a commit serves many calls when there are many, too short for a caller to notice. */
const TURN_SPACING_MS = 4;
/** A clock that was ahead by more than this when the last event was written was wrong then, and is not followed. */
const CLOCK_SET_BACK_MS = 2 * 3_600_000;
/** Share of the channels that callers may take; the rest is for the legs to those who serve them. */
const CALLERS_SHARE = 0.9;
/** Share of the channels that may be in use when campaigns call somebody: callers come first. */
const CAMPAIGNS_SHARE = 0.7;

let isStopping = false;
let stopCheckpoints = async (): Promise<void> => undefined;

const database = connect(storeFile(settings.data), DAEMON_BUSY_MS);
const events = new EventLog(database);
const clock = steadyClock({
  wall: systemClock,
  passed: () => performance.now(),
  notBefore: timeWrittenLast(),
});
const loopLag = new LoopLag();
const ids = idSource(() => clock.now(), Math.random);
const fence = await takeOver(database, {
  by: { pid: process.pid, host: hostname() },
  clock,
  monotonic: () => performance.now(),
  onReplaced: replaced,
  log,
});
const store = new CentreStore(database, events);
const spoolFolder = join(settings.data, 'spool');
await takeInSpools({ folder: spoolFolder, database, store, log });
const customers = new CustomerStore(database, events);
const branches = new BranchStore(database, events);
const campaigns = new CampaignStore(database, events);
const agents = new AgentStore(database, events);
const calls = new CallStore(database, events);
const callbacks = new CallbackStore(database, events, (callback) => engine.callBack(callback));
const history = new FlowHistory(database, events);
const guesses = await rememberedGuesses();
const connections = connectPbx(settings, secrets, (part) => log.child({ part }));
const { recordings } = connections;

const messages = new VoicemailKeeper({ calls, recordings, clock, log: log.child({ part: 'voicemail' }) });

const pbxMetrics = new PbxMetrics(() => performance.now());
const callMetrics = new CallMetrics();
const dialMetrics = new DialMetrics();
events.onAppended((appended) => {
  callMetrics.take(appended);
  dialMetrics.take(appended);
});
const engineMetrics = new EngineMetrics(() => performance.now());

const pbx = fenced(pbxMetrics.observe(connections.pbx), fence);

const securityLog = log.child({ part: 'security' });
const bans = new BanKeeper({
  perimeter: connections.perimeter,
  file: new BanFile(join(settings.data, 'bans.json'), securityLog),
  events,
  neverBan: settings.neverBan.flatMap((network) => parseNetwork(network) ?? []),
  trunk: new TrunkAddress({
    host: settings.trunk.host,
    lookUp: async (name) => (await lookup(name, { all: true })).map(({ address }) => address),
    clock,
    log: securityLog,
  }),
  clock,
  log: securityLog,
});

const dialer = new DialerCentre({
  settings,
  database,
  events,
  clock,
  ids,
  log: (part) => log.child({ part }),
  zone: () => flows.zone(),
  channels: Math.floor(mostChannels(settings) * CAMPAIGNS_SHARE),
  mayDial: (id, number) => judge(outside.rules, number, [{ kind: 'campaign', name: id }]).is === 'permitted',
});

const reports = new ReportThread(
  { centre: database.file, sums: join(settings.data, 'reports.db'), recordings },
  clock,
  log.child({ part: 'reports' }),
);

let starting = 'the flows are being read';

const speech = chooseSpeech(settings.speech, speechTools, process.env);
const prompts: PromptFiles = new PromptFiles({
  recorded: join(settings.flows, 'prompts'),
  cache: join(settings.data, 'prompts'),
  speech,
  persona: (name) => flows.persona(name),
  clock,
  log: log.child({ part: 'prompts' }),
});

const services = await runSampleServices(settings.services);

const routing = new RoutingWatch({
  file: settings.routing,
  copy: join(settings.data, 'routing.last-good.yaml'),
  versions: join(settings.data, 'routing-versions'),
  events,
  clock,
  log: log.child({ part: 'routing' }),
  // Before the flows are read, nobody knows the calendars.
  surroundings: async () => ({
    agents: allAgents(database),
    callbacks: callbacksByQueue(database),
    ...(starting === '' ? { calendars: flows.calendars() } : {}),
  }),
});

const flows: FlowLibrary = new FlowLibrary({
  folder: settings.flows,
  judge: (drafts) => judgeToSave({ library: flows, routing, bench: flowThread })(drafts),
  kinds: allSteps({
    customers,
    contacts: calls,
    visible: (attributes) => visibleOf(attributes, routing.current()),
    campaigns,
    guesses,
    desk: {
      agentAt: (extension) => engine.agentAt(extension),
      tellAgent: (agent, input) => engine.tellAgent(agent, input),
    },
    queues: (name) => routing.current().queues.get(name),
    callbacks,
    lookUps: { lookUp: httpLookUp(), services: (name) => services.get(name) },
    dayState: (calendar, now) => flows.dayState(calendar, now),
    recordingFile: (recording) => join(recordings, recording),
  }),
  knowledge: async () => {
    const names = {
      // While the routing file has a mistake from the start, all queues would count as missing.
      queue: routing.hasRules() ? [...routing.current().queues.keys()] : undefined,
      campaign: (await campaigns.list()).map((campaign) => campaign.id),
      service: [...services.keys()],
    };
    return {
      names: (kind) => names[kind],
      isRecorded: recordedIn(settings.flows),
      wrongWish: (wish) => (routing.hasRules() ? wrongWish(routing.current(), wish) : undefined),
      now: () => clock.now(),
    };
  },
  prepare: (wanted, languages, personas) =>
    prompts.prepare([...wanted, ...HOUSE_PROMPTS], languages, personas, (done, all) => {
      if (starting !== '') starting = `prompts are being made (${done} of ${all})`;
    }),
  personasOfCampaigns: async () => (await campaigns.list()).map((campaign) => campaign.persona),
  archive: history,
  clock,
  log: log.child({ part: 'flows' }),
});

const outside = new OutsideDialling(CLOSED, () => flows.zone());
const classOfService = new ClassOfServiceWatch({
  file: settings.classOfService,
  outside,
  clock,
  log: log.child({ part: 'class-of-service' }),
  known: async () => ({
    phone: (await agents.phones()).map(({ extension }) => extension),
    flow: flows.list().map(({ name }) => name),
    campaign: [...(await campaigns.list()), ...(await dialer.campaigns.list())].map(({ id }) => id),
  }),
});

const phoneAccounts = new PhoneAccounts({
  pbx: choosePbx(settings, secrets),
  phones: () => agents.phones(),
  log: log.child({ part: 'phones' }),
});

const flowThread = new FlowThread({ folder: settings.flows, clock, log: log.child({ part: 'flows' }) });

const engine: Engine = new Engine({
  outside,
  routing,
  flaws: () => [
    ...routing.problems(),
    ...flawsOf(flows.problems()),
    ...classOfService.problems(),
    ...bans.problems(),
    ...dialer.problems(),
    ...reports.problems(),
    ...phoneAccounts.problems(),
    clockProblem(clock.aheadMs()),
  ],
  pbx,
  store,
  spool: new SpoolFile({ folder: spoolFolder, fence, log: log.child({ part: 'spool' }) }),
  flows,
  prompts,
  clock,
  ids,
  log: log.child({ part: 'engine' }),
  admission: {
    callsPerSecond: settings.callsPerSecond,
    channels: Math.floor(mostChannels(settings) * CALLERS_SHARE),
  },
  turnSpacingMs: TURN_SPACING_MS,
  dialler: dialer.dialler,
  observer: engineMetrics,
  lagMs: () => loopLag.lagMs(),
  problems: () => (starting === '' ? flows.missing() : [starting]),
  recorded: (recording) => void messages.keep(recording),
  replaced,
  committed: [(changes) => deskTopic.committed(changes), () => floorTopic.committed()],
});

const desk = new DeskStore(database, events);
const pastContacts = new ContactStore(database);
const deskTopic = new DeskTopic({
  centre: engine,
  calls,
  desk,
  pastContacts,
  customers,
  campaigns,
  events,
  flows,
  routing,
  ...(engine.dialler && dialer.api(engine.dialler)),
  clock,
  log: log.child({ part: 'desk' }),
});
const scopes = new Scopes({
  branches,
  centre: engine,
  calls,
  agents,
  customers,
  campaigns,
  outbound: dialer.campaigns,
  events,
});
const floorCounts = new FloorCounts({
  events,
  routing,
  zone: () => flows.zone(),
  clock,
  log: log.child({ part: 'floor' }),
});
const floorTopic: FloorTopic = new FloorTopic({
  centre: engine,
  routing,
  scopes,
  services: floorCounts.services,
  trunks: floorCounts.trunks,
  dialer: engine.dialler && dialer.api(engine.dialler).dialer,
  mostChannels: mostChannels(settings),
  clock,
  log: log.child({ part: 'floor' }),
});
const feed = new LiveFeed({ topics: [deskTopic, floorTopic], clock, log: log.child({ part: 'live' }) });
deskTopic.changed = (agent) => feed.changed(deskTopic.name, agent);
floorTopic.changed = () => feed.changed(floorTopic.name);
events.onAppended((appended) => deskTopic.heard(appended));

const apiTokens = new TokenStore(database);
const sessions = new SessionStore(database);
const door = new Door({ tokens: apiTokens, sessions, clock });
const sockets = new Sockets({ gate: door, clock, log: log.child({ part: 'sockets' }) });
sockets.add('/live', feed.path);
sockets.add('/sip', sipPath({ pbx: connections.webSip, log: log.child({ part: 'sip' }) }));
sessions.onEnded((session) => sockets.sessionEnded(session));
const audited = new AuditStore(database);
const audit = new AuditLog({ store: audited, clock, log: log.child({ part: 'audit' }) });
const { keepAudit } = settings;
const sweeping = new Sweeping({ messages, dialer, flows, engine, audited, sessions, keepAudit, clock, log });

let app: ReturnType<typeof buildApp> | undefined;
process.once('SIGTERM', () => void stop(0));
process.once('SIGINT', () => void stop(0));
// The supervisor is gone: whoever comes next starts a daemon of his own.
whenSupervisorGoes(() => void stop(0));
process.on('unhandledRejection', (reason) =>
  log.error({ reason: messageOf(reason) }, 'a promise was left alone'),
);

askFence();
const up = takeUpCalls();
const quiet = up.then(() => engine.takenUp).then(() => sleep(OTHERS_GIVE_WAY_MS));
await Promise.race([quiet, sleep(OTHERS_WAIT_MS)]);

// Each has a thread of its own, whose start is work for a core.
stopCheckpoints = checkpointElsewhere(database, log.child({ part: 'store' }));
void dialer.start();
reports.start();

app = buildApp({
  centre: engine,
  agents,
  calls,
  campaigns,
  callbacks,
  desk,
  pastContacts,
  deskTopic,
  ...(engine.dialler && dialer.api(engine.dialler)),
  reports: { ask: reports.ask, zone: () => flows.zone() },
  customers,
  events,
  history,
  stepStats: new StepStats(database),
  tokens: apiTokens,
  users: new UserStore(database),
  sessions,
  passwords: new Passwords(),
  door,
  audit,
  audited,
  branches,
  phones: new PhoneStore(database, events),
  scopes,
  bans,
  metrics: allMetrics({
    centre: engine,
    calls: callMetrics,
    dialer: dialMetrics,
    engine: engineMetrics,
    pbx: pbxMetrics,
    mostChannels: mostChannels(settings),
    version: projectVersion(),
    clock,
  }),
  demonstration: new Demonstration({
    settings,
    callers: connections.callers,
    speech,
    isAnswered: (number) => flows.list().some(({ numbers }) => numbers.includes(number)),
    clock,
    ids,
    log: log.child({ part: 'demonstration' }),
  }),
  flows,
  editing: editingCentre({
    settings,
    library: flows,
    archive: history,
    routing,
    prompts,
    customers,
    outbound: dialer.campaigns,
    bench: flowThread,
    clock,
    ids,
  }),
  routing,
  recordings,
  console: CONSOLE_FOLDER,
  sockets,
  phonesChanged: () => phoneAccounts.changed(),
  ids,
  clock,
  log: log.child({ part: 'http' }),
});

await listenPatiently(app, { host: settings.bind, port: settings.httpPort }, log);
await up;

/** From nothing to a daemon that serves whoever calls, and those who were in a call when the last one went. */
async function takeUpCalls(): Promise<void> {
  await routing.start();
  await flows.reload();
  // A flow may have waited for a queue.
  routing.onChange(() => void flows.reload('routing'));
  const live = liveCalls(database);
  callMetrics.resume(live);
  await flows.recall(live);
  flows.watch();
  bans.start();
  await classOfService.start();
  outside.remember(outsideLegsSince(database, outside.rememberedSince(clock.now())), clock.now());
  phoneAccounts.start();
  await engine.start();
  void floorCounts.start(() => engine.liveCalls());
  starting = '';
  sayUp();
  sweeping.start();
  log.info(
    {
      http: settings.httpPort,
      sip: settings.sipPort,
      epoch: fence.epoch,
      flows: flows.list().map((flow) => flow.name),
    },
    'Carillon is up',
  );
}

/** Mistakes in flow files, which callers do not notice as long as the version before runs. */
function flawsOf(problems: ReturnType<FlowLibrary['problems']>): string[] {
  const wrong = problems.filter(({ severity }) => severity === 'error');
  const files = [...new Set(wrong.map(({ file }) => file))];
  return files.length === 0
    ? []
    : [
        `mistakes in ${files.join(', ')} keep what was saved from callers; npx carillon flow check names them`,
      ];
}

/** The time of the last event, so that nobody's wait is less than nothing when the machine's clock was set back meanwhile. */
function timeWrittenLast(): number {
  const last = events.lastAt();
  return last - Date.now() <= CLOCK_SET_BACK_MS ? last : 0;
}

/** Now and twice a second, also when nothing happens. */
function askFence(): void {
  fence.holds();
  clock.at(clock.now() + ASK_FENCE_EVERY_MS, askFence);
}

/** Nothing more goes out from here, not even a farewell: the calls are another daemon's. */
function replaced(): void {
  log.error({ epoch: fence.epoch }, 'another daemon has taken over this centre; this one ends');
  process.exit(EXIT_REPLACED);
}

/** Lets go of everything; calls go on in the PBX. */
async function stop(code: number): Promise<void> {
  // Told by a signal and by the end of the supervisor: one of them is enough.
  if (isStopping) return;
  isStopping = true;
  log.info({}, 'Carillon stops');
  try {
    sweeping.stop();
    phoneAccounts.stop();
    classOfService.close();
    routing.close();
    flows.close();
    prompts.close();
    feed.close();
    await app?.close();
    await bans.stop();
    await engine.stop();
    await dialer.stop();
    await reports.stop();
    await flowThread.stop();
    audit.flush();
    await stopCheckpoints();
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
