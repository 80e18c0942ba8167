/**
 * A `fetch` that answers every request with these pieces, each of them made when it is asked for;
 * what throws breaks the body off.
 */
export function cannedFetch(pieces: Iterable<string | Uint8Array>, status = 200): typeof fetch {
  return async () => new Response(streamOf(pieces), { status });
}

/** The bytes of a text, so many at a time. */
export function* inPieces(text: string, size: number): Generator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size)
    yield bytes.subarray(start, start + size);
}

function streamOf(pieces: Iterable<string | Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.iterator]();
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const { done, value } = iterator.next();
        if (done === true) controller.close();
        else controller.enqueue(typeof value === 'string' ? Buffer.from(value) : value);
      },
    },
    { highWaterMark: 0 },
  );
}
