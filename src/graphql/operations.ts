import {
  getOperationAST,
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  specifiedRules,
  validate,
} from 'graphql';
import type { DocumentNode, GraphQLSchema, OperationTypeNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { graphError } from './errors.ts';
import { compileCost } from './operation-cost.ts';
import type { OperationLimits } from './operation-limits.ts';
import { checkShape } from './operation-shape.ts';
import { MOST_NESTING, parseText } from './operation-text.ts';
import { hasMoreValues, isDeeperThan, variableTypesOf } from './operation-values.ts';
import type { VariableTypes } from './operation-values.ts';
import { listDecisiveVariables, listNeverNull } from './operation-variables.ts';
import { hashOf, PersistedOperations } from './persisted-operations.ts';
import type { PersistedList } from './persisted-operations.ts';
import { findConditions } from './subscription-conditions.ts';

/** An operation as a caller sends it. */
export interface OperationRequest {
  /** Empty when `extensions` name one that is known. */
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly extensions?: unknown;
}

/** An operation that can be executed. */
export interface Operation {
  /** As it was sent, or registered. */
  readonly text: string;
  readonly document: DocumentNode;
  readonly type: OperationTypeNode;
  /** The variables that a result depends on: all but those that only say where to resume. */
  readonly variableNames: readonly string[];
  /** Those that it declares. */
  readonly variableTypes: VariableTypes;
  /** The variables that must not be null, whatever their type says. */
  readonly neverNull: readonly string[];
  /** What it may cost with these variables; not a number, or no end of it, is possible. */
  readonly costOf: (variables: OperationRequest['variables']) => number;
}

export interface OperationsOptions {
  readonly schema: GraphQLSchema;
  /** Whether the schema can be asked for. */
  readonly isIntrospectionOn: boolean;
  readonly limits: OperationLimits;
  /** Null when no operation is known beforehand. */
  readonly persisted: PersistedList | null;
}

/** A text that was found valid. */
interface Reading {
  readonly document: DocumentNode;
  /** Those that were asked for so far, by name. */
  readonly operations: Map<string | null, Operation>;
}

/**
 * So many texts are remembered: a thousand dashboards send the same one. Longer ones are not, and no
 * more than so many characters: what is read of a text takes 50 to 170 times its memory.
 */
const MOST_TEXTS = 500;
const LONGEST_TEXT = 16_384;
const MOST_CHARACTERS = 262_144;

/** So many mistakes of one operation are told. */
const MOST_ERRORS = 20;

/** Objects are what most of the work is for; but an answer can be long without many of them. */
const COST_OF_VALUE = 1 / 8;

/** Each value of a variable is checked: this many take some milliseconds. */
const MOST_VALUES = 20_000;

/** What the rules say when fields of one name are so many that comparing them takes too long. */
const ABORTED = 'Validation aborted.';

/** Reads operations, however they come, and refuses those that are not to be executed. */
export class Operations {
  readonly schema: GraphQLSchema;
  readonly #rules: typeof specifiedRules;
  readonly #limits: OperationLimits;
  readonly #persisted: PersistedOperations;
  readonly #readings = new LRUCache<string, Reading | readonly GraphQLError[]>({
    max: MOST_TEXTS,
    maxSize: MOST_CHARACTERS,
    maxEntrySize: LONGEST_TEXT,
    sizeCalculation: (_reading, text) => text.length + 1,
    dispose: (_reading, text) => this.#texts.delete(hashOf(text)),
  });
  readonly #texts = new Map<string, string>();

  constructor({ schema, isIntrospectionOn, limits, persisted }: OperationsOptions) {
    this.schema = schema;
    this.#limits = limits;
    this.#persisted = new PersistedOperations(persisted);
    this.#rules = isIntrospectionOn
      ? specifiedRules
      : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  }

  /** The operation, or what is wrong with it. */
  prepare(request: OperationRequest): Operation | readonly GraphQLError[] {
    const text = this.#persisted.resolve(request);
    if (text instanceof GraphQLError) return [text];
    const reading = this.#read(text);
    if (!('document' in reading)) return reading;
    const operation = this.#find(text, reading, request.operationName);
    if (operation === null) {
      const message = 'operationName must name one of the operations when there are several';
      return [failure('OPERATION_RESOLUTION_FAILURE', message)];
    }
    const refusal = this.#checkVariables(operation, request.variables);
    if (refusal !== null) return [refusal];
    this.#persisted.register(request);
    return operation;
  }

  /** The document of a text that was found valid lately, by the text's SHA-256 in hexadecimal. */
  findDocument(hash: string): DocumentNode | null {
    const text = this.#texts.get(hash);
    const reading = text === undefined ? undefined : this.#readings.get(text);
    return reading !== undefined && 'document' in reading ? reading.document : null;
  }

  #read(text: string): Reading | readonly GraphQLError[] {
    const known = this.#readings.get(text);
    if (known !== undefined) return known;
    const document = this.#parse(text);
    const reading = 'definitions' in document ? { document, operations: new Map() } : document;
    this.#readings.set(text, reading);
    if (this.#readings.has(text) && 'document' in reading) this.#texts.set(hashOf(text), text);
    return reading;
  }

  #parse(text: string): DocumentNode | readonly GraphQLError[] {
    const document = orErrors(() => {
      const parsed = parseText(text, this.#limits);
      checkShape(parsed, this.#limits);
      return parsed;
    });
    if (!('definitions' in document)) return coded('GRAPHQL_PARSE_FAILED', document);
    // A variable in a directive where a subscription begins makes the rules themselves throw.
    const errors = orErrors(() =>
      validate(this.schema, document, this.#rules, { maxErrors: MOST_ERRORS }),
    );
    if (errors.some(({ message }) => message === ABORTED)) return [SAME_FIELDS];
    const found = errors.length > 0 ? errors : findConditions(document);
    return found.length === 0 ? document : coded('GRAPHQL_VALIDATION_FAILED', found);
  }

  #find(text: string, { document, operations }: Reading, name: string | null): Operation | null {
    const known = operations.get(name);
    if (known !== undefined) return known;
    const definition = getOperationAST(document, name);
    if (definition === null || definition === undefined) return null;
    const operation = {
      text,
      document,
      type: definition.operation,
      variableNames: listDecisiveVariables(document, definition),
      neverNull: listNeverNull(this.schema, document, definition),
      variableTypes: variableTypesOf(definition, this.schema),
      costOf: compileCost({
        schema: this.schema,
        document,
        definition,
        costOfValue: COST_OF_VALUE,
      }),
    };
    operations.set(name, operation);
    return operation;
  }

  #checkVariables(
    { costOf, variableTypes, neverNull }: Operation,
    variables: OperationRequest['variables'],
  ): GraphQLError | null {
    const absent = neverNull.find((name) => variables[name] === null);
    if (absent !== undefined) {
      const message = `variables: $${absent} must not be null where it stands; leave it out for its default`;
      return failure('BAD_USER_INPUT', message);
    }
    if (isDeeperThan(MOST_NESTING, variables)) {
      const message = `variables: must not nest more than ${MOST_NESTING} levels deep`;
      return failure('BAD_USER_INPUT', message);
    }
    if (hasMoreValues(MOST_VALUES, variables, variableTypes)) {
      const message = `variables: must not hold more than ${MOST_VALUES} values; split the operation`;
      return graphError('TOO_MANY_VALUES', message);
    }
    const cost = costOf(variables);
    const { maxCost } = this.#limits;
    if (cost <= maxCost) return null;
    const amount = Number.isFinite(cost) ? `up to ${Math.ceil(cost)}` : 'more than can be counted';
    const message = `the operation may cost ${amount}, and at most ${maxCost} is allowed; ask for fewer things at once (first), or for less of each`;
    return graphError('OPERATION_TOO_COSTLY', message);
  }
}

const SAME_FIELDS = graphError(
  'TOO_MANY_FIELDS',
  'the operation selects the same fields so often that they cannot be compared; select each once',
);

export function isOperation(prepared: Operation | readonly GraphQLError[]): prepared is Operation {
  return 'document' in prepared;
}

/** What a transport refuses by itself. */
export function failure(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
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

/** Errors that have no code yet, with this one. */
function coded(code: string, errors: readonly GraphQLError[]): readonly GraphQLError[] {
  for (const { extensions } of errors) extensions['code'] ??= code;
  return errors;
}
