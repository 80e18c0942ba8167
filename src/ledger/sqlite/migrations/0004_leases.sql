-- Leases are numbered: a result that was overtaken by that of a later lease is known by its number.
alter table imports add column lease integer not null default 0;
alter table imports add column recorded_lease integer not null default 0;
-- The first lease whose holder was told the flag as it is.
alter table imports add column flag_lease integer not null default 0;
alter table positions add column leases integer not null default 0;

-- Looks at imports that are in no ledger and that somebody asks for.
create table asks (
  import_id text primary key,
  lease integer not null,
  -- AskMiss as JSON; null while somebody looks.
  miss text,
  -- Until when the lease holds, or the miss.
  until integer not null
) strict, without rowid;

create index asks_by_end on asks (until);

-- When a provider's next request may be made.
create table request_turns (
  provider_id text primary key,
  next_at real not null
) strict, without rowid;
