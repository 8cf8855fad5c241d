// What is wrong with the configuration and the world around it, and what to do about it.

import { type Chat, ChatError, type ChatListener } from '#chat/chat.ts';
import { openSlack } from '#chat/slack/slack.ts';
import { openTeams } from '#chat/teams/teams.ts';
import { isSeen, slackOptions, teamsOptions } from '#chats.ts';
import { type Config, ConfigError, readConfig } from '#config.ts';
import { type Database, openDatabase } from '#database/database.ts';
import { DatabaseError } from '#database/error.ts';
import { type Ledger, openLedger } from '#ledger/ledger.ts';
import { type Log, openLog } from '#log.ts';
import { MissionControlError } from '#mission-control/error.ts';
import { openRemote } from '#mission-control/remote.ts';
import { signedInAddress } from '#page/door.ts';
import { openSignIn, SignInError } from '#page/sign-in.ts';
import { namesHandedOver, namesHeldBack } from '#policy/handed-over.ts';
import { neededCapabilities } from '#policy/reviewed.ts';
import { budgetDay } from '#reviewer/model/spend.ts';
import { inLists, readStandings, type Standings, unasked, unstaffed } from './doctor-people.ts';

type Finding = { readonly state: 'ok' | 'warning' | 'fault'; readonly what: string; readonly do?: string };

/** Signatures are good for a minute either way; half of that is already a matter of luck. */
const clockToleranceMs = 30_000;
const dayMs = 24 * 3_600_000;
/** The longest time that answers to people count over. */
const looksBackDays = 7;

const ok = (what: string): Finding => ({ state: 'ok', what });
const fault = (what: string, todo: string): Finding => ({ state: 'fault', what, do: todo });
const warning = (what: string, todo: string): Finding => ({ state: 'warning', what, do: todo });

/** Prints every finding, faults with what to do about them. 0 when there is no fault. */
export async function runDoctor(): Promise<number> {
  const findings = await examine();
  const marks = { ok: 'ok      ', warning: 'warning ', fault: 'FAULT   ' };
  for (const { state, what, do: todo } of findings) {
    process.stdout.write(`${marks[state]}${what}${todo ? `\n        → ${todo}` : ''}\n`);
  }
  return findings.some(({ state }) => state === 'fault') ? 1 : 0;
}

async function examine(): Promise<Finding[]> {
  let config: Config;
  try {
    config = readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map((what) =>
      fault(what, 'set it right in the environment or in oversight.yaml; README: configuration'),
    );
  }
  const log = openLog('silent');
  return [
    ok(`configuration: ${config.development ? 'development, loopback only' : config.issuer}`),
    ...rules(config),
    ...handedOver(config),
    ...(await store(config, log)),
    ...(await missionControl(config)),
    ...(await signIn(config)),
    ...(await chat(config, log)),
  ];
}

/** What the operator hands over to the reviewer, and what of it people are asked all the same. */
function handedOver({ oversight, model }: Config): Finding[] {
  const { reviewed } = oversight;
  if (!reviewed) return [];
  if (!model) {
    return [
      fault(
        'reviewed: asks are handed over to the reviewer, and no model is configured',
        'set OPENAI_MODEL, or take `reviewed` out of oversight.yaml; until then people are asked everything',
      ),
    ];
  }
  const names = namesHandedOver(oversight);
  return [
    ok(
      `reviewed: ${names.length} names are handed over; of 100 yeses people are asked ${Math.round(reviewed.sample * 100)} all the same`,
    ),
    ...namesHeldBack(oversight).map((name) =>
      warning(
        `reviewed: ${name} is handed over, and never passes: whoever it is for wants to be asked, or their rule wants more than one plain yes`,
        'take it out of `lets_pass`, or out of the strict rule',
      ),
    ),
  ];
}

/** People who are asked and cannot answer anywhere. */
function rules(config: Config): Finding[] {
  const { oversight, door, signIn: page, missionControl: port } = config;
  const { people, channels } = oversight;
  const unseen = people.filter(({ id }) => !isSeen(config, id, ''));
  const isShown = channels.some(({ place }) => config[place.platform] !== undefined);
  if (port.kind === 'embedded' && !page && !door && !isShown) {
    return [
      fault(
        'nobody can decide anything: nothing hangs in a chat that is configured, mission control has no door, and nobody can sign in',
        'add channels to oversight.yaml and configure their chat, set CHAPERONE_MISSION_CONTROL_TOKEN, or name an issuer; README: configuration',
      ),
    ];
  }
  const platforms = new Set(channels.map(({ place }) => place.platform));
  if (channels.length === 0) {
    return [
      warning(
        'no channel oversees anything',
        `add channels to oversight.yaml; until then only ${door || port.kind === 'remote' ? 'mission control decides' : 'the page decides that an agent brings its person to'}`,
      ),
    ];
  }
  const mute = inLists(oversight, ['approve', 'stop']).filter(
    (person) => ![...platforms].some((platform) => person[platform]),
  );
  return [
    ok(`oversight: ${people.length} people, ${channels.length} channels`),
    ...unseen.map(({ id }) =>
      warning(
        `what an agent asks for ${id} is shown nowhere, unless a channel oversees that agent`,
        `let a channel oversee ${id}`,
      ),
    ),
    ...mute.map(({ id }) =>
      warning(
        `${id} is to decide, and has no account where anything is shown`,
        `give ${id} a slack or teams identity in oversight.yaml`,
      ),
    ),
    ...unasked(oversight).map(({ rule, people: covered }) =>
      warning(
        `rule ${rule} is strict about access that an approved mission may cover without an ask (${covered.join(', ')})`,
        'let a rule for `kinds: [mission]` be as strict about those `resources`, or set `silent_grants: ask`',
      ),
    ),
  ];
}

async function store(config: Config, log: Log): Promise<Finding[]> {
  const where = 'url' in config.store ? 'Postgres' : `the embedded database in ${config.store.directory}`;
  try {
    await using database = await openDatabase(config.store, [], log);
    const ledger = openLedger(database);
    const { faults } = await ledger.acts.check();
    return [
      ok(`database: ${where} is open and up to date`),
      faults[0]
        ? fault(
            `acts: the chain is broken at act ${faults[0].seq}`,
            'run `chaperone audit verify`, and compare with a backup',
          )
        : ok('acts: the chain holds'),
      ...(await databaseClock(database)),
      ...(await model(config, ledger)),
    ];
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const todo = {
      unreachable: 'check DATABASE_URL or CHAPERONE_DATA, and that the server answers',
      in_use: 'a running server holds it; that is fine if it is yours, otherwise end that process',
      migration_failed:
        'the store was changed by hand or by a newer version; see the log of the failed migration',
    }[error.code];
    return [
      error.code === 'in_use'
        ? warning(`database: ${error.message}`, todo)
        : fault(`database: ${error.message}`, todo),
    ];
  }
}

/** What the model has cost today; a spent budget ends nothing but the model's part. */
async function model({ model }: Config, { spend }: Ledger): Promise<Finding[]> {
  if (!model) return [ok('model: none, the reviewer goes by rules only')];
  const { day, until } = budgetDay(new Date());
  const [used, most] = [await spend.spent(day), model.budget.tokensPerDay];
  const figures = `model: ${model.name}, ${used.toLocaleString('en')} of ${most.toLocaleString('en')} tokens of today used`;
  return [
    used < most
      ? ok(figures)
      : warning(
          figures,
          `the rules go on alone until ${until.toISOString()}; CHAPERONE_MODEL_TOKENS is the budget of a day`,
        ),
  ];
}

async function databaseClock(database: Database): Promise<Finding[]> {
  if (database.kind === 'embedded') return [];
  return clock('the database', await database.clock());
}

function clock(whose: string, theirs: Date): Finding[] {
  const apartMs = Math.abs(theirs.getTime() - Date.now());
  return apartMs < clockToleranceMs
    ? [ok(`clock: agrees with ${whose}`)]
    : [
        fault(
          `clock: ${Math.round(apartMs / 1000)} s apart from ${whose}`,
          'let NTP set this machine’s clock; signatures are good for 60 s',
        ),
      ];
}

/** How long what is over is kept, where that is ours to say. */
function retention({ keptMs }: Config): Finding {
  if (keptMs === undefined) {
    return ok('retention: closed asks and ended missions are kept for good (CHAPERONE_RETENTION_DAYS)');
  }
  const days = keptMs / dayMs;
  const what = `retention: closed asks and ended missions are forgotten after ${days === 1 ? 'a day' : `${days} days`}`;
  return days >= looksBackDays
    ? ok(what)
    : warning(
        what,
        '`health`, and a digest of a week, count what the last seven days have; they then count what is kept of them',
      );
}

async function missionControl(config: Config): Promise<Finding[]> {
  const { missionControl: where, oversight } = config;
  if (where.kind === 'embedded') return [ok('person server: our own, in this process'), retention(config)];
  try {
    const { issuer, capabilities } = await openRemote({ url: where.url, token: where.token }).describe();
    const missing = neededCapabilities.filter((each) => !capabilities.includes(each));
    return [
      ok(`person server: ${issuer} can ${capabilities.join(', ')}`),
      ...(oversight.reviewed && missing.length > 0
        ? [
            fault(
              `reviewed: the reviewer lets nothing pass at a person server without ${missing.join(', ')}`,
              'take `reviewed` out of oversight.yaml; people are asked everything there',
            ),
          ]
        : []),
    ];
  } catch (error) {
    if (!(error instanceof MissionControlError)) throw error;
    return [
      fault(
        `person server: ${where.url}: ${error.message}`,
        error.code === 'unauthorized'
          ? 'check CHAPERONE_MISSION_CONTROL_REMOTE_TOKEN'
          : 'check CHAPERONE_MISSION_CONTROL and that it answers',
      ),
    ];
  }
}

/** Whether people can sign in where the rules may ask for it. */
async function signIn({ signIn: where, issuer, port, oversight }: Config): Promise<Finding[]> {
  if (!where) return [];
  const redirectUri = signedInAddress(issuer ?? `http://localhost:${port}`);
  const known = oversight.people.filter(({ oidc }) => oidc).length;
  try {
    await openSignIn({ ...where, redirectUri, now: () => new Date() }).check();
    return [
      ok(`sign-in: ${where.issuer} answers; it sends people back to ${redirectUri}`),
      ...(known === 0
        ? [
            warning(
              'sign-in: nobody in oversight.yaml is known there',
              'give people an `oidc` with their `sub` or their `email` there',
            ),
          ]
        : []),
    ];
  } catch (error) {
    if (!(error instanceof SignInError)) throw error;
    return [
      fault(
        `sign-in: ${error.message}`,
        'check CHAPERONE_OIDC_ISSUER, and that it answers; until then rules that ask for a sign-in let nothing be approved',
      ),
    ];
  }
}

/** The doctor hears nothing: a second ear in Socket Mode would take acts away from the running bot. */
const deaf: ChatListener = {
  accept: () => Promise.reject(new ChatError('unavailable', 'the doctor takes nothing in')),
  read: async () => undefined,
  form: async () => undefined,
};

async function chat(config: Config, log: Log): Promise<Finding[]> {
  const { slack, teams, oversight } = config;
  const findings: Finding[] = [];
  const standings: Standings = new Map();
  for (const platform of ['slack', 'teams'] as const) {
    const wanted = oversight.channels.filter(({ place }) => place.platform === platform);
    if (platform === 'slack' ? !slack : !teams) {
      if (wanted.length > 0) {
        findings.push(
          fault(
            `${platform}: channels are overseen there, and it is not configured`,
            'set its credentials; README: connecting',
          ),
        );
      }
      continue;
    }
    try {
      await using open = platform === 'slack' ? await openSlackDeaf(config, log) : openTeamsDeaf(config, log);
      findings.push(ok(`${platform}: the credentials are accepted`));
      if ('scopes' in open) findings.push(...missingRights(open.scopes));
      for (const { id, place } of wanted) findings.push(await channel(open, id, place));
      await readStandings(open, oversight, standings);
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      findings.push(
        fault(
          `${platform}: ${error.message}`,
          'check its credentials and that it answers; README: connecting',
        ),
      );
    }
  }
  return [...findings, ...leavers(config, standings)];
}

/** Whoever is in a list and gone from the platforms is a warning; a rule they leave too few for cannot be satisfied. */
function leavers({ oversight }: Config, standings: Standings): Finding[] {
  const gone = [...standings].filter(([, found]) => found.every((standing) => standing !== 'member'));
  return [
    ...gone.map(([id, found]) =>
      warning(
        `${id} is named in the rules and is no member any more (${[...new Set(found)].join(', ')})`,
        `take ${id} out of the lists of oversight.yaml, or correct the account; meanwhile ${id} decides nothing`,
      ),
    ),
    ...unstaffed(oversight, new Set(gone.map(([id]) => id))).map(({ rule, needed, left }) =>
      fault(
        `rule ${rule} asks for ${needed} people, and ${left} of those it names are left`,
        'name others in its `approve`; until then every ask it is for runs out unanswered',
      ),
    ),
  ];
}

/** Most works without these rights; what does not is said by what becomes of it. */
const rights = {
  'files:write': 'may not upload (`files:write`), so charts and timelines are words there',
  'im:write': 'may not begin a conversation (`im:write`), so nobody on the page of an ask is asked there',
} as const;

function missingRights(scopes: readonly string[] | undefined): Finding[] {
  return Object.entries(rights).flatMap(([right, what]) =>
    scopes === undefined || scopes.includes(right)
      ? []
      : [
          warning(
            `slack: the app ${what}`,
            `add \`${right}\` under *OAuth & Permissions*, as in manifest.json, and install the app again`,
          ),
        ],
  );
}

async function channel(
  open: Chat,
  id: string,
  place: Config['oversight']['channels'][number]['place'],
): Promise<Finding> {
  try {
    const { reachable, shared, name, why } = await open.inspect(place);
    if (!reachable)
      return fault(
        `channel ${id}: ${why ?? 'not reachable'}`,
        'invite the bot there, or correct its id in oversight.yaml',
      );
    if (shared)
      return warning(
        `channel ${id} (${name ?? place.channel}) is shared with outsiders`,
        'nothing can be decided there; use a channel of your own',
      );
    return ok(`channel ${id}: ${name ?? place.channel}`);
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    return fault(`channel ${id}: ${error.message}`, 'try again; if it stays, check the bot’s rights there');
  }
}

function openSlackDeaf(config: Config, log: Log) {
  const forgetful = { remember: async () => {}, recall: async () => undefined, forget: async () => {} };
  const options = slackOptions(config, forgetful, log);
  if (!options) throw new ChatError('refused', 'Slack is not configured');
  return openSlack({ ...options, appToken: undefined, signingSecret: 'the doctor hears nothing' }, deaf);
}

function openTeamsDeaf(config: Config, log: Log) {
  const forgetful = { remember: async () => {}, recall: async () => undefined };
  const options = teamsOptions(config, forgetful, log);
  if (!options) throw new ChatError('refused', 'Teams is not configured');
  return openTeams(options, deaf);
}
