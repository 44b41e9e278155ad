-- DQ-01 ledger balance: the rows that the reader counted, file by file, against the rows that
-- staging judged; the ledger itself is not read.
-- needs: people
with

counted as (
    select
        coalesce(source_system, '(unknown)') as source_system,
        coalesce(object, '(unknown)') as object,
        source_file,
        file_hash,
        _load_id as load_id,
        file_status,
        source_row_count as source_rows
    from warehouse.staging.stg_halftime__file
    where file_status <> 'unknown'
),

-- Only what was landed can leave rows over: others are rejected or superseded whole. A file that
-- was rejected and then landed is one file.
landed as (
    select * from counted where file_status = 'landed'
),

judged as (
    select source_system, object, source_file, load_id, count(*) as judged_rows
    from warehouse.intermediate.int_row_judged
    group by all
),

expired as (
    select source_system, object, source_file, _load_id as load_id, sum(expired_row_count) as expired_rows
    from warehouse.staging.stg_halftime__expired
    group by all
),

files as (
    select
        source_system,
        abs(l.source_rows - coalesce(j.judged_rows, 0) - coalesce(e.expired_rows, 0)) as residual,
        l.source_rows
    from landed as l
    left join judged as j using (source_system, object, source_file, load_id)
    left join expired as e using (source_system, object, source_file, load_id)
    union all
    select k.source_system, 0, coalesce(k.source_rows, 0)
    from counted as k
    where
        k.file_status = 'duplicate'
        or k.file_status = 'rejected'
        and not exists (
            from counted as later
            where
                later.source_system = k.source_system and later.object = k.object
                and later.source_file = k.source_file
                and later.file_hash = k.file_hash and later.load_id > k.load_id
                and later.file_status in ('landed', 'rejected')
        )
)

select
    c.cell_id,
    sum(f.residual) as numerator,
    sum(f.source_rows) as denominator,
    count(f.source_system) as observation_count,
    sum(f.residual) as value
from cell as c
left join files as f on c.dimension = 'all' or c.member = f.source_system
group by c.cell_id
