import assert from 'node:assert/strict';
import test from 'node:test';
import {
  execute,
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  parse,
  validate,
} from 'graphql';
import type { DocumentNode, ExecutionArgs, ExecutionResult } from 'graphql';
import { everybody } from '../../src/graphql/caller.ts';
import { isCompilable } from '../../src/graphql/compilable.ts';
import { createContext } from '../../src/graphql/context.ts';
import type { GraphServices } from '../../src/graphql/context.ts';
import { CompiledQueries } from '../../src/graphql/executor.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { counters, refOf, resource, row, rowError } from '../support/builders.ts';
import { TestClock } from '../support/clock.ts';
import { randomOperation } from '../support/fuzz-documents.ts';
import { Dice } from '../support/fuzz-values.ts';
import { openServices } from '../support/graph.ts';
import { keepRows } from '../support/kept-rows.ts';
import { openLedger } from '../support/ledgers.ts';
import { createRandom } from '../support/random.ts';
import { createVendor } from '../watcher/setup.ts';

const OPERATIONS = Number(process.env['REQUESTS'] ?? 1_000);
const SEED = Number(process.env['SEED'] ?? 2);

type Variables = Readonly<Record<string, unknown>>;

const SCHEMA = createSchema();

/** Imports of which random operations know the ids. */
async function seed(ledger: Ledger): Promise<void> {
  for (const [index, id] of ['micro:job_id', 'qobra:41', 'micro:41', 'collibra:7'].entries()) {
    const [providerId = '', externalId = ''] = id.split(':');
    await keepRows(ledger, {
      ref: refOf(externalId, providerId),
      rows:
        index === 3 ? null : [row(), rowError({ values: { a: [1, null] } }), row({ number: 3 })],
      state: {
        counters: counters({ total: 3, failed: 1 }),
        resources: [resource({ categories: [resource({ name: 'inner' })] })],
      },
    });
  }
}

/** Variables that are given, but for some that are null or missing. */
function vary(dice: Dice, variables: Variables): Variables {
  const varied: Record<string, unknown> = { ...variables };
  for (const name of Object.keys(varied)) {
    if (dice.isLucky(0.2)) varied[name] = null;
    if (dice.isLucky(0.1)) delete varied[name];
  }
  return varied;
}

function parseQuery(text: string): DocumentNode | null {
  try {
    const document = parse(text);
    const isQuery = getOperationAST(document)?.operation === OperationTypeNode.QUERY;
    return isQuery && validate(SCHEMA, document).length === 0 ? document : null;
  } catch (error) {
    if (error instanceof GraphQLError) return null;
    throw error;
  }
}

function argsOf(
  services: GraphServices,
  document: DocumentNode,
  variableValues: Variables,
): ExecutionArgs {
  const caller = everybody(['imports:read', 'imports:rows']);
  const contextValue = createContext({ services, caller });
  return { schema: SCHEMA, document, variableValues, contextValue };
}

/** With everything that a client sees, in the order in which it is sent. */
function textOf({ data, errors }: ExecutionResult): string {
  return JSON.stringify({ errors, data });
}

test(`${OPERATIONS} random queries are answered compiled as they are by the book`, async (t) => {
  const ledger = openLedger(t);
  await seed(ledger);
  const services = await openServices(ledger, [createVendor(new TestClock()).provider]);
  const dice = new Dice(createRandom(SEED));
  const queries = new CompiledQueries();
  const counts = { compiled: 0, byTheBook: 0, withErrors: 0 };
  while (counts.compiled + counts.byTheBook < OPERATIONS) {
    const { query, variables } = randomOperation(dice, SCHEMA);
    const document = parseQuery(query);
    if (document === null) continue;
    counts[isCompilable(document) ? 'compiled' : 'byTheBook'] += 1;
    for (const given of [variables, variables, variables, vary(dice, variables)]) {
      const expected = textOf(await execute(argsOf(services, document, given)));
      const result = await queries.execute(query, argsOf(services, document, given));
      assert.equal(textOf(result), expected, `${query}\n${JSON.stringify(given)}`);
      if (result.errors !== undefined) counts.withErrors += 1;
      dice.learn(expected);
    }
  }
  t.diagnostic(JSON.stringify(counts));
  assert.ok(counts.compiled > OPERATIONS / 10, JSON.stringify(counts));
});
