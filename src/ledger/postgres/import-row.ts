/** The columns that an import is read from. */
export const IMPORT_COLUMNS = `imports.provider_id, imports.external_id, imports.revision,
  imports.position, imports.place, imports.state, imports.labels, looks.freshness,
  looks.observed_at, looks.next_look_at, looks.error_kind, looks.error_message`;

/** Where they are. */
export const IMPORTS = 'imports join looks on looks.import_seq = imports.seq';
