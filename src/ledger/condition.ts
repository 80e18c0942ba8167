/** A condition in SQL, with what its placeholders stand for. */
export interface Condition<P> {
  readonly sql: string;
  readonly parameters: readonly P[];
}

/** All of the conditions at once. */
export function allOf<P>(conditions: readonly Condition<P>[]): Condition<P> {
  if (conditions.length === 0) return { sql: 'true', parameters: [] };
  return {
    sql: conditions.map((condition) => condition.sql).join(' and '),
    parameters: conditions.flatMap((condition) => condition.parameters),
  };
}
