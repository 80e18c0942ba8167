import { z } from 'zod';
import type { SimulatedAnswer, SimulatedRequest } from '../simulation.ts';
import { readXml, writeXml } from './xml.ts';
import type { XmlElement } from './xml.ts';

/** A SOAP request as the simulator reads it: any prefix, any order, SOAP 1.1 or 1.2. */
export interface SoapRequest {
  readonly version: SoapVersion;
  /** From the HTTP header, else from WS-Addressing; empty when there is none. */
  readonly action: string;
  readonly token: string | null;
  readonly hasUsernameToken: boolean;
  readonly body: unknown;
}

export type SoapVersion = '1.1' | '1.2';

export interface SoapFault {
  readonly code: 'Client' | 'Server' | 'Security';
  readonly reason: string;
}

/** The text of an element, with or without attributes. */
export const ElementText = z
  .union([
    z.string(),
    z.object({ '#text': z.string().default('') }).transform((element) => element['#text']),
  ])
  .default('');

/** An element that may be absent, alone or repeated. */
export function listOf<T>(shape: z.ZodType<T>): z.ZodType<readonly T[]> {
  return z.preprocess(asList, z.array(shape));
}

function asList(value: unknown): unknown {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** An empty element reads as a text, as if it were absent. */
const UsernameToken = z
  .object({ Username: ElementText, Password: ElementText })
  .optional()
  .catch(undefined);
const Security = z.object({ UsernameToken }).optional().catch(undefined);

const RequestEnvelope = z.object({
  Envelope: z.object({
    Header: z
      .object({ Action: ElementText, fueloauth: ElementText, Security })
      .optional()
      .catch(undefined),
    Body: z.unknown(),
  }),
});

const SOAP_NAMESPACE: Readonly<Record<SoapVersion, string>> = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
};

/** Reads an envelope; null when the text is none. */
export function findSoapRequest({ body, headers }: SimulatedRequest): SoapRequest | null {
  const xml = readXml(body);
  const envelope = RequestEnvelope.safeParse(xml.kind === 'read' ? xml.tree : null);
  if (!envelope.success) return null;
  const { Header: header, Body } = envelope.data.Envelope;
  const username = header?.Security?.UsernameToken;
  return {
    version: body.includes(SOAP_NAMESPACE['1.2']) ? '1.2' : '1.1',
    action: actionOfHttp(headers) || (header?.Action ?? ''),
    token: header?.fueloauth || null,
    hasUsernameToken: Boolean(username?.Username && username.Password),
    body: Body,
  };
}

/** Clients send the action bare or in quotes; SOAP 1.2 makes it a parameter of the media type. */
function actionOfHttp(headers: SimulatedRequest['headers']): string {
  const parameter = /;\s*action="?([^";]*)/i.exec(headers['content-type'] ?? '');
  return (headers['soapaction'] ?? parameter?.[1] ?? '').replaceAll('"', '').trim();
}

export function soapAnswer(
  version: SoapVersion,
  action: string,
  body: XmlElement,
): SimulatedAnswer {
  return answerWith(200, version, action, body);
}

/** Faults come with HTTP 500, as recorded for `Token Expired`. */
export function soapFault(
  version: SoapVersion,
  { code, reason }: SoapFault,
  serviceUrl: string,
): SimulatedAnswer {
  const prefix = code === 'Security' ? 'q0' : 'soap';
  const security = code === 'Security' ? { '@_xmlns:q0': WSSE } : {};
  const fault: XmlElement =
    version === '1.1'
      ? {
          faultcode: { ...security, '#text': `${prefix}:${code}` },
          faultstring: reason,
          faultactor: serviceUrl,
          detail: '',
        }
      : {
          'soap:Code': {
            'soap:Value': code === 'Server' ? 'soap:Receiver' : 'soap:Sender',
            ...(code === 'Security'
              ? { 'soap:Subcode': { 'soap:Value': { ...security, '#text': 'q0:Security' } } }
              : {}),
          },
          'soap:Reason': { 'soap:Text': { '@_xml:lang': 'en', '#text': reason } },
        };
  return answerWith(500, version, FAULT_ACTION, { 'soap:Fault': fault });
}

const FAULT_ACTION = 'http://schemas.xmlsoap.org/ws/2004/08/addressing/fault';
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';

/** The prefixes are the vendor's to the letter: both public Node clients read those names. */
function answerWith(
  status: number,
  version: SoapVersion,
  action: string,
  body: XmlElement,
): SimulatedAnswer {
  const mediaType = version === '1.1' ? 'text/xml' : 'application/soap+xml';
  return {
    status,
    headers: { 'content-type': `${mediaType}; charset=utf-8` },
    body: writeXml({
      'soap:Envelope': {
        '@_xmlns:soap': SOAP_NAMESPACE[version],
        '@_xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
        '@_xmlns:xsd': 'http://www.w3.org/2001/XMLSchema',
        '@_xmlns:wsa': 'http://schemas.xmlsoap.org/ws/2004/08/addressing',
        'soap:Header': {
          'wsa:Action': action,
          'wsa:To': 'http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous',
        },
        'soap:Body': body,
      },
    }),
  };
}
