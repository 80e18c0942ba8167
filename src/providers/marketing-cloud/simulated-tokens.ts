import { z } from 'zod';
import { findJson } from '../simulated-request.ts';
import { jsonAnswer } from '../simulation.ts';
import type {
  SimulatedAnswer,
  SimulatedRequest,
  SimulatorOptions,
  VendorScenario,
} from '../simulation.ts';
import type { TokenAnswer } from './wire.ts';

/** The token endpoint, and what became of its tokens. */
export interface SimulatedTokens {
  answer(request: SimulatedRequest, scenario: VendorScenario): SimulatedAnswer;
  isAlive(token: string): boolean;
  expireAll(): void;
}

export interface SimulatedTokensOptions extends SimulatorOptions {
  /** What tokens allow, words with spaces between them. */
  readonly scope: string;
}

/** Recorded; the vendor's page says 20 minutes. */
const LIFETIME_S = 1079;

export function createSimulatedTokens(options: SimulatedTokensOptions): SimulatedTokens {
  const { now, seed, scope } = options;
  const diesAtByToken = new Map<string, number>();
  let issued = 0;

  function issue(): string {
    for (const [token, diesAt] of diesAtByToken) if (diesAt <= now()) diesAtByToken.delete(token);
    issued += 1;
    const token = `simulated-token-${seed}-${issued}`;
    diesAtByToken.set(token, now() + LIFETIME_S * 1000);
    return token;
  }

  return {
    isAlive: (token) => (diesAtByToken.get(token) ?? 0) > now(),
    expireAll: () => diesAtByToken.clear(),
    answer(request, scenario) {
      if (scenario === 'rate-limited') return REST_THROTTLED;
      const body = TokenRequest.safeParse(findJson(request.body));
      if (!body.success) return jsonAnswer(400, { error: 'invalid_request' });
      const { grant_type: grant, client_id: id, client_secret: secret } = body.data;
      if (grant !== 'client_credentials') {
        return jsonAnswer(400, { error: 'unsupported_grant_type' });
      }
      if (scenario === 'unauthorized' || id === '' || secret === '') return INVALID_CLIENT;
      const answer: TokenAnswerBody = {
        access_token: issue(),
        token_type: 'Bearer',
        expires_in: LIFETIME_S,
        scope,
        // With a slash at the end: fuel-soap appends `Service.asmx` as it is.
        soap_instance_url: `${request.url.origin}/`,
        rest_instance_url: `${request.url.origin}/`,
      };
      return jsonAnswer(200, answer);
    },
  };
}

const TokenRequest = z.object({
  grant_type: z.string(),
  client_id: z.string().default(''),
  client_secret: z.string().default(''),
});

interface TokenAnswerBody extends z.input<typeof TokenAnswer> {
  readonly token_type: 'Bearer';
  readonly scope: string;
}

/** Recorded: https://github.com/DougMidgley/SFMC-SDK, test/resources/auth.js */
const INVALID_CLIENT = jsonAnswer(401, {
  error: 'invalid_client',
  error_description:
    'Client authentication failed. See authentication documentation for more information.',
  error_uri: 'https://developer.salesforce.com/docs',
});

/** https://developer.salesforce.com/docs/atlas.en-us.mc-apis.meta/mc-apis/rate-limiting-errors.htm */
export const REST_THROTTLED = jsonAnswer(
  429,
  { message: 'Rate limit exceeded', errorcode: 50100, retryAfter: 5, documentation: '' },
  { 'retry-after': '5' },
);
