import { z } from 'zod';
import { baseUrl, exactKeys, exactlyOne } from '../settings-shapes.ts';
import { isTimeZone } from './dates.ts';

const AUTH_URL = 'https://SUB.auth.marketingcloudapis.com';
const SOAP_URL = 'https://SUB.soap.marketingcloudapis.com';
const REST_URL = 'https://SUB.rest.marketingcloudapis.com';

/** Text that an XML document can carry. */
const Credential = z
  .string('expected text')
  .min(1, 'must not be empty')
  .regex(/^\P{Cc}+$/u, 'must not hold control characters, such as a line end');

const Oauth = exactKeys({
  clientId: Credential,
  clientSecret: Credential,
  accountId: z
    .union([z.int().positive(), z.string().regex(/^\d+$/).transform(Number)], {
      error: 'expected the MID of a business unit, a whole number',
    })
    .optional(),
}).transform((oauth) => ({ kind: 'oauth' as const, oauth }));

const UsernameToken = exactKeys({
  username: Credential,
  password: Credential,
}).transform((usernameToken) => ({ kind: 'usernameToken' as const, usernameToken }));

const Auth = exactlyOne<z.infer<typeof Oauth | typeof UsernameToken>>({
  oauth: Oauth,
  usernameToken: UsernameToken,
});

/** The config keys that are this vendor's own. */
export const Settings = exactKeys({
  authUrl: baseUrl(`expected an http(s) URL, like ${AUTH_URL}`).optional(),
  soapUrl: baseUrl(`expected an http(s) URL, like ${SOAP_URL}`).optional(),
  restUrl: baseUrl(`expected an http(s) URL, like ${REST_URL}`).optional(),
  auth: Auth,
  batchSize: z
    .int('expected a whole number')
    .min(1, 'must be at least 1')
    .max(200, 'must be at most 200')
    .default(20),
  /** Central Standard Time, without daylight saving, is what the vendor's servers keep. */
  timeZone: z
    .string('expected the name of a time zone')
    .refine(isTimeZone, 'expected an IANA time zone, like Etc/GMT+6 or America/Chicago')
    .default('Etc/GMT+6'),
}).transform(({ authUrl, soapUrl, restUrl, auth, batchSize, timeZone }, context) => {
  if (auth.kind === 'oauth') {
    if (authUrl !== undefined) {
      return { batchSize, timeZone, access: { ...auth, authUrl, soapUrl, restUrl } };
    }
    context.addIssue({
      code: 'custom',
      path: ['authUrl'],
      message: `is required with auth.oauth, like ${AUTH_URL}`,
    });
    return z.NEVER;
  }
  if (soapUrl !== undefined) return { batchSize, timeZone, access: { ...auth, soapUrl } };
  context.addIssue({
    code: 'custom',
    path: ['soapUrl'],
    message: `is required with auth.usernameToken, like ${SOAP_URL}`,
  });
  return z.NEVER;
});
export type Settings = z.infer<typeof Settings>;

/** Where to knock and what to show there. */
export type Access = Settings['access'];
