import { z } from 'zod';

const DEFAULT_BASE_URL = 'https://developers.micro.so';

/** Kept as origin and path without a trailing slash, so that a path can be appended. */
const BaseUrl = z
  .url({ protocol: /^https?$/, error: `expected an http or https URL such as ${DEFAULT_BASE_URL}` })
  .transform((text) => new URL(text))
  .refine((url) => url.username === '' && url.password === '', {
    error: 'expected a URL without a user name or password; the key goes into apiKey',
  })
  .refine((url) => url.search === '' && url.hash === '', {
    error: 'expected a URL without ? or #',
  })
  .transform((url) => url.origin + url.pathname.replace(/\/+$/, ''));

const TEAM_ID = 'expected the id of your Micro team, a UUID';
const API_KEY = 'expected an API key of Micro: printable characters, no spaces or line breaks';

/** The keys of the config that are Micro's own. */
export const MicroSettings = z.strictObject({
  baseUrl: BaseUrl.default(DEFAULT_BASE_URL),
  // Not held to the UUID format: the vendor states it only in prose. It must be one path segment.
  teamId: z.string({ error: TEAM_ID }).regex(/^[\w-]+$/, { error: TEAM_ID }),
  // Checked here because fetch quotes a header value that it refuses.
  apiKey: z.string({ error: API_KEY }).regex(/^[!-~]+$/, { error: API_KEY }),
});
export type MicroSettings = z.output<typeof MicroSettings>;
