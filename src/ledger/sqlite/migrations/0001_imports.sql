create table imports (
  seq integer primary key,
  id text not null unique,
  provider_id text not null,
  external_id text not null,
  revision integer not null,
  -- Of the latest revision; null while there is none.
  position integer unique,
  -- Where it stands in lists: the number given when it was tracked or last changed.
  place integer not null unique,
  phase text not null,
  outcome text,
  -- ImportState as JSON.
  state text not null,
  rows_digest text,
  labels text not null,
  freshness text not null,
  -- When the latest revision was seen.
  changed_at integer,
  observed_at integer,
  next_look_at integer,
  error_kind text,
  error_message text,
  attempts integer not null,
  held_since integer,
  -- State and rows of a finish that is held back, as JSON.
  held_finish text,
  tracked_at integer not null,
  continue_on_error integer,
  -- 1 when the flag was changed after the import was last claimed.
  is_flag_new integer not null default 0,
  lease_until integer
) strict;

create index imports_by_provider on imports (provider_id, place);
create index imports_by_phase on imports (phase, place);
create index imports_by_outcome on imports (outcome, place) where outcome is not null;
create index imports_due on imports (provider_id, next_look_at) where next_look_at is not null;
create index imports_leased on imports (provider_id, lease_until) where lease_until is not null;

-- One row: the last number of the one order of changes.
create table positions (last integer not null) strict;
insert into positions (last) values (0);

create table revisions (
  position integer primary key,
  import_seq integer not null references imports (seq),
  revision integer not null,
  observed_at integer not null,
  -- Job and counters as JSON.
  state text not null
) strict;

create unique index revisions_by_import on revisions (import_seq, revision);

create table import_labels (
  import_seq integer not null references imports (seq),
  key text not null,
  value text not null,
  primary key (import_seq, key)
) strict, without rowid;

create index import_labels_by_value on import_labels (key, value, import_seq);

create table row_errors (
  import_seq integer not null references imports (seq),
  ordinal integer not null,
  number integer,
  number_basis text not null,
  resource text,
  record_id text,
  code text,
  message text not null,
  cause text not null,
  detail text,
  -- The input row as JSON.
  input text,
  primary key (import_seq, ordinal)
) strict, without rowid;

create table requests (
  provider_id text not null,
  month text not null,
  count integer not null,
  primary key (provider_id, month)
) strict, without rowid;

create table provider_health (
  provider_id text primary key,
  last_success_at integer,
  last_failure_at integer,
  error_kind text,
  error_message text,
  failures integer not null,
  open_until integer
) strict;
