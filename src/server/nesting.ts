const OPENING = new Set(['{', '[']);
const CLOSING = new Set(['}', ']']);

/** Whether a JSON text nests deeper than so many levels: who reads or writes it could overflow. */
export function isNestedDeeper(levels: number, json: string): boolean {
  let level = 0;
  let isText = false;
  for (let at = 0; at < json.length; at += 1) {
    const sign = json[at] ?? '';
    if (isText && sign === '\\') at += 1;
    else if (sign === '"') isText = !isText;
    else if (!isText && OPENING.has(sign)) level += 1;
    else if (!isText && CLOSING.has(sign)) level -= 1;
    if (level > levels) return true;
  }
  return false;
}
