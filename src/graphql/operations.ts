import {
  getOperationAST,
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  OperationTypeNode,
  parse,
  specifiedRules,
  validate,
  visit,
} from 'graphql';
import type {
  DocumentNode,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';

/** An operation as a caller sends it. */
export interface OperationRequest {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** An operation that can be executed. */
export interface Operation {
  readonly document: DocumentNode;
  readonly type: OperationTypeNode;
  /** The variables that a result depends on: all but those that only say where to resume. */
  readonly variableNames: readonly string[];
}

export interface OperationsOptions {
  readonly schema: GraphQLSchema;
  /** Whether the schema can be asked for. */
  readonly isIntrospectionOn: boolean;
}

/** So many texts are remembered: a thousand dashboards send the same one. Longer ones are not. */
const MOST_TEXTS = 500;
const LONGEST_TEXT = 16_384;

/** What people write has a tenth of this. */
const MOST_TOKENS = 10_000;

/** Reads operations for the transports that Apollo Server does not serve. */
export class Operations {
  readonly schema: GraphQLSchema;
  readonly #rules: typeof specifiedRules;
  readonly #documents = new LRUCache<string, DocumentNode | readonly GraphQLError[]>({
    max: MOST_TEXTS,
  });

  constructor({ schema, isIntrospectionOn }: OperationsOptions) {
    this.schema = schema;
    this.#rules = isIntrospectionOn
      ? specifiedRules
      : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  }

  /** The operation, or what is wrong with it. */
  prepare({ query, operationName }: OperationRequest): Operation | readonly GraphQLError[] {
    const document = this.#read(query);
    if (!('definitions' in document)) return document;
    const definition = getOperationAST(document, operationName);
    if (definition === null || definition === undefined) {
      const message = 'operationName must name one of the operations when there are several';
      return [failure('OPERATION_RESOLUTION_FAILURE', message)];
    }
    return {
      document,
      type: definition.operation,
      variableNames: listDecisiveVariables(document, definition),
    };
  }

  #read(query: string): DocumentNode | readonly GraphQLError[] {
    const known = this.#documents.get(query);
    if (known !== undefined) return known;
    const read = this.#parse(query);
    if (query.length <= LONGEST_TEXT) this.#documents.set(query, read);
    return read;
  }

  #parse(query: string): DocumentNode | readonly GraphQLError[] {
    const document = orErrors(() => parse(query, { maxTokens: MOST_TOKENS }));
    if (!('definitions' in document)) return coded('GRAPHQL_PARSE_FAILED', document);
    // A variable in a directive where a subscription begins makes the rules themselves throw.
    const errors = orErrors(() => validate(this.schema, document, this.#rules));
    const found = errors.length > 0 ? errors : findConditions(document);
    return found.length === 0 ? document : coded('GRAPHQL_VALIDATION_FAILED', found);
  }
}

/** The result of some work, or the error that it throws if it is one of GraphQL. */
function orErrors<T>(work: () => T): T | readonly GraphQLError[] {
  try {
    return work();
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

/** The specification forbids what would leave a subscription without its field. */
function findConditions(document: DocumentNode): readonly GraphQLError[] {
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

export function isOperation(prepared: Operation | readonly GraphQLError[]): prepared is Operation {
  return 'document' in prepared;
}

/** What a transport refuses by itself. */
export function failure(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

function coded(code: string, errors: readonly GraphQLError[]): readonly GraphQLError[] {
  return errors.map((error) => withCode(code, error));
}

function withCode(code: string, error: GraphQLError): GraphQLError {
  const { message, nodes, source, positions, extensions } = error;
  return new GraphQLError(message, {
    ...(nodes && { nodes }),
    ...(source && { source }),
    ...(positions && { positions }),
    extensions: { ...extensions, code },
  });
}

/** Where a subscriber resumes decides what it is sent first, not what a message looks like. */
function listDecisiveVariables(
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
