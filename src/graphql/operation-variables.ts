import { Kind, visit } from 'graphql';
import type { DocumentNode, OperationDefinitionNode } from 'graphql';

/**
 * The variables that a result depends on. Where a subscriber resumes decides what it is sent first,
 * not what a message looks like.
 */
export function listDecisiveVariables(
  document: DocumentNode,
  definition: OperationDefinitionNode,
): readonly string[] {
  const resuming = new Set<unknown>();
  for (const field of definition.selectionSet.selections) {
    if (field.kind !== Kind.FIELD) continue;
    for (const argument of field.arguments ?? []) {
      if (argument.name.value === 'after') resuming.add(argument);
    }
  }
  const names = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Argument: (argument) => (resuming.has(argument) ? false : undefined),
    Variable: ({ name }) => void names.add(name.value),
  });
  return [...names].toSorted();
}
