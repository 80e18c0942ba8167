import { Lexer, parse, Source, TokenKind } from 'graphql';
import type { DocumentNode } from 'graphql';
import { graphError } from './errors.ts';
import type { OperationLimits } from './operation-limits.ts';

/** Brackets inside each other, or selections by way of fragments: far below what a stack can take. */
export const MOST_NESTING = 200;

/** Names have a third of this; there is room for comments and descriptions. */
const CHARACTERS_PER_TOKEN = 32;

const OPENING: ReadonlySet<string> = new Set([
  TokenKind.BRACE_L,
  TokenKind.BRACKET_L,
  TokenKind.PAREN_L,
]);
const CLOSING: ReadonlySet<string> = new Set([
  TokenKind.BRACE_R,
  TokenKind.BRACKET_R,
  TokenKind.PAREN_R,
]);

/** Reads a text that may be hostile. Throws a `GraphQLError` that says what is wrong with it. */
export function parseText(text: string, { maxTokens }: OperationLimits): DocumentNode {
  const maxCharacters = maxTokens * CHARACTERS_PER_TOKEN;
  if (text.length > maxCharacters) {
    const message = `the operation has ${text.length} characters, and at most ${maxCharacters} are read; put values into variables, or split it`;
    throw graphError('OPERATION_TOO_LONG', message);
  }
  const source = new Source(text);
  scan(source, maxTokens);
  return parse(source);
}

/** The parser goes one call deeper for each bracket, so brackets are counted before. */
function scan(source: Source, maxTokens: number): void {
  const lexer = new Lexer(source);
  let level = 0;
  let tokens = 0;
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
    tokens += 1;
    if (OPENING.has(token.kind)) level += 1;
    if (CLOSING.has(token.kind)) level -= 1;
    if (level > MOST_NESTING) throw tooNested();
    // Whoever tells of an error counts the lines before it.
    if (tokens > maxTokens || token.line > maxTokens) {
      const message = `the operation has more than ${maxTokens} tokens or lines, and no more are read; put values into variables, or split it`;
      throw graphError('OPERATION_TOO_LONG', message);
    }
  }
}

export function tooNested(): Error {
  const message = `the operation nests more than ${MOST_NESTING} levels deep; ask for less at once`;
  return graphError('OPERATION_TOO_DEEP', message);
}
