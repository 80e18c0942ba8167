import type { SimulatedAnswer } from './simulation.ts';

/** A list in a simulated answer whose items are made while it is sent, in each answer anew. */
export class LongList<Item> {
  readonly items: () => Iterable<Item>;

  constructor(items: () => Iterable<Item>) {
    this.items = items;
  }
}

/** A JSON answer with `LongList`s in it, which is never held as a whole. */
export function longJsonAnswer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): SimulatedAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: { [Symbol.iterator]: () => jsonPieces(body) },
  };
}

/** Stands for a list in the text around it; items may say what they like. */
const MARK = '\u0000list\u0000';

function* jsonPieces(body: unknown): Generator<string> {
  const lists: LongList<unknown>[] = [];
  const text = JSON.stringify(body, (_, value: unknown) => {
    if (!(value instanceof LongList)) return value;
    lists.push(value);
    return MARK;
  });
  for (const [index, part] of text.split(JSON.stringify(MARK)).entries()) {
    const list = lists[index];
    yield index === 0 ? part : `]${part}`;
    if (list !== undefined) yield* listPieces(list);
  }
}

const ITEMS_PER_PIECE = 200;

/** A list without the bracket that closes it. */
function* listPieces({ items }: LongList<unknown>): Generator<string> {
  let separator = '[';
  let batch: unknown[] = [];
  for (const item of items()) {
    batch.push(item);
    if (batch.length < ITEMS_PER_PIECE) continue;
    yield separator + JSON.stringify(batch).slice(1, -1);
    separator = ',';
    batch = [];
  }
  if (batch.length > 0 || separator === '[') yield separator + JSON.stringify(batch).slice(1, -1);
}
