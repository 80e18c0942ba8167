/** The columns that an import is read from. */
export const IMPORT_COLUMNS = `imports.seq, imports.provider_id, imports.external_id,
  imports.revision, imports.position, imports.place, imports.state, imports.labels,
  imports.freshness, imports.observed_at, imports.next_look_at, imports.error_kind,
  imports.error_message`;
