import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimulator } from '../../../src/providers/marketing-cloud/simulator.ts';
import type { SimulatedAnswer, VendorScenario } from '../../../src/providers/simulation.ts';
import { ENDED_LOAD, START, textOf } from './setup.ts';

const ORIGIN = 'http://sfmc.example:8080';
const USERNAME_TOKEN =
  '<w:Security xmlns:w="urn:w"><w:UsernameToken><w:Username>u</w:Username><w:Password>p</w:Password></w:UsernameToken></w:Security>';

interface Call {
  readonly header?: string;
  readonly request: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly scenario?: VendorScenario;
}

function open(pageSize = 2500) {
  const clock = { now: START };
  const simulator = createSimulator({ now: () => clock.now, seed: 3, pageSize });

  function send(path: string, body: string, headers = {}, scenario: VendorScenario = 'healthy') {
    const url = new URL(path, ORIGIN);
    return simulator.answer({ method: 'POST', url, headers, body }, scenario);
  }
  function call({ header = USERNAME_TOKEN, request, headers, scenario }: Call): SimulatedAnswer {
    const envelope = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><s:Header>${header}</s:Header><s:Body>${request}</s:Body></s:Envelope>`;
    return send('/Service.asmx', envelope, headers ?? { soapaction: 'Retrieve' }, scenario);
  }
  function token(scenario?: VendorScenario): SimulatedAnswer {
    const body = { grant_type: 'client_credentials', client_id: 'a', client_secret: 'b' };
    return send('/v2/token', JSON.stringify(body), {}, scenario);
  }
  return { clock, simulator, send, call, token };
}

function youngEnvelope(request: string): string {
  return `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header><a:Action xmlns:a="urn:a">Retrieve</a:Action>${USERNAME_TOKEN}</s:Header><s:Body>${request}</s:Body></s:Envelope>`;
}

function retrieve(filter: string, { type = 'ImportResultsSummary', more = '' } = {}): string {
  return `<RetrieveRequestMsg><RetrieveRequest><ObjectType>${type}</ObjectType><Properties>TaskResultID</Properties><Properties>ImportStatus</Properties>${filter}${more}</RetrieveRequest></RetrieveRequestMsg>`;
}

function simple(property: string, operator: string, ...values: readonly string[]): string {
  const list = values.map((value) => `<Value>${value}</Value>`).join('');
  return `<Property>${property}</Property><SimpleOperator>${operator}</SimpleOperator>${list}`;
}

function filterOf(inner: string): string {
  return `<Filter i:type="SimpleFilterPart">${inner}</Filter>`;
}

function idsIn(answer: SimulatedAnswer): readonly (string | undefined)[] {
  return [...textOf(answer).matchAll(/<TaskResultID>(\d+)</g)].map(([, id]) => id);
}

function tagIn(answer: SimulatedAnswer, name: string): string | undefined {
  return new RegExp(`<${name}[^>]*>([^<]*)</${name}>`).exec(textOf(answer))?.[1];
}

test('makes up ids that are ints, the same in every run', () => {
  const [first, second] = [open().simulator, open().simulator];
  const ids = [first.start(ENDED_LOAD), first.start(ENDED_LOAD)];
  assert.deepEqual([second.start(ENDED_LOAD), second.start(ENDED_LOAD)], ids);
  for (const id of ids) assert.ok(/^\d+$/.test(id) && Number(id) <= 2_147_483_647);
  assert.notEqual(ids[0], ids[1]);
});

for (const action of [
  { soapaction: 'Retrieve' },
  { soapaction: '"Retrieve"' },
  { 'content-type': 'application/soap+xml; charset=utf-8; action="Retrieve"' },
]) {
  test(`takes the action from ${JSON.stringify(action)}`, () => {
    const answer = open().call({
      request: retrieve(filterOf(simple('TaskResultID', 'equals', '1234'))),
      headers: action,
    });
    assert.deepEqual(idsIn(answer), ['1234']);
  });
}

test('takes the action from WS-Addressing when HTTP has none', () => {
  const answer = open().call({
    header: `<a:Action xmlns:a="urn:a" s:mustUnderstand="1">Retrieve</a:Action>${USERNAME_TOKEN}`,
    request: retrieve(filterOf(simple('TaskResultID', 'equals', '1234'))),
    headers: { soapaction: '""' },
  });
  assert.deepEqual(idsIn(answer), ['1234']);
});

test('answers another action with the vendor’s client fault', () => {
  const answer = open().call({ request: retrieve(''), headers: { soapaction: 'Test' } });
  assert.equal(answer.status, 500);
  assert.equal(tagIn(answer, 'faultcode'), 'soap:Client');
  assert.equal(
    tagIn(answer, 'faultstring'),
    'Server did not recognize the value of HTTP Header SOAPAction: Test.',
  );
});

test('takes the body before the header, default namespaces and other prefixes', () => {
  const { send, token } = open();
  const { access_token: bearer } = JSON.parse(textOf(token()));
  const answer = send(
    '/Service.asmx',
    `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><par:RetrieveRequestMsg xmlns:par="http://exacttarget.com/wsdl/partnerAPI"><par:RetrieveRequest><par:Filter><par:Value>1234</par:Value><par:SimpleOperator>equals</par:SimpleOperator><par:Property>TaskResultID</par:Property></par:Filter><par:Properties>TaskResultID</par:Properties><par:ObjectType>ImportResultsSummary</par:ObjectType></par:RetrieveRequest></par:RetrieveRequestMsg></Body><Header><fueloauth>${bearer}</fueloauth></Header></Envelope>`,
    { soapaction: 'Retrieve' },
  );
  assert.deepEqual(idsIn(answer), ['1234']);
});

test('answers SOAP 1.2 in SOAP 1.2', () => {
  const { send } = open();
  const good = send('/Service.asmx', youngEnvelope(retrieve('')));
  assert.match(
    textOf(good),
    /<soap:Envelope xmlns:soap="http:\/\/www.w3.org\/2003\/05\/soap-envelope"/,
  );
  const bad = send('/Service.asmx', youngEnvelope('<Nothing/>'));
  assert.equal(bad.status, 500);
  assert.equal(tagIn(bad, 'soap:Value'), 'soap:Sender');
});

test('names the object types and properties that it does not know, with HTTP 200', () => {
  const { call } = open();
  const type = call({ request: retrieve('', { type: 'Foo' }) });
  assert.equal(type.status, 200);
  assert.equal(
    tagIn(type, 'OverallStatus'),
    'Error: Unable to find a handler for object type: Foo. Object types are case-sensitive, check spelling.',
  );
  const property = call({ request: retrieve('<Properties>Bogus</Properties>') });
  assert.equal(property.status, 200);
  assert.equal(
    tagIn(property, 'OverallStatus'),
    'Error: The Request Property(s) Bogus do not match with the fields of ImportResultsSummary retrieve',
  );
  const filter = call({ request: retrieve(filterOf(simple('Bogus', 'equals', '1'))) });
  assert.match(tagIn(filter, 'OverallStatus') ?? '', /^Error: .*Bogus/);
});

test('filters by equals, by IN, by AND and OR, and by other properties', () => {
  const { call } = open();
  const answered = (filter: string) => idsIn(call({ request: retrieve(filter) }));
  assert.deepEqual(answered(filterOf(simple('TaskResultID', 'IN', '1234', '130040236', '5'))), [
    '130040236',
    '1234',
  ]);
  assert.deepEqual(answered(filterOf(simple('TaskResultID', 'equals', '5'))), []);
  const either = `<Filter i:type="ComplexFilterPart"><LeftOperand>${simple('TaskResultID', 'equals', '1234')}</LeftOperand><LogicalOperator>OR</LogicalOperator><RightOperand>${simple('TaskResultID', 'equals', '125574039')}</RightOperand></Filter>`;
  assert.deepEqual(answered(either), ['1234', '125574039']);
  const three = either.replace(
    '</Filter>',
    `<AdditionalOperands><Operand>${simple('TaskResultID', 'equals', '130040236')}</Operand></AdditionalOperands></Filter>`,
  );
  assert.deepEqual(answered(three), ['130040236', '1234', '125574039']);
  assert.deepEqual(answered(either.replace('OR', 'AND')), []);
  assert.deepEqual(answered(filterOf(simple('ImportType', 'equals', 'Subscriber List'))), [
    '129159023',
  ]);
});

test('answers only the properties asked for', () => {
  const answer = open().call({ request: retrieve('') });
  assert.doesNotMatch(textOf(answer), /NumberSuccessful|DestinationID/);
  const nested = open().call({ request: retrieve('<Properties>Client.ID</Properties>') });
  assert.equal(tagIn(nested, 'OverallStatus'), 'OK');
});

test('pages by the smaller of its own size and the BatchSize asked for', () => {
  const { call } = open(3);
  const two = retrieve('', { more: '<Options><BatchSize>2</BatchSize></Options>' });
  const first = call({ request: two });
  assert.equal(tagIn(first, 'OverallStatus'), 'MoreDataAvailable');
  assert.deepEqual(idsIn(first), ['130040236', '129159023']);
  const next = retrieve('', {
    more: `<ContinueRequest>${tagIn(first, 'RequestID')}</ContinueRequest>`,
  });
  const second = call({ request: next });
  assert.equal(tagIn(second, 'OverallStatus'), 'OK');
  assert.deepEqual(idsIn(second), ['1234', '125574039']);
  assert.match(tagIn(call({ request: next }), 'OverallStatus') ?? '', /^Error/);

  const large = retrieve('', { more: '<Options><BatchSize>100</BatchSize></Options>' });
  assert.equal(idsIn(call({ request: large })).length, 3);
});

test('refuses callers without a credential, with a dead token, and with an unknown one', () => {
  const { call, token, clock, simulator } = open();
  const bearer = (): string => `<fueloauth>${JSON.parse(textOf(token())).access_token}</fueloauth>`;
  const reasonFor = (header: string) =>
    tagIn(call({ header, request: retrieve('') }), 'faultstring');

  assert.equal(reasonFor(''), 'Login Failed');
  assert.equal(reasonFor('<Security><UsernameToken/></Security>'), 'Login Failed');
  assert.equal(reasonFor('<fueloauth>made-up</fueloauth>'), 'Token Expired');
  const live = bearer();
  assert.equal(reasonFor(live), undefined);
  clock.now = START + 1_079_000;
  assert.equal(reasonFor(live), 'Token Expired');
  const next = bearer();
  assert.equal(reasonFor(next), undefined);
  simulator.expireTokens();
  assert.equal(reasonFor(next), 'Token Expired');
});

test('a fault for credentials has the recorded code and status', () => {
  const answer = open().call({ header: '', request: retrieve('') });
  assert.equal(answer.status, 500);
  assert.equal(tagIn(answer, 'faultcode'), 'q0:Security');
  assert.match(textOf(answer), /<soap:Body><soap:Fault><faultcode /);
  assert.equal(tagIn(answer, 'faultactor'), `${ORIGIN}/Service.asmx`);
});

test('a token names the address it was asked at, with a slash at the end', () => {
  const answer = open().token();
  const token = JSON.parse(textOf(answer));
  assert.equal(answer.status, 200);
  assert.equal(token.expires_in, 1079);
  assert.equal(token.token_type, 'Bearer');
  assert.equal(token.soap_instance_url, `${ORIGIN}/`);
  assert.equal(token.rest_instance_url, `${ORIGIN}/`);
});

test('refuses token requests that the vendor would refuse', () => {
  const { send } = open();
  const ask = (body: object | string) =>
    send('/v2/token', typeof body === 'string' ? body : JSON.stringify(body));
  const refused = ask({ grant_type: 'client_credentials', client_id: 'a' });
  assert.equal(refused.status, 401);
  assert.equal(JSON.parse(textOf(refused)).error, 'invalid_client');
  assert.equal(ask({ grant_type: 'password', client_id: 'a', client_secret: 'b' }).status, 400);
  assert.equal(ask('grant_type=client_credentials').status, 400);
});

test('imitates a vendor that refuses, throttles or has forgotten', () => {
  const { call, token } = open();
  const request = retrieve(filterOf(simple('TaskResultID', 'equals', '1234')));

  assert.equal(JSON.parse(textOf(token('unauthorized'))).error, 'invalid_client');
  const refused = call({ request, scenario: 'unauthorized' });
  assert.equal(tagIn(refused, 'faultstring'), 'Login Failed');

  assert.equal(token('rate-limited').status, 429);
  assert.equal(token('rate-limited').headers['retry-after'], '5');
  const throttled = call({ request, scenario: 'rate-limited' });
  assert.equal(throttled.status, 500);
  assert.doesNotMatch(textOf(throttled), /Fault/);

  const forgotten = call({ request, scenario: 'expired' });
  assert.equal(tagIn(forgotten, 'OverallStatus'), 'OK');
  assert.doesNotMatch(textOf(forgotten), /<Results/);
});

test('starts a load when told to perform an ImportDefinition', () => {
  const { call, clock } = open();
  const performed = call({
    request:
      '<PerformRequestMsg><Action>start</Action><Definitions><Definition i:type="ns1:ImportDefinition"><CustomerKey>A&amp;B</CustomerKey></Definition></Definitions></PerformRequestMsg>',
    headers: { soapaction: 'Perform' },
  });
  assert.equal(performed.status, 200);
  const id = tagIn(performed, 'ID') ?? '';
  assert.equal(tagIn(performed, 'CustomerKey'), 'A&amp;B');
  assert.ok(textOf(performed).includes(`ImportDefinition performed AsyncID:${id}`));
  const request = retrieve(filterOf(simple('TaskResultID', 'equals', id)));
  assert.equal(tagIn(call({ request }), 'ImportStatus'), 'New');
  clock.now = START + 60_000;
  assert.equal(tagIn(call({ request }), 'ImportStatus'), 'Completed');
});

test('never throws for a bad request', () => {
  const { send, simulator } = open();
  for (const body of ['', 'no XML', '<a/>', '<!DOCTYPE a><a/>', '{"a":1}']) {
    const answer = send('/Service.asmx', body, { soapaction: 'Retrieve' });
    assert.equal(tagIn(answer, 'faultcode'), 'soap:Client');
    assert.ok(send('/v2/token', body).status >= 400);
  }
  assert.equal(send('/elsewhere', '').status, 404);
  const url = new URL('/Service.asmx?wsdl', ORIGIN);
  assert.equal(
    simulator.answer({ method: 'GET', url, headers: {}, body: '' }, 'healthy').status,
    404,
  );
});
