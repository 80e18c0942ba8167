import { BREAK, Kind, visit } from 'graphql';
import type { DocumentNode, FragmentDefinitionNode, SelectionSetNode } from 'graphql';

/** The compiler writes names as they stand into objects of JavaScript, where this one is no name. */
const NO_NAME = '__proto__';

/**
 * Whether the compiler answers the operations of a document as they are answered by the book. It
 * drops variables inside the literal of a custom scalar, takes null for those inside another literal
 * that are not given, and forgets conditions where the same fields are selected twice.
 */
export function isCompilable(document: DocumentNode): boolean {
  let isSame = true;
  let literals = 0;
  const differs = (): typeof BREAK => {
    isSame = false;
    return BREAK;
  };
  const literal = {
    enter: () => void (literals += 1),
    leave: () => void (literals -= 1),
  };
  visit(document, {
    Directive: differs,
    ListValue: literal,
    ObjectValue: literal,
    Variable: () => (literals > 0 ? differs() : undefined),
    Name: ({ value }) => (value === NO_NAME ? differs() : undefined),
  });
  return isSame;
}

/** How many fields a valid document has, those of a fragment as often as it is used. */
export function countFields({ definitions }: DocumentNode): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const counted = new Map<string, number>();
  for (const definition of definitions) {
    if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    fragments.set(definition.name.value, definition);
  }
  const ofFragment = (name: string): number => {
    const fragment = fragments.get(name);
    const count = counted.get(name) ?? (fragment ? ofSet(fragment.selectionSet) : 0);
    counted.set(name, count);
    return count;
  };
  const ofSet = ({ selections }: SelectionSetNode): number => {
    let count = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        count += ofFragment(selection.name.value);
        continue;
      }
      if (selection.kind === Kind.FIELD) count += 1;
      if (selection.selectionSet) count += ofSet(selection.selectionSet);
    }
    return count;
  };
  let count = 0;
  for (const definition of definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) count += ofSet(definition.selectionSet);
  }
  return count;
}
