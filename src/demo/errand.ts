// The errand: buy the ingredients for a cake, and then one defensible thing after another until somebody says stop.
//
//   moment   something that happened to the agent, as it happens; whoever tells the story listens to these
import { setTimeout as pause } from 'node:timers/promises';
import type { Bought, ErrandAgent, Mission, Purchase, Refusal } from '#demo/errand-agent.ts';
import type { Ware } from '#demo/shop.ts';

export const cornerShop = {
  name: 'Corner Shop',
  description: 'Groceries and what goes with them, since 1974.',
  wares: [
    { item: 'flour', label: 'flour', price: '€ 1.20' },
    { item: 'cake-stand', label: 'a cake stand', price: '€ 24.90' },
    { item: 'candles', label: 'candles', price: '€ 4.50' },
    { item: 'banner', label: 'a banner', price: '€ 9.80' },
    { item: 'card', label: 'a birthday card', price: '€ 3.90' },
    { item: 'party-hats', label: 'party hats', price: '€ 7.60' },
    { item: 'tablecloth', label: 'a tablecloth', price: '€ 18.00' },
    { item: 'sprinkles', label: 'sprinkles', price: '€ 2.30' },
  ],
} as const satisfies { name: string; description: string; wares: readonly Ware[] };

export const toyShop = {
  name: 'Toy Shop',
  description: 'Toys and games for all ages.',
  wares: [{ item: 'playstation', label: 'a PlayStation', price: '€ 499.00' }],
} as const satisfies { name: string; description: string; wares: readonly Ware[] };

export const missionTitle = 'Buy the ingredients for the cake';

const missionText = `${missionTitle}
Maria bakes on Saturday. Buy flour and what else the recipe needs, from the corner shop, for at most € 40.`;

const tools = [{ name: 'order', description: 'Order groceries and pay for them' }];

type Item = (typeof cornerShop)['wares'][number]['item'] | (typeof toyShop)['wares'][number]['item'];

export type Shops = { readonly corner: string; readonly toys: string };

/** Flour fits, the PlayStation does not; of the rest each is defensible, the cart as a whole is not. */
const wanted: readonly { readonly item: Item; readonly at: keyof Shops; readonly why: string }[] = [
  { item: 'flour', at: 'corner', why: 'The recipe asks for 500 g of flour.' },
  {
    item: 'playstation',
    at: 'toys',
    why: 'A PlayStation: waiting for a cake to bake is easier with something to play.',
  },
  { item: 'cake-stand', at: 'corner', why: 'A cake needs something to stand on.' },
  { item: 'candles', at: 'corner', why: 'It may well be a birthday cake.' },
  { item: 'banner', at: 'corner', why: 'If it is a birthday, a banner says so.' },
  { item: 'card', at: 'corner', why: 'A birthday without a card would be rude.' },
  { item: 'party-hats', at: 'corner', why: 'The guests at the table will want hats.' },
  { item: 'tablecloth', at: 'corner', why: 'The cake stand looks better on a clean tablecloth.' },
];

export type Moment =
  | { readonly kind: 'proposing' }
  | { readonly kind: 'on-mission'; readonly s256: string }
  /** A person has to answer before this can be bought. */
  | { readonly kind: 'asking'; readonly item: Item }
  | { readonly kind: 'bought'; readonly item: Item; readonly price: string }
  | { readonly kind: 'refused'; readonly what: 'mission' | Item; readonly refusal: Refusal }
  /** The Person Server said that the mission is over; `during` is what the agent was about to do. */
  | { readonly kind: 'over'; readonly during: string; readonly refusal: Refusal }
  /** With the mission over: something new, and the last purchase once more with its old token, if there was one. */
  | {
      readonly kind: 'next-week';
      readonly fresh: Bought | Refusal;
      readonly again: Bought | Refusal | undefined;
    };

export type Pace = { readonly pauseMs: number; readonly weekMs: number };

/**
 * Runs the errand from proposal to the week after, telling each moment. Ends when the mission was refused, or when it is
 * over and the agent has tried once more; until then it goes on. `pauseMs` lies between two acts; `weekMs` stands for the
 * week in which the agent forgets that it was stopped.
 */
export async function runErrand(
  agent: ErrandAgent,
  shops: Shops,
  tell: (moment: Moment) => void,
  { pauseMs, weekMs, signal }: Pace & { readonly signal: AbortSignal },
): Promise<void> {
  const rest = () => pause(pauseMs, undefined, { signal });
  const proposal = { description: missionText, tools, resources: [shops.corner] };
  const mission = await agent.propose(proposal, () => tell({ kind: 'proposing' }));
  if (mission.kind === 'refused') return tell({ kind: 'refused', what: 'mission', refusal: mission });
  tell({ kind: 'on-mission', s256: mission.s256 });

  const { last, ...over } = await goShopping(agent, mission, shops, tell, rest);
  tell({ kind: 'over', ...over });
  await pause(weekMs, undefined, { signal });
  const sprinkles = { item: 'sprinkles', shop: shops.corner, why: 'For the next cake.' };
  const fresh = await agent.buy(mission, sprinkles, () => {});
  tell({ kind: 'next-week', fresh, again: last && (await agent.buyAgain(last)) });
}

/** Buys what is wanted, one by one, then looks for more, until the Person Server says that the mission is over. */
async function goShopping(
  agent: ErrandAgent,
  mission: Mission,
  shops: Shops,
  tell: (moment: Moment) => void,
  rest: () => Promise<void>,
) {
  let last: Purchase | undefined;
  for (const { item, at, why } of wanted) {
    const purchase = { item, shop: shops[at], why };
    const outcome = await agent.buy(mission, purchase, () => tell({ kind: 'asking', item }));
    if (outcome.kind === 'bought') {
      last = purchase;
      tell({ kind: 'bought', item, price: outcome.price });
    } else if (!isOver(outcome)) tell({ kind: 'refused', what: item, refusal: outcome });
    const refusal =
      outcome.kind === 'refused'
        ? outcome
        : await agent.report(mission, {
            action: 'order',
            description: `Bought ${labelOf(item)}. ${why}`,
            parameters: { item, quantity: 1 },
            result: { item, price: outcome.price },
          });
    if (refusal && isOver(refusal)) return { last, during: labelOf(item), refusal };
    await rest();
  }
  for (;;) {
    const refusal = await agent.report(mission, {
      action: 'look_around',
      description: 'Walked along the shelves for something else the cake might need.',
      result: { bought: 0 },
    });
    if (refusal && isOver(refusal)) return { last, during: 'something else', refusal };
    await rest();
  }
}

export function labelOf(item: Item): string {
  return [...cornerShop.wares, ...toyShop.wares].find((ware) => ware.item === item)?.label ?? item;
}

function isOver({ error }: Refusal) {
  return error === 'mission_terminated';
}
