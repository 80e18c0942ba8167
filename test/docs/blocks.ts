export interface Block {
  readonly name: string;
  readonly text: string;
}

/** The fenced blocks of a language on a page, each with what stands beside the language. */
export function blocksOf(page: string, language: string): readonly Block[] {
  const fence = new RegExp(`^\`\`\`${language}(?: (.+))?\\n([^]*?)^\`\`\`$`, 'gm');
  return [...page.matchAll(fence)].map(([, name = '', text = '']) => ({ name, text }));
}
