/** The part of Salesforce's official Node client that the tests use; it ships no types. */
declare module 'sfmc-fuelsdk-node' {
  type Callback = (
    error: (Error & { readonly faultstring?: string }) | null,
    answer: { readonly body: unknown } | null,
  ) => void;

  export default class ET_Client {
    constructor(
      clientId: string,
      clientSecret: string,
      stack: null,
      options: {
        readonly authOrigin: string;
        readonly authOptions: { readonly authVersion: 2; readonly accountId: number };
      },
    );
    readonly FuelAuthClient: { invalidateToken(): void };
    readonly SoapClient: {
      retrieve(
        type: string,
        properties: readonly string[],
        options: {
          readonly filter?: {
            readonly leftOperand: string;
            readonly operator: string;
            readonly rightOperand: string | readonly string[];
          };
          readonly continueRequest?: string;
        },
        callback: Callback,
      ): void;
    };
  }
}
