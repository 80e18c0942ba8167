-- A name that no other store has, so that a position of another one is known when it comes.
alter table positions add column store_id text not null default '';
update positions set store_id = lower(hex(randomblob(4)));

-- The highest among the latest positions of imports that were deleted.
alter table positions add column pruned integer not null default 0;

-- As in `state`, for filters.
alter table revisions add column phase text not null default '';
alter table revisions add column outcome text;
update revisions set
  phase = json_extract(state, '$.job.phase'), outcome = json_extract(state, '$.job.outcome');

-- What differs from the revision before, as a JSON array; null where a release before did not keep it.
alter table revisions add column changed text;
-- The import's labels as JSON; null where a release before did not keep them.
alter table revisions add column labels text;
-- 0 when only labels differ: nobody looked at the vendor.
alter table revisions add column is_observed integer not null default 1;
-- 1 when phase, outcome or labels differ from those of the revision before: only here can an import
-- leave a filter.
alter table revisions add column is_turn integer not null default 1;

update revisions set is_turn = 0
where revision = 1 or exists (
  select 1 from revisions as before
  where before.import_seq = revisions.import_seq and before.revision = revisions.revision - 1
    and before.phase = revisions.phase and before.outcome is revisions.outcome);

create index revisions_turning on revisions (position) where is_turn = 1;
