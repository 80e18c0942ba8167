import { z } from 'zod';
import { ORDINARY_LOAD } from '../simulation.ts';
import type {
  SimulatedAnswer,
  SimulatedLoad,
  SimulatedRequest,
  Simulator,
  SimulatorOptions,
  VendorScenario,
} from '../simulation.ts';
import { PUBLISHED_SUMMARIES } from './published.ts';
import { findRefusal, passes, resultOf, RetrieveRequest } from './simulated-retrieve.ts';
import { ElementText, findSoapRequest, listOf, soapAnswer, soapFault } from './simulated-soap.ts';
import type { SoapFault, SoapRequest } from './simulated-soap.ts';
import { summaryOf } from './simulated-summaries.ts';
import type { SimulatedSummary, StartedLoad } from './simulated-summaries.ts';
import { createSimulatedTokens, REST_THROTTLED } from './simulated-tokens.ts';
import {
  REST_FORBIDDEN,
  REST_NOT_FOUND,
  REST_REFUSED,
  validationResult,
  validationSummary,
} from './simulated-validation.ts';

export interface MarketingCloudSimulatorOptions extends SimulatorOptions {
  /** How many results one page holds at most; the vendor's 2,500 when absent. */
  readonly pageSize?: number;
  /** What tokens allow; reading and starting automations when absent. */
  readonly scope?: string;
}

export interface MarketingCloudSimulator extends Simulator {
  /** Kills every token that is alive, as the vendor may at any time. */
  expireTokens(): void;
}

const VENDOR_PAGE_SIZE = 2500;
const MOST_OPEN_PAGERS = 100;

/** A retrieve that has more to give. */
interface Pager {
  readonly taskResultIds: readonly string[];
  readonly request: RetrieveRequest;
}

export function createSimulator({
  now,
  seed,
  pageSize = VENDOR_PAGE_SIZE,
  scope = 'automations_execute automations_read',
}: MarketingCloudSimulatorOptions): MarketingCloudSimulator {
  const loads = new Map<string, StartedLoad>();
  const pagers = new Map<string, Pager>();
  const tokens = createSimulatedTokens({ now, seed, scope });
  let madeIds = 0;
  let requestIds = 0;

  function start(load: SimulatedLoad, customerKey?: string): string {
    madeIds += 1;
    const taskResultId =
      load.externalId ?? String(200_000_000 + (seed % 1000) * 1_000_000 + madeIds);
    loads.set(taskResultId, {
      taskResultId,
      customerKey: customerKey ?? `import-${taskResultId}`,
      load,
      startedAt: now(),
    });
    return taskResultId;
  }

  function listSummaries(scenario: VendorScenario): readonly SimulatedSummary[] {
    if (scenario === 'expired') return [];
    const published = PUBLISHED_SUMMARIES.filter(({ TaskResultID }) => !loads.has(TaskResultID));
    const started = [...loads.values()].map((load) => summaryOf(load, now()));
    return [...published, ...started.filter((summary) => summary !== null)];
  }

  function nextRequestId(): string {
    requestIds += 1;
    return `${hex(seed, 8)}-0000-4000-8000-${hex(requestIds, 12)}`;
  }

  function findCredentialFault(soap: SoapRequest, scenario: VendorScenario): SoapFault | null {
    if (scenario === 'unauthorized') return LOGIN_FAILED;
    if (soap.hasUsernameToken) return null;
    if (soap.token === null) return LOGIN_FAILED;
    return tokens.isAlive(soap.token) ? null : TOKEN_EXPIRED;
  }

  function answerSoap(request: SimulatedRequest, scenario: VendorScenario): SimulatedAnswer {
    if (scenario === 'rate-limited') return SOAP_THROTTLED;
    const soap = findSoapRequest(request);
    const serviceUrl = `${request.url.origin}${request.url.pathname}`;
    if (soap === null) return soapFault('1.1', UNREADABLE, serviceUrl);
    const refused = findCredentialFault(soap, scenario);
    if (refused !== null) return soapFault(soap.version, refused, serviceUrl);
    const retrieve = RetrieveRequest.safeParse(soap.body);
    if (soap.action === 'Retrieve' && retrieve.success) {
      const { RetrieveRequest: asked } = retrieve.data.RetrieveRequestMsg;
      return answerRetrieve(soap, asked, scenario);
    }
    const perform = PerformRequest.safeParse(soap.body);
    if (soap.action === 'Perform' && perform.success) return answerPerform(soap, perform.data);
    const isKnown = soap.action === 'Retrieve' || soap.action === 'Perform';
    const fault = isKnown ? UNREADABLE : unknownAction(soap.action);
    return soapFault(soap.version, fault, serviceUrl);
  }

  function answerRetrieve(
    soap: SoapRequest,
    request: RetrieveRequest,
    scenario: VendorScenario,
  ): SimulatedAnswer {
    const requestId = nextRequestId();
    const answer = (
      status: string,
      results: readonly SimulatedSummary[],
      properties: readonly string[],
    ) =>
      soapAnswer(soap.version, 'RetrieveResponse', {
        RetrieveResponseMsg: {
          '@_xmlns': PARTNER_API,
          OverallStatus: status,
          RequestID: requestId,
          Results: results.map((summary) => resultOf(summary, properties)),
        },
      });
    const refusal = findRefusal(request);
    if (refusal !== null) return answer(refusal, [], []);
    const pager = openPager(request, scenario);
    if (pager === null) return answer('Error: Invalid ContinueRequest', [], []);

    const size = Math.min(pageSize, pager.request.Options?.BatchSize || VENDOR_PAGE_SIZE);
    const page = new Set(pager.taskResultIds.slice(0, size));
    const rest = pager.taskResultIds.slice(size);
    if (rest.length > 0) keepPager(requestId, { ...pager, taskResultIds: rest });
    const shown = listSummaries(scenario).filter((summary) => page.has(summary.TaskResultID ?? ''));
    return answer(rest.length > 0 ? 'MoreDataAvailable' : 'OK', shown, pager.request.Properties);
  }

  function openPager(request: RetrieveRequest, scenario: VendorScenario): Pager | null {
    if (request.ContinueRequest !== '') {
      const pager = pagers.get(request.ContinueRequest) ?? null;
      pagers.delete(request.ContinueRequest);
      return pager;
    }
    const matches = listSummaries(scenario).filter((summary) => passes(summary, request.Filter));
    return { taskResultIds: matches.map((summary) => summary.TaskResultID ?? ''), request };
  }

  function keepPager(requestId: string, pager: Pager): void {
    pagers.set(requestId, pager);
    const [oldest] = pagers.keys();
    if (pagers.size > MOST_OPEN_PAGERS && oldest !== undefined) pagers.delete(oldest);
  }

  /** Starts an ordinary load for each ImportDefinition. */
  function answerPerform(
    soap: SoapRequest,
    { PerformRequestMsg: { Definitions } }: z.infer<typeof PerformRequest>,
  ): SimulatedAnswer {
    const results = Definitions.Definition.map(({ CustomerKey, ObjectID }) => {
      const key = CustomerKey || ObjectID;
      const taskResultId = start(ORDINARY_LOAD, key);
      return {
        StatusCode: 'OK',
        StatusMessage: `ImportDefinition performed AsyncID:${taskResultId}`,
        Object: { '@_xsi:type': 'ImportDefinition', CustomerKey: key },
        Task: { StatusCode: 'OK', StatusMessage: 'OK', ID: taskResultId },
      };
    });
    return soapAnswer(soap.version, 'PerformResponse', {
      PerformResponseMsg: {
        '@_xmlns': PARTNER_API,
        Results: { Result: results },
        OverallStatus: 'OK',
        OverallStatusMessage: '',
        RequestID: nextRequestId(),
      },
    });
  }

  function answerValidation(
    request: SimulatedRequest,
    [, taskResultId, what]: RegExpExecArray,
    scenario: VendorScenario,
  ): SimulatedAnswer {
    if (scenario === 'rate-limited') return REST_THROTTLED;
    const token = /^Bearer (\S+)$/.exec(request.headers['authorization'] ?? '')?.[1] ?? '';
    if (scenario === 'unauthorized' || !tokens.isAlive(token)) return REST_REFUSED;
    if (!scope.split(' ').includes('automations_read')) return REST_FORBIDDEN;
    const summary = listSummaries(scenario).find((one) => one.TaskResultID === taskResultId);
    if (summary === undefined) return REST_NOT_FOUND;
    return what === 'validationsummary' ? validationSummary(summary) : validationResult(summary);
  }

  return {
    endings: ['completed', 'failed'],
    start: (load) => start(load),
    expireTokens: () => tokens.expireAll(),
    answer(request, scenario) {
      const route = `${request.method} ${request.url.pathname.toLowerCase()}`;
      if (route === 'POST /v2/token') return tokens.answer(request, scenario);
      if (route === 'POST /service.asmx') return answerSoap(request, scenario);
      const validation = VALIDATION_ROUTE.exec(route);
      if (validation !== null) return answerValidation(request, validation, scenario);
      return { status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>Not Found</h1>' };
    },
  };
}

const VALIDATION_ROUTE =
  /^GET \/data\/v1\/async\/import\/([^/]+)\/(validationsummary|validationresult)$/;

const PARTNER_API = 'http://exacttarget.com/wsdl/partnerAPI';

const PerformRequest = z.object({
  PerformRequestMsg: z.object({
    Action: z.string().regex(/^start$/i),
    Definitions: z.object({
      Definition: listOf(z.object({ CustomerKey: ElementText, ObjectID: ElementText })),
    }),
  }),
});

const LOGIN_FAILED: SoapFault = { code: 'Security', reason: 'Login Failed' };
const TOKEN_EXPIRED: SoapFault = { code: 'Security', reason: 'Token Expired' };
const UNREADABLE: SoapFault = { code: 'Client', reason: 'Server was unable to read request.' };

function unknownAction(action: string): SoapFault {
  const reason = `Server did not recognize the value of HTTP Header SOAPAction: ${action}.`;
  return { code: 'Client', reason };
}

/** The vendor says HTTP 500 and no more; that there is no fault in it is an assumption. */
const SOAP_THROTTLED: SimulatedAnswer = {
  status: 500,
  headers: { 'content-type': 'text/html' },
  body: '<html><body>The service is unavailable.</body></html>',
};

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0').slice(-digits);
}
