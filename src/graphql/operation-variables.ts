import { isNonNullType, Kind, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import type { DefinitionNode, DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';

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

/**
 * The variables that may be null by their type, and stand where null may not be: legal, as they have a
 * default. A null that is sent all the same would fail in the midst of execution, where `graphql` gives up
 * what it has begun, and what fails of that then fails for nobody and ends the process.
 */
export function listNeverNull(
  schema: GraphQLSchema,
  document: DocumentNode,
  definition: OperationDefinitionNode,
): readonly string[] {
  const isOther = (one: DefinitionNode): boolean =>
    one.kind === Kind.OPERATION_DEFINITION && one !== definition;
  const definitions = document.definitions.filter((one) => !isOther(one));
  const names = new Set<string>();
  const info = new TypeInfo(schema);
  visit(
    { ...document, definitions },
    visitWithTypeInfo(info, {
      VariableDefinition: () => false,
      Variable: ({ name }) => {
        if (isNonNullType(info.getInputType())) names.add(name.value);
      },
    }),
  );
  return [...names];
}
