-- Every row is accounted for: what the reader counted against what staging judged. A file that
-- was rejected whole counts all its rows as rejected (none, if it could not be read far enough to
-- count, which is said beside it); a duplicate's rows were landed before from its twin, so they are
-- superseded. A file that was rejected and, its mapping mended, came again with the same bytes
-- counts once: as it ended.
-- Rows that were removed because of their age are still counted: as expired.
with

known_files as (
    select * from {{ ref('file') }}
    where file_status <> 'unknown'
),

attempts as (
    select
        source_system,
        object,
        source_file,
        file_hash,
        max(load_id) as last_load_id
    from known_files
    where file_status in ('landed', 'rejected')
    group by source_system, object, source_file, file_hash
),

files as (
    select known_files.*
    from known_files
    left join attempts
        on
            known_files.source_system = attempts.source_system
            and known_files.object = attempts.object
            and known_files.source_file = attempts.source_file
            and known_files.file_hash = attempts.file_hash
    where
        known_files.file_status <> 'rejected'
        or coalesce(known_files.load_id = attempts.last_load_id, true)
),

judged_rows as (
    select
        source_system,
        object,
        source_file,
        load_id,
        sum(case when row_status = 'accepted' then 1 else 0 end) as accepted_rows,
        sum(case when row_status = 'superseded' then 1 else 0 end) as superseded_rows,
        sum(case when row_status = 'rejected' then 1 else 0 end) as rejected_rows
    from {{ ref('int_row_judged') }}
    group by source_system, object, source_file, load_id
),

expired as (
    select
        source_system,
        object,
        source_file,
        _load_id as load_id,
        sum(expired_row_count) as expired_rows
    from {{ ref('stg_halftime__expired') }}
    group by source_system, object, source_file, _load_id
),

counted as (
    select
        coalesce(files.source_system, judged_rows.source_system) as source_system,
        coalesce(files.object, judged_rows.object) as object,
        coalesce(files.source_file, judged_rows.source_file) as source_file,
        coalesce(files.load_id, judged_rows.load_id) as load_id,
        -- Rows without a file record would be an error of landing: they show up as a residual.
        coalesce(files.file_status, 'unrecorded') as file_status,
        files.reason_code,
        files.source_file is null or files.source_rows is not null as is_row_count_known,
        coalesce(files.source_rows, 0) as source_rows,
        coalesce(judged_rows.accepted_rows, 0) as accepted_rows,
        coalesce(judged_rows.superseded_rows, 0)
        + case when files.file_status = 'duplicate' then coalesce(files.source_rows, 0) else 0 end
            as superseded_rows,
        coalesce(judged_rows.rejected_rows, 0)
        + case when files.file_status = 'rejected' then coalesce(files.source_rows, 0) else 0 end
            as rejected_rows,
        coalesce(expired.expired_rows, 0) as expired_rows
    from files
    full outer join judged_rows
        on
            files.source_system = judged_rows.source_system
            and files.object = judged_rows.object
            and files.source_file = judged_rows.source_file
            and files.load_id = judged_rows.load_id
            and files.file_status = 'landed'
    left join expired
        on
            files.source_system = expired.source_system
            and files.object = expired.object
            and files.source_file = expired.source_file
            and files.load_id = expired.load_id
            and files.file_status = 'landed'
),

final as (
    select
        source_system,
        object,
        source_file,
        load_id,
        file_status,
        reason_code,
        cast(source_rows as bigint) as source_rows,
        cast(accepted_rows as bigint) as accepted_rows,
        cast(superseded_rows as bigint) as superseded_rows,
        cast(rejected_rows as bigint) as rejected_rows,
        cast(expired_rows as bigint) as expired_rows,
        cast(
            source_rows - accepted_rows - superseded_rows - rejected_rows - expired_rows as bigint
        ) as residual_rows,
        is_row_count_known
    from counted
)

select * from final
