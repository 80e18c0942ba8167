import { z } from 'zod';
import { RETRIEVABLE_PROPERTIES } from './simulated-summaries.ts';
import type { SimulatedSummary } from './simulated-summaries.ts';
import { ElementText, listOf } from './simulated-soap.ts';
import type { XmlElement } from './xml.ts';

const SimpleFilter = z.object({
  Property: z.string(),
  SimpleOperator: z.string(),
  Value: listOf(ElementText),
});
type SimpleFilter = z.infer<typeof SimpleFilter>;

interface ComplexFilter {
  readonly LeftOperand: Filter;
  readonly LogicalOperator: 'AND' | 'OR';
  readonly RightOperand: Filter;
  readonly AdditionalOperands?: { readonly Operand: readonly Filter[] } | undefined;
}
type Filter = SimpleFilter | ComplexFilter;

const ComplexFilter: z.ZodType<ComplexFilter> = z.lazy(() =>
  z.object({
    LeftOperand: Filter,
    LogicalOperator: z.enum(['AND', 'OR']),
    RightOperand: Filter,
    AdditionalOperands: z.object({ Operand: listOf(Filter) }).optional(),
  }),
);
const Filter: z.ZodType<Filter> = z.union([SimpleFilter, ComplexFilter]);

/** A `RetrieveRequestMsg`: the elements that the simulator heeds. */
export const RetrieveRequest = z.object({
  RetrieveRequestMsg: z.object({
    RetrieveRequest: z.object({
      ObjectType: ElementText,
      Properties: listOf(ElementText),
      Filter: Filter.optional(),
      ContinueRequest: ElementText,
      Options: z
        .object({ BatchSize: ElementText.transform(Number) })
        .optional()
        .catch(undefined),
    }),
  }),
});
export type RetrieveRequest = z.infer<
  typeof RetrieveRequest
>['RetrieveRequestMsg']['RetrieveRequest'];

/** Why the vendor would not serve a request, in its words; null when it would. */
export function findRefusal({ ObjectType, Properties, Filter }: RetrieveRequest): string | null {
  if (ObjectType !== 'ImportResultsSummary') {
    return `Error: Unable to find a handler for object type: ${ObjectType}. Object types are case-sensitive, check spelling.`;
  }
  const unknown = [...Properties, ...propertiesOf(Filter)].filter((name) => !isRetrievable(name));
  if (unknown.length === 0) return null;
  return `Error: The Request Property(s) ${unknown.join(', ')} do not match with the fields of ${ObjectType} retrieve`;
}

/** Whether a summary passes a filter; without one all do. */
export function passes(summary: SimulatedSummary, filter: Filter | undefined): boolean {
  if (filter === undefined) return true;
  if ('Property' in filter) return passesSimple(summary, filter);
  const operands = [
    filter.LeftOperand,
    filter.RightOperand,
    ...(filter.AdditionalOperands?.Operand ?? []),
  ];
  return filter.LogicalOperator === 'AND'
    ? operands.every((operand) => passes(summary, operand))
    : operands.some((operand) => passes(summary, operand));
}

/** One `Results` element: the asked-for properties that are set, in the order of the WSDL. */
export function resultOf(summary: SimulatedSummary, asked: readonly string[]): XmlElement {
  const elements: Record<string, XmlElement | string> = {};
  for (const name of RETRIEVABLE_PROPERTIES) {
    const value = summary[name];
    if (value === undefined || !asked.includes(name)) continue;
    if (name === 'Client.ID') elements['Client'] = { ID: value };
    else elements[name] = value;
  }
  return {
    '@_xsi:type': 'ImportResultsSummary',
    PartnerKey: { '@_xsi:nil': 'true' },
    ...elements,
  };
}

function passesSimple(
  summary: SimulatedSummary,
  { Property, SimpleOperator, Value }: SimpleFilter,
): boolean {
  const value = isRetrievable(Property) ? summary[Property] : undefined;
  switch (SimpleOperator) {
    case 'equals':
      return value !== undefined && value === Value[0];
    case 'IN':
      return value !== undefined && Value.includes(value);
    case 'notEquals':
      return value !== Value[0];
    case 'isNull':
      return value === undefined;
    case 'isNotNull':
      return value !== undefined;
    default:
      return false;
  }
}

function propertiesOf(filter: Filter | undefined): readonly string[] {
  if (filter === undefined) return [];
  if ('Property' in filter) return [filter.Property];
  const { LeftOperand, RightOperand, AdditionalOperands } = filter;
  return [LeftOperand, RightOperand, ...(AdditionalOperands?.Operand ?? [])].flatMap(propertiesOf);
}

function isRetrievable(name: string): name is (typeof RETRIEVABLE_PROPERTIES)[number] {
  const names: readonly string[] = RETRIEVABLE_PROPERTIES;
  return names.includes(name);
}
