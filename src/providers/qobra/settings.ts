import type { z } from 'zod';
import { headerSecret } from '../header-secret.ts';
import { baseUrl, exactKeys } from '../settings-shapes.ts';

const DEFAULT_BASE_URL = 'https://api.qobra.co';
const BASE_URL = `expected an http or https URL such as ${DEFAULT_BASE_URL}`;

/** The keys of the config that are Qobra's own. */
export const Settings = exactKeys({
  baseUrl: baseUrl(BASE_URL).default(DEFAULT_BASE_URL),
  apiKey: headerSecret('expected an API key of Qobra'),
});
export type Settings = z.infer<typeof Settings>;
