import { z } from 'zod';

/** A path segment as text; as it came when its percent-encoding is broken. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (error instanceof URIError) return segment;
    throw error;
  }
}

/** What a body says in JSON; null when it is none. */
export function findJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** The list under a key of a JSON object; null when the body has none. */
export function findJsonList(body: string, key: string): readonly unknown[] | null {
  const json = z.object({ [key]: z.array(z.unknown()) }).safeParse(findJson(body));
  return json.data?.[key] ?? null;
}
