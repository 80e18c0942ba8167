-- The rows of one import as they were read in one go. Nobody sees one that is not sealed.
create table captures (
  -- Never given twice: whoever still holds the id of one that is gone must not meet another.
  id integer primary key autoincrement,
  import_id text not null,
  provider_id text not null,
  -- open: being read; sealed: the import's rows; hidden: to be deleted; pruned: deleted for its age.
  state text not null,
  opened_at integer not null,
  sealed_at integer,
  -- When the rows of a sealed capture were deleted because they were old enough.
  pruned_at integer,
  next text,
  -- How many rows came in and how many were kept: RowTally as JSON.
  seen text not null,
  kept text not null,
  -- Failed rows in all, as the vendor's list says.
  total_failed integer,
  -- Names of values, as a JSON array.
  columns text not null,
  has_more_columns integer not null
) strict;

create index captures_by_import on captures (import_id);
create index captures_by_age on captures (provider_id, sealed_at) where state = 'sealed';
create index captures_hidden on captures (id) where state = 'hidden';
create index captures_open on captures (provider_id, opened_at) where state = 'open';

-- By outcome first, so that the rows of each are read in order from where they are.
create table import_rows (
  capture integer not null,
  outcome text not null,
  -- The place of the row in the vendor's list.
  ordinal integer not null,
  number integer,
  -- A JSON array; null for none.
  further_numbers text,
  number_basis text not null,
  resource text,
  record_id text,
  code text,
  -- Null unless the row failed.
  message text,
  detail text,
  values_form text,
  -- The input row as JSON.
  input text,
  primary key (capture, outcome, ordinal)
) strict, without rowid;

create table row_error_groups (
  capture integer not null,
  cause text not null,
  -- Empty for none.
  code text not null,
  count integer not null,
  first_number integer,
  last_number integer,
  -- The ordinal of its first row.
  sample integer not null,
  primary key (capture, cause, code)
) strict, without rowid;

-- The capture that shows, and the one that goes on or that a held finish waits with.
alter table imports add column shown_capture integer;
alter table imports add column open_capture integer;
-- When the first of `attempts` was.
alter table imports add column failing_since integer;

-- Row errors of the release before move to captures of their own.
insert into captures
  (import_id, provider_id, state, opened_at, sealed_at, seen, kept, columns, has_more_columns)
select id, provider_id, 'sealed', coalesce(changed_at, tracked_at), coalesce(changed_at, tracked_at),
  tally, tally, '[]', 0
from (
  select imports.*, json_object('CREATED', 0, 'UPDATED', 0, 'EXISTING', 0, 'SUCCEEDED', 0,
    'FAILED', count(*), 'UNKNOWN', 0) as tally
  from row_errors join imports on imports.seq = row_errors.import_seq group by imports.seq);
update captures set columns = (
  select json_group_array(key order by first, place) from (
    select column.key as key, min(row_errors.ordinal) as first, min(column.id) as place
    from row_errors
      join imports on imports.seq = row_errors.import_seq, json_each(row_errors.input) as column
    where imports.id = captures.import_id and row_errors.input is not null
    group by column.key));
update imports set shown_capture = (select id from captures where import_id = imports.id);
insert into import_rows
select shown_capture, 'FAILED', ordinal, number, null, number_basis, resource, record_id, code,
  message, detail, case when input is null then 'NONE' else 'VERBATIM' end, input
from row_errors join imports on imports.seq = row_errors.import_seq;
insert into row_error_groups
select shown_capture, cause, coalesce(code, ''), count(*), min(number), max(number), min(ordinal)
from row_errors join imports on imports.seq = row_errors.import_seq
group by shown_capture, cause, coalesce(code, '');
drop table row_errors;
alter table imports drop column rows_digest;

-- A held finish with rows is looked at again; its rows were part of its text.
update imports set held_since = null, held_finish = null, next_look_at = 0
where held_finish is not null and json_array_length(held_finish, '$.rows') > 0;
update imports set held_finish = json_remove(held_finish, '$.rows') where held_finish is not null;

update imports set state = json_set(state, '$.rowErrors.limit', null);
update imports set held_finish = json_set(held_finish, '$.state.rowErrors.limit', null)
where held_finish is not null;

create index imports_by_open_capture on imports (open_capture) where open_capture is not null;
create index imports_capturing on imports (provider_id, next_look_at)
  where next_look_at is not null and open_capture is not null;
create index imports_by_age on imports (provider_id, coalesce(changed_at, tracked_at))
  where next_look_at is null;

-- When the vendor forgets the import: what is due and expires first is looked at first.
alter table imports add column expires_at integer;
update imports set expires_at = json_extract(state, '$.job.expiresAt');
