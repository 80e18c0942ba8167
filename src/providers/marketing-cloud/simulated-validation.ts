import type { z } from 'zod';
import { longJsonAnswer, LongList } from '../simulated-json.ts';
import { jsonAnswer } from '../simulation.ts';
import type { SimulatedAnswer } from '../simulation.ts';
import type { SimulatedSummary } from './simulated-summaries.ts';
import type { FailedRow, ValidationSummary } from './validation-wire.ts';

type SummaryBody = z.input<typeof ValidationSummary>;
type RowBody = NonNullable<z.input<typeof FailedRow>>;

/** How many rows failed, by kind of error: the shape of a published client. */
export function validationSummary(summary: SimulatedSummary): SimulatedAnswer {
  const { id, failed } = readSummary(summary);
  const categories = KINDS.map(({ type }, kind) => ({
    validationErrorType: type,
    validationErrorCodeId: kind + 1,
    errorsCount: countOf(kind, failed),
  }));
  const body: SummaryBody & { readonly id: string } = {
    id,
    importValidationSummary: categories.filter(({ errorsCount }) => errorsCount > 0),
  };
  return jsonAnswer(200, body);
}

/** The failed rows; the key of their list is a guess. */
export function validationResult(summary: SimulatedSummary): SimulatedAnswer {
  const { id, failed, total } = readSummary(summary);
  return longJsonAnswer(200, {
    id,
    importValidationResult: new LongList(function* rows(): Generator<RowBody> {
      for (let index = 0; index < failed; index += 1) {
        yield rowOf(index, Math.floor((index * total) / failed) + 1);
      }
    }),
  });
}

function readSummary({ TaskResultID: id = '', NumberErrors, TotalRows }: SimulatedSummary) {
  const failed = Number(NumberErrors ?? 0);
  return { id, failed, total: Math.max(failed, Number(TotalRows ?? 0)) };
}

interface Kind {
  readonly type: string;
  readonly detailsOf: (index: number) => string;
}

/** The vendor publishes no kinds: these are made up, the first one by the client. */
const KINDS: readonly Kind[] = [
  {
    type: 'RequiredFieldMissing',
    detailsOf: () => 'The field "EmailAddress" is required and has no value',
  },
  {
    type: 'InvalidEmailAddress',
    detailsOf: (index) =>
      `The value "customer.${index}(at)example.com" of the field "EmailAddress" is not an email address`,
  },
  {
    type: 'InvalidDate',
    detailsOf: (index) => `The value "31.02.${2000 + (index % 30)}" of "Birthday" is not a date`,
  },
];

/** The kind of each of ten rows, and of the ten that follow. */
const PATTERN = [0, 0, 0, 1, 1, 0, 1, 2, 0, 1] as const;

function kindAt(index: number): number {
  return PATTERN[index % PATTERN.length] ?? 0;
}

function countOf(kind: number, failed: number): number {
  const inPattern = PATTERN.filter((one) => one === kind).length;
  const inRest = PATTERN.slice(0, failed % PATTERN.length).filter((one) => one === kind).length;
  return Math.floor(failed / PATTERN.length) * inPattern + inRest;
}

function rowOf(index: number, rowId: number): RowBody {
  const kind = kindAt(index);
  return {
    rowId,
    validationErrorType: KINDS[kind]?.type,
    validationErrorCodeId: kind + 1,
    validationErrorDetails: KINDS[kind]?.detailsOf(index),
  };
}

/** Recorded: https://github.com/DougMidgley/SFMC-SDK, test/resources/auth.js */
export const REST_REFUSED = restError(401, 'Not Authorized');

/** What the vendor says of a missing scope and of an unknown id is not recorded. */
export const REST_FORBIDDEN = restError(403, 'Insufficient Privileges');
export const REST_NOT_FOUND = restError(404, 'Not Found');

function restError(status: number, message: string): SimulatedAnswer {
  const documentation = 'https://developer.salesforce.com/docs';
  return jsonAnswer(status, { documentation, errorcode: 0, message });
}
