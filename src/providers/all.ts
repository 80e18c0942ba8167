import { collibra } from './collibra/index.ts';
import { marketingCloud } from './marketing-cloud/index.ts';
import { micro } from './micro/index.ts';
import type { Provider } from './provider.ts';
import { qobra } from './qobra/index.ts';

/** Every kind of provider there is. A fifth one is one folder and one line here. */
export const ALL_PROVIDERS: readonly Provider[] = [collibra, marketingCloud, micro, qobra];
