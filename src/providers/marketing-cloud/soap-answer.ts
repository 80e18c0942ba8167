import { ProviderError } from '../../domain/provider-error.ts';
import type { ProviderErrorKind } from '../../domain/provider-error.ts';
import { findRetryAfterMs } from '../http.ts';
import type { HttpAnswer } from '../http.ts';
import { quoteVendor } from '../vendor-words.ts';
import { findEndpointFailure } from './endpoints.ts';
import { FaultEnvelope } from './wire.ts';
import type { Fault } from './wire.ts';
import { readXml } from './xml.ts';

/** What an answer of the SOAP endpoint comes to; `body` is an envelope that is not a fault. */
export type SoapAnswer =
  | { readonly kind: 'body'; readonly tree: unknown }
  | { readonly kind: 'credential-refused'; readonly error: ProviderError }
  | { readonly kind: 'failed'; readonly error: ProviderError };

/**
 * Tells a SOAP answer from a fault and both from anything else. Status 500 is three things here:
 * a refused credential, another fault, and, without a fault, a vendor that is throttling or down
 * (https://developer.salesforce.com/docs/marketing/marketing-cloud/guide/rate-limiting.html),
 * which does not say how long to wait.
 */
export function readSoapAnswer(answer: HttpAnswer, now: number): SoapAnswer {
  const xml = readXml(answer.text);
  if (xml.kind === 'read') {
    const fault = FaultEnvelope.safeParse(xml.tree);
    if (fault.success) return readFault(fault.data, answer, now);
  }
  const failure = findEndpointFailure(answer, 'soapUrl', now);
  if (failure !== null && answer.status === 401)
    return { kind: 'credential-refused', error: failure };
  if (failure !== null) return { kind: 'failed', error: failure };
  if (xml.kind === 'read') return { kind: 'body', tree: xml.tree };
  const message = `${answer.request} answered ${answer.status} with ${xml.reason}, expected a SOAP envelope`;
  return { kind: 'failed', error: new ProviderError('unexpected-response', message) };
}

/**
 * The failure that an `OverallStatus` other than `OK` and `MoreDataAvailable` stands for: the
 * vendor refuses a Retrieve with HTTP 200 and a sentence.
 */
export function statusFailure(overallStatus: string, request: string): ProviderError {
  const kind = /permission failed/i.test(overallStatus) ? 'unauthorized' : 'unexpected-response';
  return new ProviderError(
    kind,
    `${request} answered OverallStatus ${quoteVendor(overallStatus)}, expected OK`,
  );
}

function readFault(fault: Fault, answer: HttpAnswer, now: number): SoapAnswer {
  const message = `${answer.request} answered the SOAP fault ${quoteVendor(fault.reason)}`;
  if (isCredentialRefusal(fault)) {
    return { kind: 'credential-refused', error: new ProviderError('unauthorized', message) };
  }
  // What is before the service may say more than the fault does.
  const kind = answer.status === 429 ? 'rate-limited' : kindOfFault(fault);
  const isToWait = kind === 'rate-limited' || kind === 'unavailable';
  const retryAfterMs = isToWait ? findRetryAfterMs(answer.headers, now) : null;
  const error = new ProviderError(kind, message, {
    ...(retryAfterMs !== null && { retryAfterMs }),
  });
  return { kind: 'failed', error };
}

/** The vendor's page writes `Login failed`, its servers `Login Failed` and `Token Expired`. */
function isCredentialRefusal({ code, reason }: Fault): boolean {
  return localName(code) === 'Security' || /^(?:token expired|login failed)/i.test(reason.trim());
}

/** Codes of `apifault`: https://developer.salesforce.com/docs/marketing/marketing-cloud/guide/soap_faults.html */
const KIND_OF_API_CODE: ReadonlyMap<string | null, ProviderErrorKind> = new Map([
  ['1', 'unavailable'], // RemoteDBConnDetected_SyncAPICallUnsupported: wait for the database
  ['8', 'unavailable'], // UnsupportedObject: not served during maintenance
  ['9', 'unavailable'], // InMaintenance
  ['11', 'unauthorized'], // AuthorizationFailure
]);

/** Client faults come without a code: their words are all there is. */
const KIND_OF_REASON: readonly (readonly [RegExp, ProviderErrorKind])[] = [
  [/not authorized/i, 'unauthorized'],
  [/in maintenance|cannot be completed at this time/i, 'unavailable'],
];

function kindOfFault({ code, reason, apiCode }: Fault): ProviderErrorKind {
  const byCode = KIND_OF_API_CODE.get(apiCode);
  if (byCode !== undefined) return byCode;
  const byReason = KIND_OF_REASON.find(([words]) => words.test(reason));
  if (byReason !== undefined) return byReason[1];
  // SOAP 1.2 says Sender and Receiver for Client and Server.
  const isOurRequest = ['Client', 'Sender', 'MustUnderstand', 'VersionMismatch'].includes(
    localName(code),
  );
  return isOurRequest ? 'unexpected-response' : 'unavailable';
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
