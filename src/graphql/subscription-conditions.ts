import { GraphQLError, Kind, OperationTypeNode } from 'graphql';
import type { DocumentNode, SelectionSetNode } from 'graphql';

/**
 * What is wrong with subscriptions of a document that is valid otherwise: the specification forbids
 * what would leave one without its field.
 */
export function findConditions(document: DocumentNode): readonly GraphQLError[] {
  const isConditional = ({ selections }: SelectionSetNode): boolean =>
    selections.some((selection) => {
      const names = selection.directives?.map(({ name }) => name.value) ?? [];
      if (names.includes('skip') || names.includes('include')) return true;
      if (selection.kind === Kind.INLINE_FRAGMENT) return isConditional(selection.selectionSet);
      if (selection.kind !== Kind.FRAGMENT_SPREAD) return false;
      const fragment = document.definitions
        .filter((one) => one.kind === Kind.FRAGMENT_DEFINITION)
        .find(({ name }) => name.value === selection.name.value);
      return fragment !== undefined && isConditional(fragment.selectionSet);
    });
  return document.definitions
    .filter((one) => one.kind === Kind.OPERATION_DEFINITION)
    .filter(({ operation }) => operation === OperationTypeNode.SUBSCRIPTION)
    .filter(({ selectionSet }) => isConditional(selectionSet))
    .map((nodes) => {
      const message = 'the field of a subscription cannot have @skip or @include; leave them out';
      return new GraphQLError(message, { nodes });
    });
}
