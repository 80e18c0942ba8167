import { z } from 'zod';
import { headerSecret } from '../header-secret.ts';
import { baseUrl, exactKeys } from '../settings-shapes.ts';

const DEFAULT_BASE_URL = 'https://developers.micro.so';
const BASE_URL = `expected an http or https URL such as ${DEFAULT_BASE_URL}`;
const TEAM_ID = 'expected the id of your Micro team, a UUID';

/** The keys of the config that are Micro's own. */
export const Settings = exactKeys({
  baseUrl: baseUrl(BASE_URL).default(DEFAULT_BASE_URL),
  // Not held to the UUID format: the vendor states it only in prose. It must be one path segment.
  teamId: z.string({ error: TEAM_ID }).regex(/^[\w-]+$/, { error: TEAM_ID }),
  apiKey: headerSecret('expected an API key of Micro'),
});
export type Settings = z.infer<typeof Settings>;
