// A modal's fields as a person fills them in: what is not touched keeps its initial value, and the client lets nobody
// send what the field does not take. docs.slack.dev/reference/interaction-payloads/view-interactions-payload
type Json = Record<string, unknown>;
type Option = { readonly value: string };

/** What was typed or chosen, by block id; the options of a list by their values, a moment in ISO 8601. */
export type Typed = Readonly<Record<string, string | readonly string[]>>;

/** The `state.values` of a view that is sent. Throws where Slack's client would not send it. */
export function stateOf(blocks: unknown, typed: Typed): Json {
  const inputs = ((blocks ?? []) as Json[]).filter((block) => block.type === 'input');
  const known = inputs.map((block) => String(block.block_id));
  for (const name of Object.keys(typed))
    if (!known.includes(name)) throw new Error(`the form has no ${name}`);
  return Object.fromEntries(
    inputs.map((block) => {
      const element = block.element as Json;
      const entered = enter(element, typed[String(block.block_id)]);
      if (block.optional !== true && isEmpty(entered))
        throw new Error(`${String(block.block_id)} is required`);
      return [block.block_id, { [String(element.action_id)]: { type: element.type, ...entered } }];
    }),
  );
}

function enter(element: Json, typed: string | readonly string[] | undefined): Json {
  const option = (value: string): Option => {
    const found = ((element.options ?? []) as Option[]).find((one) => one.value === value);
    if (!found) throw new Error(`${String(element.action_id)} does not offer ${value}`);
    return found;
  };
  switch (element.type) {
    case 'plain_text_input': {
      const value = typed === undefined ? (element.initial_value ?? null) : String(typed) || null;
      if (typeof value === 'string' && value.length > Number(element.max_length ?? 3_000)) {
        throw new Error(`${String(element.action_id)} is too long`);
      }
      return { value };
    }
    case 'radio_buttons':
    case 'static_select':
      return {
        selected_option: typed === undefined ? (element.initial_option ?? null) : option(String(typed)),
      };
    case 'checkboxes':
    case 'multi_static_select': {
      const values = typeof typed === 'string' ? [typed] : typed;
      return { selected_options: values ? values.map(option) : (element.initial_options ?? []) };
    }
    case 'datetimepicker':
      return {
        selected_date_time:
          typed === undefined
            ? (element.initial_date_time ?? null)
            : Math.floor(Date.parse(String(typed)) / 1_000),
      };
    default:
      throw new Error(`${String(element.type)} cannot be filled in`);
  }
}

const isEmpty = (entered: Json) =>
  Object.values(entered).every((value) => value === null || (Array.isArray(value) && value.length === 0));
