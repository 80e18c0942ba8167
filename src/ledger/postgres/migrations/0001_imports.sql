-- Works with releases from 1 on.

-- Processes that watch with this store. Whatever one of them holds is free once it is no longer here.
create table replicas (
  id bigint generated always as identity primary key,
  -- By the clock of the database, in milliseconds.
  alive_until bigint not null
);

-- One row: since when some process has been heard without a pause, and when last.
create table pulse (since bigint not null, last bigint not null);
insert into pulse (since, last) values (0, 0);

-- One row: the last number of the one order of changes. Whoever takes a number holds the row until it
-- commits, so numbers become visible in their order.
create table positions (
  last bigint not null,
  -- The highest among the latest positions of imports that were deleted.
  pruned bigint not null,
  store_id text not null
);
insert into positions (last, pruned, store_id)
values (0, 0, substr(gen_random_uuid()::text, 1, 8));

-- What is known of imports: a row changes when what is known does.
create table imports (
  seq bigint generated always as identity primary key,
  id text not null unique,
  provider_id text not null,
  external_id text not null,
  revision bigint not null,
  -- Of the latest revision; null while there is none.
  position bigint unique,
  -- Where it stands in lists: the number given when it was tracked or last changed.
  place bigint not null unique,
  -- The number given when anything last changed that a subscriber could see.
  touched bigint not null unique,
  phase text not null,
  outcome text,
  -- ImportState as JSON.
  state text not null,
  -- ImportLabels as JSON.
  labels text not null,
  tracked_at bigint not null,
  -- When the latest revision was seen.
  changed_at bigint
);

create index imports_by_provider on imports (provider_id, place);
create index imports_by_phase on imports (phase, place);
create index imports_by_outcome on imports (outcome, place) where outcome is not null;
create index imports_by_age on imports (provider_id, (coalesce(changed_at, tracked_at)));

-- When and by whom imports are looked at: a narrow row that changes with each look.
create table looks (
  import_seq bigint primary key references imports (seq) on delete cascade,
  provider_id text not null,
  -- Grows with each write that a recording must not overlook.
  version bigint not null default 0,
  freshness text not null,
  observed_at bigint,
  next_look_at bigint,
  error_kind text,
  error_message text,
  attempts bigint not null,
  -- When the first of `attempts` was.
  failing_since bigint,
  held_since bigint,
  -- A finish that is held back, as JSON.
  held_finish text,
  continue_on_error boolean,
  -- The flag was changed after the import was last claimed.
  is_flag_new boolean not null default false,
  -- The first lease whose holder was told the flag as it is.
  flag_lease bigint not null default 0,
  -- When the vendor forgets the import.
  expires_at bigint,
  lease bigint not null default 0,
  recorded_lease bigint not null default 0,
  lease_until bigint,
  leased_by bigint,
  -- The capture that shows, and the one that goes on or that a held finish waits with.
  shown_capture bigint,
  open_capture bigint
) with (fillfactor = 70);

create index looks_due on looks (provider_id, next_look_at) where next_look_at is not null;
create index looks_capturing on looks (provider_id, next_look_at)
  where next_look_at is not null and open_capture is not null and held_since is null;
create index looks_by_open_capture on looks (open_capture) where open_capture is not null;

create sequence leases;

create table revisions (
  position bigint primary key,
  import_seq bigint not null references imports (seq) on delete cascade,
  revision bigint not null,
  observed_at bigint not null,
  -- Job and counters as JSON.
  state text not null,
  -- As in `state`, for filters.
  phase text not null,
  outcome text,
  -- What differs from the revision before, as a JSON array.
  changed text not null,
  -- ImportLabels as JSON.
  labels text not null,
  -- False when only labels differ: nobody looked at the vendor.
  is_observed boolean not null,
  -- Phase, outcome or labels differ from those of the revision before: only here can an import leave a
  -- filter.
  is_turn boolean not null
);

create unique index revisions_by_import on revisions (import_seq, revision);
create index revisions_turning on revisions (position) where is_turn;

create table import_labels (
  import_seq bigint not null references imports (seq) on delete cascade,
  key text not null,
  value text not null,
  primary key (import_seq, key)
);

create index import_labels_by_value on import_labels (key, value, import_seq);

-- Looks at imports that are in no ledger and that somebody asks for.
create table asks (
  import_id text primary key,
  lease bigint not null,
  leased_by bigint not null,
  -- 0 once it is known what came of it.
  lease_until bigint not null,
  -- AskMiss as JSON, or empty when the import is known by now; and until when that holds.
  miss text,
  miss_until bigint
);
create index asks_by_age on asks (greatest(lease_until, miss_until));

-- Room to look at a provider.
create table slots (
  provider_id text not null,
  number bigint not null,
  -- Who has it; null when it is free.
  replica bigint references replicas (id) on delete set null,
  primary key (provider_id, number)
) with (fillfactor = 50);
create index slots_by_replica on slots (replica) where replica is not null;

-- Who watches.
create table interests (
  import_id text not null,
  replica bigint not null references replicas (id) on delete cascade,
  primary key (import_id, replica)
);
create index interests_by_replica on interests (replica);

create table requests (
  provider_id text not null,
  month text not null,
  count bigint not null,
  primary key (provider_id, month)
);

-- When a provider's next request may be made.
create table request_turns (
  provider_id text primary key,
  next_at double precision not null
);

create table provider_health (
  provider_id text primary key,
  last_success_at bigint,
  last_failure_at bigint,
  error_kind text,
  error_message text,
  failures bigint not null,
  open_until bigint
);

-- The rows of one import as they were read in one go. Nobody sees one that is not sealed.
create table captures (
  id bigint generated always as identity primary key,
  import_id text not null,
  provider_id text not null,
  -- open: being read; sealed: the import's rows; hidden: to be deleted; pruned: deleted for its age.
  state text not null,
  opened_at bigint not null,
  -- Who reads it, until an import says that it goes on or waits with it.
  opened_by bigint,
  sealed_at bigint,
  -- When the rows of a sealed capture were deleted because they were old enough.
  pruned_at bigint,
  next text,
  -- How many rows came in and how many were kept: RowTally as JSON.
  seen text not null,
  kept text not null,
  -- Failed rows in all, as the vendor's list says.
  total_failed bigint,
  -- Names of values, as a JSON array.
  columns text not null,
  has_more_columns boolean not null
);

create index captures_by_import on captures (import_id);
create index captures_by_age on captures (provider_id, sealed_at) where state = 'sealed';
create index captures_hidden on captures (id) where state = 'hidden';
create index captures_open on captures (provider_id, opened_at) where state = 'open';

-- By outcome first, so that the rows of each are read in order from where they are.
create table import_rows (
  capture bigint not null,
  outcome text not null,
  -- The place of the row in the vendor's list.
  ordinal bigint not null,
  -- The rest of the row as JSON.
  body text not null,
  primary key (capture, outcome, ordinal)
);

create table row_error_groups (
  capture bigint not null,
  -- The code and the cause as a JSON array: texts may be too long for an index, so by their digest.
  digest text not null,
  code text,
  cause text not null,
  count bigint not null,
  first_number bigint,
  last_number bigint,
  -- The ordinal of its first row.
  sample bigint not null,
  primary key (capture, digest)
);
