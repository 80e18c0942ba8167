/**
 * The request of Salesforce's page "Retrieve the Aggregate Results of an Import Via
 * ImportResultsSummary", verbatim.
 */
export const PUBLISHED_REQUEST = `<?xml version="1.0" encoding="utf-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
   <soapenv:Header>
      <wsse:Security soapenv:mustUnderstand="1" xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">
         <wsse:UsernameToken wsu:Id="UsernameToken-32259181" xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd">
            <wsse:Username>XXXXX</wsse:Username>
            <wsse:Password Type="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText">XXXXX</wsse:Password>
         </wsse:UsernameToken>
      </wsse:Security>
   </soapenv:Header>
   <soapenv:Body>
      <RetrieveRequestMsg xmlns="http://exacttarget.com/wsdl/partnerAPI">
         <RetrieveRequest>
            <ObjectType>ImportResultsSummary</ObjectType>
            <Properties>ImportDefinitionCustomerKey</Properties>
            <Properties>ImportType</Properties>
            <Properties>ImportStatus</Properties>
            <Properties>ID</Properties>
            <Properties>ObjectID</Properties>
            <Properties>NumberDuplicated</Properties>
            <Properties>NumberErrors</Properties>
            <Properties>NumberSuccessful</Properties>
            <Properties>DestinationID</Properties>
            <Properties>TaskResultID</Properties>
     <Filter xsi:type="ns1:SimpleFilterPart" xmlns:ns1="http://exacttarget.com/wsdl/partnerAPI">
               <Property>TaskResultID</Property>
               <SimpleOperator>equals</SimpleOperator>
               <Value>125574039</Value>
            </Filter>
         </RetrieveRequest>
      </RetrieveRequestMsg>
   </soapenv:Body>
</soapenv:Envelope>
`;

/** The recorded answer for TaskResultID 130040236. It was asked for ID, and does not hold it. */
export const RECORDED_ANSWER = `<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd">
 <soap:Header>
  <wsa:Action>RetrieveResponse</wsa:Action>
  <wsa:MessageID>urn:uuid:09b16372-7a90-47d2-a1dd-669d7c00bcf9</wsa:MessageID>
  <wsa:RelatesTo>urn:uuid:6d510939-fee8-4b7d-8630-49cfc27b207d</wsa:RelatesTo>
  <wsa:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</wsa:To>
  <wsse:Security><wsu:Timestamp wsu:Id="Timestamp-..."><wsu:Created>2026-01-01T00:00:00Z</wsu:Created><wsu:Expires>2026-01-01T00:05:00Z</wsu:Expires></wsu:Timestamp></wsse:Security>
 </soap:Header>
 <soap:Body>
  <RetrieveResponseMsg xmlns="http://exacttarget.com/wsdl/partnerAPI">
   <OverallStatus>OK</OverallStatus>
   <RequestID>f37fa7f0-0203-4f45-9cde-4eec947d13bd</RequestID>
   <Results xsi:type="ImportResultsSummary">
    <PartnerKey xsi:nil="true" />
    <ObjectID>f7471f20-6f0e-de11-b30f-001cc494ae9e</ObjectID>
    <ImportDefinitionCustomerKey>MyImportKey</ImportDefinitionCustomerKey>
    <DestinationID>MyDE</DestinationID>
    <NumberSuccessful>2</NumberSuccessful>
    <NumberDuplicated>0</NumberDuplicated>
    <NumberErrors>0</NumberErrors>
    <ImportType>Data Extensions</ImportType>
    <ImportStatus>Completed</ImportStatus>
    <TaskResultID>130040236</TaskResultID>
   </Results>
  </RetrieveResponseMsg>
 </soap:Body>
</soap:Envelope>
`;

/** The summaries behind the published ids, as the properties that each one has. */
export const PUBLISHED_SUMMARIES = [
  // Recorded, see RECORDED_ANSWER.
  {
    ObjectID: 'f7471f20-6f0e-de11-b30f-001cc494ae9e',
    ImportDefinitionCustomerKey: 'MyImportKey',
    DestinationID: 'MyDE',
    NumberSuccessful: '2',
    NumberDuplicated: '0',
    NumberErrors: '0',
    ImportType: 'Data Extensions',
    ImportStatus: 'Completed',
    TaskResultID: '130040236',
  },
  // Recorded in the same set of vendor pages: an import into a list, with only these properties.
  {
    ImportDefinitionCustomerKey: 'SAP_IMP_KEY_1',
    DestinationID: '1942713',
    NumberSuccessful: '1',
    ImportType: 'Subscriber List',
    ImportStatus: 'Completed',
    TaskResultID: '129159023',
  },
  // The id of the page's .NET sample. The page shows no answer: dates and counters are those of
  // the REST sample in https://github.com/JakeJP/Salesforce.MCE.REST, the rest is made up.
  {
    ID: '1',
    ObjectID: '5c2f3b0e-0000-4000-8000-000000001234',
    ImportDefinitionCustomerKey: 'dotnet-sample',
    StartDate: '10/16/2023 10:22:26 AM',
    EndDate: '10/16/2023 10:22:31 AM',
    DestinationID: '5c2f3b0e-0000-4000-8000-00000000de01',
    NumberSuccessful: '8',
    NumberDuplicated: '0',
    NumberErrors: '2',
    TotalRows: '10',
    ImportType: 'Data Extensions',
    ImportStatus: 'Completed',
    TaskResultID: '1234',
  },
  // The id of PUBLISHED_REQUEST. The page shows no answer: the values are made up.
  {
    ID: '2',
    ObjectID: '5c2f3b0e-0000-4000-8000-000125574039',
    ImportDefinitionCustomerKey: 'soap-sample',
    StartDate: '10/16/2023 10:22:26 AM',
    EndDate: '10/16/2023 10:22:31 AM',
    DestinationID: '5c2f3b0e-0000-4000-8000-00000000de02',
    NumberSuccessful: '10',
    NumberDuplicated: '0',
    NumberErrors: '0',
    TotalRows: '10',
    ImportType: 'Data Extensions',
    ImportStatus: 'Completed',
    TaskResultID: '125574039',
  },
] as const satisfies readonly Readonly<Record<string, string>>[];
