import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { AdapterMapping, FieldSource } from './adapter-mapping.ts';

/** The value at `a.b.c`; undefined where there is none. */
export function valueAt(from: unknown, dotted: string): unknown {
  let value = from;
  for (const part of dotted.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

/** A new object with each field filled from its source; an error where a table does not know a value. */
export function mappedFields(
  fields: Readonly<Record<string, FieldSource>>,
  from: unknown,
  tables: AdapterMapping['tables'],
): Result<Record<string, unknown>, string> {
  const made: Record<string, unknown> = {};
  for (const [field, source] of Object.entries(fields)) {
    let value: unknown;
    if (typeof source === 'string') value = valueAt(from, source);
    else if ('value' in source) value = source.value;
    else {
      value = valueAt(from, source.from);
      if (value !== null && value !== undefined) {
        const table = tables[source.table] ?? {};
        // Ids and states stand in tables, nothing of a person.
        if (!Object.hasOwn(table, String(value))) {
          return err(
            `the table ${source.table} does not know ${String(value).slice(0, 40)}, which ${source.from} says`,
          );
        }
        value = table[String(value)];
      }
    }
    put(made, field.split('.'), value ?? null);
  }
  return ok(made);
}

function put(into: Record<string, unknown>, parts: readonly string[], value: unknown): void {
  const [first = '', ...rest] = parts;
  if (rest.length === 0) {
    set(into, first, value);
    return;
  }
  if (!Object.hasOwn(into, first) || typeof into[first] !== 'object' || into[first] === null)
    set(into, first, {});
  put(into[first] as Record<string, unknown>, rest, value);
}

/** Also a field that is called `__proto__` is a field. */
function set(into: Record<string, unknown>, field: string, value: unknown): void {
  Object.defineProperty(into, field, { value, enumerable: true, writable: true, configurable: true });
}

/** `/members/{record.id}` with its values, escaped; null where one is missing. */
export function filledPath(template: string, from: unknown): string | null {
  let whole = true;
  const filled = template.replace(/\{([^}]+)\}/g, (_, dotted: string) => {
    const value = valueAt(from, dotted);
    if (value === undefined || value === null) whole = false;
    return encodeURIComponent(String(value ?? ''));
  });
  return whole ? filled : null;
}
