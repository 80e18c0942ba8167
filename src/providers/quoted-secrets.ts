import { Buffer } from 'node:buffer';

const HIDDEN = '[hidden]';

/** What is shorter is no secret, and hiding it would hide what a text says. */
const SHORTEST = 4;

/** So many tokens are remembered that were issued: a vendor may still quote one that was renewed. */
const MOST_ISSUED = 8;

/** What nobody is to see of one provider: what its settings hold, and the tokens that it was issued. */
export class Secrets {
  readonly #configured: readonly string[];
  #issued: readonly string[] = [];
  #pattern: RegExp | null;

  constructor(configured: readonly string[]) {
    this.#configured = configured;
    this.#pattern = patternOf(configured);
  }

  /** A token was issued: it is hidden from now on. */
  add(token: string): void {
    if (this.#issued.includes(token)) return;
    this.#issued = [...this.#issued.slice(1 - MOST_ISSUED), token];
    this.#pattern = patternOf([...this.#configured, ...this.#issued]);
  }

  /** A text without the secrets that it quotes: careless vendors say what they refused. */
  hide(text: string): string {
    return this.#pattern === null ? text : text.replace(this.#pattern, HIDDEN);
  }
}

/** Finds each of these secrets, however it was escaped on its way; null when there is none. */
function patternOf(secrets: readonly string[]): RegExp | null {
  const forms = secrets.filter(({ length }) => length >= SHORTEST).flatMap(formsOf);
  if (forms.length === 0) return null;
  // The longest first: another one may be its beginning.
  const sorted = [...new Set(forms)].toSorted((a, b) => b.length - a.length);
  return new RegExp(sorted.map(escapesOf).join('|'), 'gu');
}

/** Several backslashes are one place in a pattern: each by itself could be as many as it likes. */
function escapesOf(text: string): string {
  return text.replace(/\\+|[^\\]/gsu, (part) =>
    part.startsWith('\\')
      ? `(?:\\\\{1,${part.length * 8}}|(?:${escapesOfOne('\\')}){${part.length}})`
      : escapesOfOne(part),
  );
}

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  // As `quoteVendor` writes it.
  const quoted = secret.replace(/[“”]/g, '"');
  return [secret, quoted, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')];
}

const XML_NAMES: ReadonlyMap<string, string> = new Map([
  ['&', 'amp'],
  ['<', 'lt'],
  ['>', 'gt'],
  ['"', 'quot'],
  ["'", 'apos'],
]);

/**
 * A character as it is, or escaped as JSON, URIs, forms or XML do it, once or a few times: a fault
 * may quote a request that quotes a secret.
 */
function escapesOfOne(character: string): string {
  // Nobody escapes these.
  if (/[A-Za-z0-9_]/.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  const inJson = units.map((unit) => `\\\\{1,8}u${anyCase(unit.toString(16).padStart(4, '0'))}`);
  const inUri = Array.from(
    Buffer.from(character),
    (byte) => `%(?:25){0,3}${anyCase(byte.toString(16).padStart(2, '0'))}`,
  );
  const numbers = `#0*${code};|#[xX]0*${anyCase(code.toString(16))};`;
  const name = XML_NAMES.get(character);
  const inXml = `&(?:amp;){0,3}(?:${numbers}${name === undefined ? '' : `|${name};`})`;
  const escaped = [inXml, inUri.join(''), inJson.join('')];
  if (character === '\\') return escaped.join('|');
  const asItIs = `\\\\{0,8}\\u{${code.toString(16)}}`;
  const inForm = character === ' ' ? [escapesOfOne('+')] : [];
  return `(?:${[...escaped, ...inForm, asItIs].join('|')})`;
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

const NAME_OF_SECRET = /(?:password|secret|token|apiKey)$/i;
const NAME_OF_USER = /^(?:username|clientId)$/;

/**
 * The secrets among a provider's settings, by the names of their keys, and what basic authentication
 * (RFC 7617) makes of each.
 */
export function listSecrets(settings: unknown): readonly string[] {
  if (typeof settings !== 'object' || settings === null) return [];
  const entries = Object.entries(settings).map(([name, value]): [string, unknown] => [name, value]);
  const inner = entries.flatMap(([, value]) => listSecrets(value));
  const texts = entries.flatMap(([name, value]) =>
    typeof value === 'string' ? [{ name, value }] : [],
  );
  const secrets = texts.filter(({ name }) => NAME_OF_SECRET.test(name)).map(({ value }) => value);
  const users = texts.filter(({ name }) => NAME_OF_USER.test(name));
  const pairs = users.flatMap(({ value: user }) => secrets.map((secret) => `${user}:${secret}`));
  return [...secrets, ...pairs, ...inner];
}
