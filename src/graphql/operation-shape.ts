import { Kind } from 'graphql';
import type {
  DefinitionNode,
  DocumentNode,
  FragmentDefinitionNode,
  SelectionNode,
  SelectionSetNode,
} from 'graphql';
import { graphError } from './errors.ts';
import type { OperationLimits } from './operation-limits.ts';
import { MOST_NESTING, tooNested } from './operation-text.ts';

/** How large a selection is, with every fragment counted as often as it is used. */
interface Shape {
  readonly depth: number;
  readonly fields: number;
  readonly aliases: number;
  readonly directives: number;
}

const NOTHING: Shape = { depth: 0, fields: 0, aliases: 0, directives: 0 };

/**
 * Throws a `GraphQLError` when a document asks for too much to be validated. Takes a time that grows
 * with its text, not with what its fragments amount to: each is measured once. One that contains
 * itself is left to validation.
 */
export function checkShape({ definitions }: DocumentNode, limits: OperationLimits): void {
  const ruler = new Ruler(definitions);
  for (const definition of definitions) checkLimits(ruler.measure(definition), limits);
}

function checkLimits(
  { depth, fields, aliases, directives }: Shape,
  { maxDepth, maxAliases, maxDirectives, maxTokens }: OperationLimits,
): void {
  if (depth > maxDepth) {
    const message = `the operation has fields more than ${maxDepth} levels deep; ask for the rest in another one`;
    throw graphError('OPERATION_TOO_DEEP', message);
  }
  if (aliases > maxAliases) {
    const message = `the operation has more than ${maxAliases} aliases, those of fragments counted wherever they are used; split it`;
    throw graphError('TOO_MANY_ALIASES', message);
  }
  if (directives > maxDirectives) {
    const message = `the operation has more than ${maxDirectives} directives, those of fragments counted wherever they are used; split it`;
    throw graphError('TOO_MANY_DIRECTIVES', message);
  }
  if (fields > maxTokens) {
    const message = `the operation has more than ${maxTokens} fields, those of fragments counted wherever they are used; split it`;
    throw graphError('TOO_MANY_FIELDS', message);
  }
}

class Ruler {
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #measured = new Map<string, Shape>();

  constructor(definitions: readonly DefinitionNode[]) {
    for (const definition of definitions) {
      if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
      this.#fragments.set(definition.name.value, definition);
    }
  }

  /** Throws an `OPERATION_TOO_DEEP` rather than go deeper than a stack can take. */
  measure(definition: DefinitionNode): Shape {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      return this.#ofFragment(definition.name.value, 0);
    }
    if (definition.kind !== Kind.OPERATION_DEFINITION) return NOTHING;
    const { directives = [], variableDefinitions = [], selectionSet } = definition;
    const shape = this.#ofSet(selectionSet, 0);
    let count = shape.directives + directives.length;
    for (const variable of variableDefinitions) count += variable.directives?.length ?? 0;
    return { ...shape, directives: count };
  }

  #ofSet({ selections }: SelectionSetNode, level: number): Shape {
    if (level > MOST_NESTING) throw tooNested();
    let { depth, fields, aliases, directives } = NOTHING;
    for (const selection of selections) {
      const inner = this.#ofInner(selection, level + 1);
      const isField = selection.kind === Kind.FIELD;
      depth = Math.max(depth, inner.depth + (isField ? 1 : 0));
      fields += inner.fields + (isField ? 1 : 0);
      aliases += inner.aliases + (isField && selection.alias !== undefined ? 1 : 0);
      directives += inner.directives + (selection.directives?.length ?? 0);
    }
    return { depth, fields, aliases, directives };
  }

  #ofInner(selection: SelectionNode, level: number): Shape {
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      return this.#ofFragment(selection.name.value, level);
    }
    const { selectionSet } = selection;
    return selectionSet === undefined ? NOTHING : this.#ofSet(selectionSet, level);
  }

  #ofFragment(name: string, level: number): Shape {
    const known = this.#measured.get(name);
    if (known !== undefined) return known;
    const fragment = this.#fragments.get(name);
    if (fragment === undefined) return NOTHING;
    // Until it is measured, a fragment inside itself is nothing.
    this.#measured.set(name, NOTHING);
    const shape = this.#ofSet(fragment.selectionSet, level);
    const directives = shape.directives + (fragment.directives?.length ?? 0);
    const measured = { ...shape, directives };
    this.#measured.set(name, measured);
    return measured;
  }
}
