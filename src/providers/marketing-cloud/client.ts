import { ProviderError } from '../../domain/provider-error.ts';
import { sendAuthorized } from '../authorizer.ts';
import type { Authorizer } from '../authorizer.ts';
import { parseShape } from '../http.ts';
import type { Connection } from '../provider.ts';
import type { Session } from './authorizer.ts';
import { readSoapAnswer, statusFailure } from './soap-answer.ts';
import type { SoapAnswer } from './soap-answer.ts';
import { ImportResultsSummary, RetrieveEnvelope, SummaryIdentity } from './wire.ts';
import type { RetrieveResponse } from './wire.ts';
import { writeXml } from './xml.ts';
import type { XmlElement } from './xml.ts';

/** One summary of an answer, and the import it is about; null when it names none. */
export interface RetrievedSummary {
  readonly taskResultId: string | null;
  readonly summary: ImportResultsSummary | ProviderError;
}

export interface MarketingCloudClient {
  /**
   * Retrieves the summaries of one or more imports in one call, or in as many as the vendor pages
   * its answer. Asks once more, with a new token, when the vendor refuses the token.
   */
  retrieveSummaries(
    taskResultIds: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly RetrievedSummary[]>;
}

/** The ten properties of the vendor's sample, and those that tell when and out of how many. */
const PROPERTIES = [
  'ImportDefinitionCustomerKey',
  'ImportType',
  'ImportStatus',
  'ID',
  'ObjectID',
  'NumberDuplicated',
  'NumberErrors',
  'NumberSuccessful',
  'DestinationID',
  'TaskResultID',
  'StartDate',
  'EndDate',
  'TotalRows',
] as const;

/** One page holds 2,500 results, so even two mean that something is odd. */
const MOST_PAGES = 20;

export function createClient(
  authorizer: Authorizer<Session>,
  { http, now }: Connection,
): MarketingCloudClient {
  async function call(
    { serviceUrl, header }: Session,
    body: XmlElement,
    signal: AbortSignal,
  ): Promise<SoapAnswer> {
    const answer = await http({
      method: 'POST',
      url: serviceUrl,
      // Unquoted, as the vendor's own SDKs send it.
      headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: 'Retrieve' },
      body: writeXml(envelope(header, body)),
      signal,
    });
    return readSoapAnswer(answer, now());
  }

  async function retrievePage(body: XmlElement, signal: AbortSignal): Promise<RetrieveResponse> {
    const answer = await sendAuthorized({
      authorizer,
      send: (session) => call(session, body, signal),
      isRefusal: ({ kind }) => kind === 'credential-refused',
      signal,
    });
    if (answer.kind !== 'body') throw answer.error;
    const page = parseShape(answer.tree, RetrieveEnvelope, RETRIEVE).Envelope.Body;
    return page.RetrieveResponseMsg;
  }

  return {
    async retrieveSummaries(taskResultIds, signal) {
      const summaries: RetrievedSummary[] = [];
      const seen = new Set<string>();
      let continued: string | null = null;
      for (let pages = 0; pages < MOST_PAGES; pages += 1) {
        const page: RetrieveResponse = await retrievePage(
          retrieveRequest(taskResultIds, continued),
          signal,
        );
        if (page.OverallStatus !== 'OK' && page.OverallStatus !== 'MoreDataAvailable') {
          throw statusFailure(page.OverallStatus, RETRIEVE);
        }
        summaries.push(...page.Results.map(readSummary));
        if (page.OverallStatus === 'OK') return summaries;
        continued = nextPage(page, seen);
        seen.add(continued);
      }
      throw new ProviderError(
        'unexpected-response',
        `${RETRIEVE} still had more data after ${MOST_PAGES} pages for ${taskResultIds.length} ids`,
      );
    },
  };
}

const RETRIEVE = 'Retrieve of ImportResultsSummary';

function nextPage({ RequestID }: RetrieveResponse, seen: ReadonlySet<string>): string {
  if (RequestID !== null && !seen.has(RequestID)) return RequestID;
  const what = RequestID === null ? 'no RequestID' : 'a RequestID it gave before';
  throw new ProviderError(
    'unexpected-response',
    `${RETRIEVE} answered MoreDataAvailable with ${what}`,
  );
}

function readSummary(result: unknown): RetrievedSummary {
  const identity = SummaryIdentity.safeParse(result);
  const taskResultId = identity.success ? identity.data.TaskResultID : null;
  const source = taskResultId === null ? RETRIEVE : `${RETRIEVE} ${taskResultId.slice(0, 20)}`;
  try {
    return { taskResultId, summary: parseShape(result, ImportResultsSummary, source) };
  } catch (error) {
    if (error instanceof ProviderError) return { taskResultId, summary: error };
    throw error;
  }
}

/** Elements in the order of the WSDL; `IN` is for several values, `equals` for one. */
function retrieveRequest(taskResultIds: readonly string[], continued: string | null): XmlElement {
  return {
    RetrieveRequestMsg: {
      '@_xmlns': 'http://exacttarget.com/wsdl/partnerAPI',
      RetrieveRequest: {
        ObjectType: 'ImportResultsSummary',
        Properties: PROPERTIES,
        Filter: {
          '@_xsi:type': 'SimpleFilterPart',
          Property: 'TaskResultID',
          SimpleOperator: taskResultIds.length === 1 ? 'equals' : 'IN',
          Value: taskResultIds,
        },
        ...(continued === null ? {} : { ContinueRequest: continued }),
      },
    },
  };
}

function envelope(header: XmlElement, body: XmlElement): XmlElement {
  return {
    'soap:Envelope': {
      '@_xmlns:soap': 'http://schemas.xmlsoap.org/soap/envelope/',
      '@_xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
      'soap:Header': header,
      'soap:Body': body,
    },
  };
}
