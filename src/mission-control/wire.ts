// The port's shapes on the wire: JSON with snake_case members, RFC 3339 instants, nothing for what is not there.
//
// The schemas lead. A member a schema names is renamed; what lies in an opaque member (`parameters`, `result`,
// `budget`), or beside the named members of a loose one, is somebody else's and stays to the letter.
import { z } from 'zod';

/** A value of `schema` as plain JSON data for the wire. */
export function toWire<S extends z.ZodType>(schema: S, value: z.output<S>): unknown {
  return written(schema, value);
}

/**
 * Wire data as a value of `schema`. Unknown members are ignored, null counts as not there where a member is optional
 * and not opaque.
 * The result tells what was wrong, in the wire's own names.
 */
export function fromWire<S extends z.ZodType>(
  schema: S,
  data: unknown,
): { readonly value: z.output<S> } | { readonly wrong: string } {
  const parsed = schema.safeParse(read(schema, data));
  if (parsed.success) return { value: parsed.data };
  const [issue] = parsed.error.issues;
  const at = issue?.path.map((part) => (typeof part === 'string' ? snake(part) : String(part))).join('.');
  return { wrong: `${at ? `${at}: ` : ''}${issue?.message ?? 'not understood'}` };
}

function written(schema: unknown, value: unknown): unknown {
  if (schema instanceof z.ZodOptional)
    return value === undefined ? undefined : written(schema.unwrap(), value);
  if (schema instanceof z.ZodArray && Array.isArray(value))
    return value.map((element) => written(schema.element, element));
  if (schema instanceof z.ZodObject && isRecord(value)) {
    const named = Object.entries(schema.shape).map(([name, member]) => [
      snake(name),
      written(member, value[name]),
    ]);
    const beside = Object.entries(value).filter(([name]) => !Object.hasOwn(schema.shape, name));
    const kept = [...(schema.def.catchall ? beside : []), ...named].filter(
      ([, member]) => member !== undefined,
    );
    return Object.fromEntries(kept);
  }
  return value instanceof Date ? value.toISOString() : value;
}

function read(schema: unknown, data: unknown): unknown {
  if (schema instanceof z.ZodOptional) {
    const member = schema.unwrap();
    return data === null && !(member instanceof z.ZodUnknown) ? undefined : read(member, data);
  }
  if (schema instanceof z.ZodArray && Array.isArray(data))
    return data.map((element) => read(schema.element, element));
  if (schema instanceof z.ZodObject && isRecord(data)) {
    const members = Object.entries(schema.shape).map(([name, member]) => ({
      name,
      wire: snake(name),
      member,
    }));
    const named = members
      .filter(({ wire }) => Object.hasOwn(data, wire))
      .map(({ name, wire, member }) => [name, read(member, data[wire])]);
    // A member beside the named ones must not come back under a name the schema gives a meaning to.
    const taken = new Set(members.flatMap(({ name, wire }) => [name, wire]));
    const beside = schema.def.catchall ? Object.entries(data).filter(([name]) => !taken.has(name)) : [];
    return Object.fromEntries([...beside, ...named]);
  }
  return data;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function snake(name: string) {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
