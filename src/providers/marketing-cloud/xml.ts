import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';

/** What came of reading a text as XML. */
export type XmlReading =
  | { readonly kind: 'read'; readonly tree: unknown }
  | { readonly kind: 'refused'; readonly reason: string };

/** An element to write: attributes are named `@_name`, its text `#text`, a list repeats it. */
export interface XmlElement {
  readonly [name: string]: XmlElement | string | readonly (XmlElement | string)[];
}

/**
 * Reads an XML document into plain objects: element names without their prefix, attributes as
 * `@_name`, text beside attributes as `#text`, repeated elements as a list, every value a string.
 * A document type or an entity declaration is refused unread: SOAP 1.1 (section 3) forbids both,
 * and they are what entity bombs are made of.
 */
export function readXml(text: string): XmlReading {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) {
    return { kind: 'refused', reason: 'a document type or entity declaration' };
  }
  // The parser alone lets a document pass that stops half-way.
  const validity = XMLValidator.validate(text);
  if (validity !== true) {
    return { kind: 'refused', reason: `XML with an error in line ${validity.err.line}` };
  }
  try {
    const tree: unknown = parser.parse(text);
    return { kind: 'read', tree };
  } catch (error) {
    // The parser throws plain errors: for too deep a nesting, a reserved name, a bad reference.
    if (!(error instanceof Error)) throw error;
    return { kind: 'refused', reason: 'XML that the parser refuses' };
  }
}

/** Writes a document; texts and attributes are escaped. */
export function writeXml(root: XmlElement): string {
  return `<?xml version="1.0" encoding="utf-8"?>${builder.build(root)}`;
}

const PREDEFINED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** Resolves the five predefined entities and character references; throws for any other. */
function decodeReferences(text: string): string {
  return text.replace(/&([^;]{0,12};)?/g, (reference) => {
    const name = reference.slice(1, -1);
    const decoded = PREDEFINED.get(name) ?? decodeCharacter(name);
    if (decoded === null) throw new Error('a reference to an entity that XML does not define');
    return decoded;
  });
}

function decodeCharacter(name: string): string | null {
  const digits = /^#(?:x([0-9a-f]+)|([0-9]+))$/i.exec(name);
  if (digits === null) return null;
  const [, hex, decimal] = digits;
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return isXmlCharacter(code) ? String.fromCodePoint(code) : null;
}

/** https://www.w3.org/TR/xml/#charsets */
function isXmlCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code > 0xffff && code < 0x110000);
}

const parser = new XMLParser({
  ignoreAttributes: false,
  removeNSPrefix: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  // The library's own decoder leaves character references as they are.
  entityDecoder: {
    decode: decodeReferences,
    reset: () => {},
    setXmlVersion: () => {},
    setExternalEntities: () => {},
    addInputEntities: () => {
      throw new Error('an entity declaration');
    },
  },
});

const builder = new XMLBuilder({
  ignoreAttributes: false,
  // Otherwise xsi:nil="true" loses its value.
  suppressBooleanAttributes: false,
});
