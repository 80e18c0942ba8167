/** A table as text: the first column to the left, numbers to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const [head] = rows;
  const widths = (head ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  return lines.map((line) => `  ${line}\n`).join('');
}

/** A ratio beside what it is to be. */
export interface Goal {
  readonly what: string;
  readonly measured: number;
  readonly target: string;
}

export function goalTable(goals: readonly Goal[]): string {
  return table([
    ['', 'measured', 'target'],
    ...goals.map(({ what, measured, target }) => [what, measured.toFixed(2), target]),
  ]);
}
