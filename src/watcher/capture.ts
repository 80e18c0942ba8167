import { ProviderError } from '../domain/provider-error.ts';
import { sumTally } from '../domain/row.ts';
import type { Claim } from '../ledger/look-ledger.ts';
import type { OpenCapture } from '../ledger/row-ledger.ts';
import type { ProviderDataSource, RowsAnswer, RowsTarget } from '../providers/provider.ts';
import { judgeCapture } from './capture-verdict.ts';
import type { CaptureResult } from './capture-verdict.ts';
import { overtaken } from './look.ts';
import type { LookOptions, LookResult } from './look.ts';
import { placeOf } from './place.ts';
import { CaptureLostError, keepPage } from './row-keeper.ts';

/** After so many pages others get their turn: a long list keeps no running import waiting. */
const PAGES_A_TURN = 10;

/** Reads on in the rows of a finished import, where the last turn, or the last process, stopped. */
export async function captureRows(
  claim: Claim,
  capture: OpenCapture,
  options: LookOptions,
): Promise<LookResult> {
  try {
    const result = await readPages(claim, capture, options);
    const verdict = judgeCapture(result, await options.circumstances(claim));
    const error = result.kind === 'failed' ? result.error : null;
    const recorded = await options.keeping.ledger.record({ ...verdict, lease: claim.lease });
    if (recorded !== null) return { error, kept: recorded };
  } catch (error) {
    if (!(error instanceof CaptureLostError)) throw error;
  }
  return overtaken(claim, options.keeping);
}

async function readPages(
  claim: Claim,
  begun: OpenCapture,
  options: LookOptions,
): Promise<CaptureResult> {
  const { ref, state } = claim.import;
  const { keeping, source, signal } = options;
  let capture = begun;
  for (let pages = 0; pages < PAGES_A_TURN; pages += 1) {
    if (isWhole(capture)) return ending(capture, keeping.maxRows);
    if (capture.kept.FAILED >= keeping.maxRows) {
      return { kind: 'cut', capture, limit: keeping.maxRows };
    }
    const place = placeOf(capture.next);
    const { externalId } = ref;
    const target = { externalId, next: place.next, knownTotal: state.rowErrors.totalCount };
    const answer = await readPage(source, target, signal);
    if (answer instanceof ProviderError) return { kind: 'failed', capture, error: answer };
    if (answer.kind === 'not-granted') return { ...answer, capture };
    const { page } = answer;
    if (page.rows.length === 0 && page.next !== null) return { kind: 'waiting', capture };
    capture = await keepPage(keeping, { lease: claim.lease, capture, page, place });
    if (page.next === null) return ending(capture, keeping.maxRows);
  }
  return { kind: 'unfinished' };
}

/** It has rows, and its list does not go on: its last page was kept when an earlier process ended. */
function isWhole({ next, seen }: OpenCapture): boolean {
  return next === null && sumTally(seen) > 0;
}

function ending(capture: OpenCapture, limit: number): CaptureResult {
  const isCut = capture.kept.FAILED < capture.seen.FAILED;
  return isCut ? { kind: 'cut', capture, limit } : { kind: 'whole', capture };
}

async function readPage(
  source: ProviderDataSource,
  target: RowsTarget,
  signal: AbortSignal,
): Promise<RowsAnswer | ProviderError> {
  if (source.readRows === undefined) return { kind: 'not-granted' };
  try {
    return await source.readRows(target, signal);
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
}
