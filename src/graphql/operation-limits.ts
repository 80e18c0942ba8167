/** What one operation may ask for. */
export interface OperationLimits {
  /** Fields inside each other. */
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxDirectives: number;
  /** Words and signs of the text. */
  readonly maxTokens: number;
  /** By the numbers of `@cost` and `@listSize`. */
  readonly maxCost: number;
}
