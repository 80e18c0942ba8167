import { z } from 'zod';
import { isTimeZone } from './dates.ts';

const HttpUrl = z
  .url({
    protocol: /^https?$/,
    error: 'expected an http(s) URL, like https://SUB.auth.marketingcloudapis.com',
  })
  .transform((text) => new URL(text))
  .refine((url) => url.search === '' && url.hash === '', 'must not have a query or a fragment')
  .refine((url) => url.username === '' && url.password === '', 'must not hold credentials');

/** Text that an XML document can carry. */
const Credential = z
  .string('expected text')
  .min(1, 'must not be empty')
  .regex(/^\P{Cc}+$/u, 'must not hold control characters, such as a line end');

const Auth = z
  .strictObject({
    oauth: z
      .strictObject({
        clientId: Credential,
        clientSecret: Credential,
        accountId: z
          .union([z.int().positive(), z.string().regex(/^\d+$/).transform(Number)], {
            error: 'expected the MID of a business unit, a whole number',
          })
          .optional(),
      })
      .optional(),
    usernameToken: z.strictObject({ username: Credential, password: Credential }).optional(),
  })
  .transform(({ oauth, usernameToken }, context) => {
    if (oauth !== undefined && usernameToken === undefined)
      return { kind: 'oauth', oauth } as const;
    if (oauth === undefined && usernameToken !== undefined) {
      return { kind: 'usernameToken', usernameToken } as const;
    }
    context.addIssue({
      code: 'custom',
      message: 'expected exactly one of oauth and usernameToken',
    });
    return z.NEVER;
  });

/** The config keys that are this vendor's own. */
export const Settings = z
  .strictObject({
    authUrl: HttpUrl.optional(),
    soapUrl: HttpUrl.optional(),
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
  })
  .transform(({ authUrl, soapUrl, auth, batchSize, timeZone }, context) => {
    if (auth.kind === 'oauth') {
      if (authUrl !== undefined) {
        return { batchSize, timeZone, access: { ...auth, authUrl, soapUrl } };
      }
      context.addIssue({
        code: 'custom',
        path: ['authUrl'],
        message: 'is required with auth.oauth, like https://SUB.auth.marketingcloudapis.com',
      });
      return z.NEVER;
    }
    if (soapUrl !== undefined) return { batchSize, timeZone, access: { ...auth, soapUrl } };
    context.addIssue({
      code: 'custom',
      path: ['soapUrl'],
      message: 'is required with auth.usernameToken, like https://SUB.soap.marketingcloudapis.com',
    });
    return z.NEVER;
  });
export type Settings = z.infer<typeof Settings>;

/** Where to knock and what to show there. */
export type Access = Settings['access'];
