-- Tables of sqlidverify for MySQL 8 and MariaDB 10.6 or later, version 1. Run it once,
-- in the database that the service connects to. The service's own user needs SELECT,
-- INSERT, UPDATE and DELETE on both, and nothing else. Times are UTC.

-- One row for each question that is asked, or was asked at a price. It says who may
-- ask, so its loss is a second charge: keep it in InnoDB. The collation tells upper
-- case from lower case: two keys must not become one.
create table if not exists idverify_claim (
    -- "ledger", or "b:" and the name of a batch, or "batches" with a row for each of them
    scope   varchar(66) character set ascii collate ascii_bin not null,
    -- ledger: 64 hexadecimal digits. Batch: the row's own key, and a pseudonym of the person
    id      varchar(97) character set ascii collate ascii_bin not null,
    -- ledger: 64 hexadecimal digits for the person and all evidence
    print   varchar(64) character set ascii collate ascii_bin not null,
    -- 1 in flight, 2 decided, 3 failed at a price, 4 ambiguous, 5 failed for nothing (batches).
    -- In flight and past until is ambiguous as well: nobody writes it down
    state   smallint not null,
    -- 32 hexadecimal digits, made up for each claim
    holder  varchar(32) character set ascii collate ascii_bin not null,
    until   datetime(6) not null,
    -- JSON in UTF-8, without the person: convert(answer using utf8mb4)
    answer  mediumblob,
    begun   datetime(6) not null,
    settled datetime(6),
    primary key (scope, id)
) engine = InnoDB;

-- The rows of batches on many machines: who works on what, and never who has paid.
create table if not exists idverify_row (
    batch   varchar(64) character set ascii collate ascii_bin not null,
    row_key varchar(64) character set ascii collate ascii_bin not null,
    -- the place in the list that was added
    n       bigint not null,
    -- 0 waiting, 1 reserved, 2 done
    state   smallint not null default 0,
    worker  varchar(32) character set ascii collate ascii_bin,
    until   datetime(6),
    primary key (batch, row_key),
    key idverify_row_open (batch, state, n)
) engine = InnoDB;
