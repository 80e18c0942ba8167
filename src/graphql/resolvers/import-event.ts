import type { GraphContext } from '../context.ts';
import type { ImportEventResolvers } from '../generated/resolver-types.ts';
import type { EventModel } from '../models.ts';
import { encodePosition } from '../position.ts';

export const ImportEvent: ImportEventResolvers = {
  position: (event, _, context) => positionOf(event, context),
  end: (event, _, context) =>
    event.end === null ? null : { reason: event.end, resumeAfter: positionOf(event, context) },
};

function positionOf({ position, toldGap }: EventModel, { ledger }: GraphContext): string {
  return encodePosition(position, ledger, toldGap);
}
