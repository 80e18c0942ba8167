import { z } from 'zod';
import { readableOrNull } from '../wire-shapes.ts';

// The vendor's own pages of these two could not be read. The fields are those of a published client:
// https://github.com/JakeJP/Salesforce.MCE.REST src/Data/DataExtensionImport.cs

const WholeNumber = z.union([
  z.int().nonnegative(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);

const Category = z
  .object({ errorsCount: readableOrNull(WholeNumber) })
  .catch({ errorsCount: null });

/** `GET /data/v1/async/import/{id}/validationsummary`: how many rows failed, by kind of error. */
export const ValidationSummary = z.object({
  importValidationSummary: readableOrNull(z.array(Category)),
});
export type ValidationSummary = z.infer<typeof ValidationSummary>;

/** Text, or a number in its place: the client has `validationErrorDetails` as one. */
const Words = readableOrNull(z.union([z.string(), z.number().transform(String)])).transform(
  (words) => (words?.trim() === '' ? null : words),
);

/** A row that failed. What of it cannot be read is null, and so is one that is no object: it stays. */
export const FailedRow = z
  .object({
    rowId: readableOrNull(WholeNumber),
    validationErrorType: Words,
    validationErrorCodeId: Words,
    validationErrorDetails: Words,
  })
  .nullable()
  .catch(null);
export type FailedRow = z.infer<typeof FailedRow>;

/** The key of the list is not known for sure: the client takes it for the one of the summary. */
const LIST_NAMES = [
  'importValidationResult',
  'importValidationResults',
  'importValidationDetails',
  'importValidationSummary',
  'items',
  'results',
] as const;

const List = z.array(z.unknown());
const Holder = z.record(z.string(), z.unknown());

/** A line of the summary in the place of a row: it counts rows and is none. */
const CountedRows = z.object({ errorsCount: z.number(), rowId: z.undefined().optional() });

/** `GET /data/v1/async/import/{id}/validationresult` */
export const ValidationResult = z.unknown().transform((answer, context) => {
  const rows = findList(answer);
  if (rows === null) {
    context.addIssue(`expected a list, or one under ${LIST_NAMES.join(', ')}`);
    return z.NEVER;
  }
  if (CountedRows.safeParse(rows[0]).success) {
    context.addIssue('expected rows, found numbers of rows');
    return z.NEVER;
  }
  return rows.map((row) => FailedRow.parse(row));
});

function findList(answer: unknown): readonly unknown[] | null {
  const bare = List.safeParse(answer);
  if (bare.success) return bare.data;
  const holder = Holder.safeParse(answer).data ?? {};
  for (const name of LIST_NAMES) {
    const list = List.safeParse(holder[name]);
    if (list.success) return list.data;
  }
  return null;
}
