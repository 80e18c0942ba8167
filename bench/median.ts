/** The middle of an odd number of values; the upper of the two in the middle of an even number. */
export function median(values: readonly number[]): number {
  const middle = values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  if (middle === undefined) throw new RangeError('no values have no median');
  return middle;
}
