import { z } from 'zod';
import { baseUrl } from '../settings-shapes.ts';
import { readableOrNull } from '../wire-shapes.ts';

/** The text of an element. Absent, empty and `xsi:nil` alike say nothing: null. */
const Text = z
  .union([z.string(), z.object({ '#text': z.string().optional(), '@_nil': z.string().optional() })])
  .optional()
  .transform((element) => {
    if (element === undefined || element === '') return null;
    if (typeof element === 'string') return element;
    const isNil = element['@_nil'] === 'true' || element['@_nil'] === '1';
    return isNil ? null : (element['#text'] ?? null);
  });

/** A row count, `xsd:int` on the wire. */
const Count = Text.transform((text, context) => {
  if (text === null) return null;
  if (/^\d{1,10}$/.test(text)) return Number(text);
  context.addIssue({ code: 'custom', message: 'expected a row count, a whole number from 0' });
  return z.NEVER;
});

/**
 * `ImportStatus`: the six words of
 * https://developer.salesforce.com/docs/marketing/marketing-cloud/guide/importresultssummary.html
 */
const ImportStatus = z
  .enum(['New', 'Processing', 'IOWork', 'Completed', 'Error', 'Unknown', 'unrecognized'])
  .catch('unrecognized');
export type ImportStatus = z.infer<typeof ImportStatus>;

/**
 * One import as `Retrieve` shows it. The vendor leaves out what is not set, and sometimes what was
 * asked for (recorded: `ID`). Types: `etframework.wsdl` of
 * https://github.com/salesforce-marketingcloud/FuelSDK-Java
 */
export const ImportResultsSummary = z.object({
  ID: Text,
  TaskResultID: Text,
  ImportStatus: Text.transform((word) => ({ word, status: ImportStatus.parse(word) })),
  ImportType: Text,
  DestinationID: Text,
  /** Text in the vendor's culture and its own time, without a zone. */
  StartDate: Text,
  EndDate: Text,
  TotalRows: Count,
  NumberSuccessful: Count,
  NumberErrors: Count,
  NumberDuplicated: Count,
});
export type ImportResultsSummary = z.infer<typeof ImportResultsSummary>;

/** Whose summary it is; read on its own, so that one broken summary does not hide its neighbours. */
export const SummaryIdentity = z.object({ TaskResultID: Text });

/** The answer to `Retrieve`: `RetrieveResponseMsg` of the same WSDL; no results, no element. */
export const RetrieveEnvelope = z.object({
  Envelope: z.object({
    Body: z.object({
      RetrieveResponseMsg: z.object({
        OverallStatus: Text.pipe(z.string('expected a status')),
        RequestID: Text,
        Results: z.unknown().optional().transform(listOf),
      }),
    }),
  }),
});
export type RetrieveResponse = z.infer<
  typeof RetrieveEnvelope
>['Envelope']['Body']['RetrieveResponseMsg'];

/** An element that may be absent, alone or repeated. */
function listOf(element: unknown): readonly unknown[] {
  if (element === undefined) return [];
  return Array.isArray(element) ? element : [element];
}

const ApiFault = z.object({ apifault: z.object({ Code: Text }) }).optional();

/**
 * A SOAP fault, in the words of SOAP 1.1 and of SOAP 1.2:
 * https://developer.salesforce.com/docs/marketing/marketing-cloud/guide/soap_faults.html
 */
export const FaultEnvelope = z
  .object({
    Envelope: z.object({
      Body: z.object({
        Fault: z.object({
          faultcode: Text,
          faultstring: Text,
          // Only server faults carry an `apifault`; elsewhere `<detail />` is empty.
          detail: ApiFault.catch(undefined),
          Code: z.object({ Value: Text }).optional(),
          Reason: z.object({ Text }).optional(),
          Detail: ApiFault.catch(undefined),
        }),
      }),
    }),
  })
  .transform(({ Envelope: { Body } }) => ({
    code: Body.Fault.faultcode ?? Body.Fault.Code?.Value ?? '',
    reason: Body.Fault.faultstring ?? Body.Fault.Reason?.Text ?? '',
    apiCode: (Body.Fault.detail ?? Body.Fault.Detail)?.apifault.Code ?? null,
  }));
export type Fault = z.infer<typeof FaultEnvelope>;

/** https://developer.salesforce.com/docs/marketing/marketing-cloud/guide/access-token-s2s.html */
export const TokenAnswer = z.object({
  access_token: z.string().min(1, 'expected a token'),
  /** Seconds. */
  expires_in: z.coerce.number('expected a number of seconds').positive(),
  soap_instance_url: readableOrNull(baseUrl('expected an http(s) URL')),
  rest_instance_url: readableOrNull(baseUrl('expected an http(s) URL')),
});

export type TokenAnswer = z.infer<typeof TokenAnswer>;

/** https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
export const TokenRefusal = z.object({ error: z.string() });
