import type { ImportLabels } from '../domain/import.ts';

/**
 * Marks what no store takes as it is: the character U+0000, and half of a pair of UTF-16. Callers and
 * vendors send both. The mark is no character, so that hardly a text has it; one that does is marked.
 */
const MARK = '\uFDD0';
const UNSTORABLE = /[\0\uD800-\uDFFF\uFDD0]/gu;
const MARKED = /\uFDD0([0-9a-f]{4})/g;

/** A text as it is stored: another one for each text, and nearly always the text itself. */
export function storedText(text: string): string {
  if (text.isWellFormed() && !text.includes('\0') && !text.includes(MARK)) return text;
  return text.replace(UNSTORABLE, (unit) => `${MARK}${hexOf(unit)}`);
}

/** The text that was stored. */
export function givenText(stored: string): string {
  if (!stored.includes(MARK)) return stored;
  return stored.replace(MARKED, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Texts as a JSON array, each as it is stored once the database has parsed it. */
export function storedList(texts: readonly string[]): string {
  return storedJson(texts.map(storedText));
}

/** Labels as JSON, for a database to look into. */
export function storedLabels(labels: ImportLabels): string {
  const entries = Object.entries(labels);
  return storedJson(
    Object.fromEntries(entries.map(([key, value]) => [storedText(key), storedText(value)])),
  );
}

/** Only `storedLabels` writes this text, so its shape is known. */
export function givenLabels(json: string): ImportLabels {
  if (json === '{}') return {};
  const labels: ImportLabels = JSON.parse(json);
  if (!json.includes(MARK_IN_JSON)) return labels;
  const entries = Object.entries(labels);
  return Object.fromEntries(entries.map(([key, value]) => [givenText(key), givenText(value)]));
}

const MARK_IN_JSON = String.raw`\ufdd0`;

/** Without a mark of its own: this text is stored as it is. */
function storedJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(MARK, MARK_IN_JSON);
}

function hexOf(unit: string): string {
  return unit.charCodeAt(0).toString(16).padStart(4, '0');
}
