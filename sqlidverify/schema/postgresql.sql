-- Tables of sqlidverify for PostgreSQL, version 1. Run it once, in the database and
-- schema that the service connects to, as the owner of the tables. The service's own
-- user needs SELECT, INSERT, UPDATE and DELETE on both, and nothing else.

-- One row for each question that is asked, or was asked at a price. It says who may
-- ask, so its loss is a second charge: never make it UNLOGGED.
create table if not exists idverify_claim (
    -- "ledger", or "b:" and the name of a batch, or "batches" with a row for each of them
    scope   text collate "C" not null,
    -- ledger: 64 hexadecimal digits. Batch: the row's own key, and a pseudonym of the person
    id      text collate "C" not null,
    -- ledger: 64 hexadecimal digits for the person and all evidence
    print   text collate "C" not null,
    -- 1 in flight, 2 decided, 3 failed at a price, 4 ambiguous, 5 failed for nothing (batches).
    -- In flight and past until is ambiguous as well: nobody writes it down
    state   smallint not null,
    -- 32 hexadecimal digits, made up for each claim
    holder  text collate "C" not null,
    until   timestamp with time zone not null,
    -- JSON in UTF-8, without the person: convert_from(answer, 'UTF8')
    answer  bytea,
    begun   timestamp with time zone not null,
    settled timestamp with time zone,
    primary key (scope, id)
);

-- The rows of batches on many machines: who works on what, and never who has paid.
create table if not exists idverify_row (
    batch   text collate "C" not null,
    row_key text collate "C" not null,
    -- the place in the list that was added
    n       bigint not null,
    -- 0 waiting, 1 reserved, 2 done
    state   smallint not null default 0,
    worker  text collate "C",
    until   timestamp with time zone,
    primary key (batch, row_key)
);

create index if not exists idverify_row_open on idverify_row (batch, state, n) where state < 2;
