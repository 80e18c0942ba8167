/**
 * How many took each of some messages, which are taken in order. `counts` says how many took none of
 * them, how many one, and so on up to all.
 */
export function takersOf(counts: readonly number[]): readonly number[] {
  let takers = 0;
  return counts
    .slice(1)
    .toReversed()
    .map((count) => (takers += count))
    .toReversed();
}
