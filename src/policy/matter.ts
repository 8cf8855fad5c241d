// What an ask is about, as the operator's rules see it.
import type { MissionSummary, Request } from '#mission-control/facts.ts';
import { isNamed, type Oversight, type Rule, type Selection } from '#oversight.ts';

/** Without `kind` and what follows it is about a mission as a whole, and only rules for whole missions fit. */
export type Matter = {
  readonly person: string;
  readonly agent: string;
  readonly kind?: Request['type'];
  readonly resources?: readonly string[];
  readonly scopes?: readonly string[];
  readonly actions?: readonly string[];
};

/** Everything a yes to this ask would open: a mission's tools are its actions, its resources are its resources. */
export function matterOf({
  person,
  agent,
  type,
  verified,
  resourceAsserted,
  agentAsserted,
}: Request): Matter {
  const resource = verified.resource?.issuer ?? resourceAsserted.issuer;
  const { action, tools = [], resources = [] } = agentAsserted;
  return {
    person,
    agent: agent.id,
    kind: type,
    resources: [...(resource === undefined ? [] : [resource]), ...resources],
    scopes: (resourceAsserted.scope ?? []).map(({ value }) => value),
    actions: [...(action === undefined ? [] : [action]), ...tools.map(({ name }) => name)],
  };
}

/** A mission as a whole. */
export const missionMatter = ({ person, agent }: MissionSummary): Matter => ({ person, agent: agent.id });

export const selects = (chosen: Selection, { person, agent }: Matter) =>
  chosen === 'everyone' ||
  ((chosen.people === undefined || chosen.people.includes(person)) &&
    (chosen.agents === undefined || chosen.agents.includes(agent)));

/**
 * The rules that speak about a matter, for one act: the first that fits each of its parts, `undefined` for a part that
 * none fits. A part is one scope of one action at one resource: an ask for a harmless scope and a harmful one stands
 * under the rules of both, so that no company makes a scope harmless.
 */
export function rulesFor(
  { rules }: Oversight,
  matter: Matter,
  act: 'approve' | 'notify' | 'stop' | 'reminders' | 'escalation' | 'onDrift',
): readonly (Rule | undefined)[] {
  const speaking = rules.filter(
    (rule) =>
      rule[act] &&
      selects(rule.for, matter) &&
      (rule.kinds === undefined || (matter.kind !== undefined && rule.kinds.includes(matter.kind))),
  );
  const fitting = (values: readonly string[] | undefined, fits: (rule: Rule, value?: string) => boolean) =>
    distinct(
      (values?.length ? values : [undefined]).map((value) => speaking.map((rule) => fits(rule, value))),
    );
  const resources = fitting(matter.resources, (rule, value) => holds(rule.resources, value, includes));
  const scopes = fitting(matter.scopes, (rule, value) => holds(rule.scopes, value, isNamed));
  const actions = fitting(matter.actions, (rule, value) => holds(rule.actions, value, isNamed));
  const found = new Set<Rule | undefined>();
  for (const resource of resources)
    for (const scope of scopes)
      for (const action of actions)
        found.add(speaking.find((_, at) => resource[at] && scope[at] && action[at]));
  return [...found];
}

const includes = (list: readonly string[], value: string) => list.includes(value);

const holds = (list: readonly string[] | undefined, value: string | undefined, within: typeof includes) =>
  list === undefined || (value !== undefined && within(list, value));

/** Values that the same rules fit are one; an agent that names thousands costs no more than the rules are many. */
const distinct = (fits: readonly (readonly boolean[])[]) => [
  ...new Map(fits.map((each) => [each.map(Number).join(''), each])).values(),
];
