-- When a record was deleted: because a complete snapshot lacked what an earlier one had, or because
-- a version said so. Each line is an interval of days [deleted_date, restored_date); a record that
-- comes back was deleted only in between. A deletion without any date holds at all times.
with

versions as (
    select * from {{ ref('int_record_version') }}
    where record_key is not null
),

snapshots as (
    select * from {{ ref('int_snapshot') }}
),

files as (
    select
        source_system,
        object,
        source_file,
        _load_id as load_id,
        coalesce(file_date, cast('1900-01-01' as date)) as file_date,
        max(case when file_status = 'landed' then _load_id end) over (
            partition by source_system, object, source_file
            order by _load_id asc
            rows between unbounded preceding and current row
        ) as row_load_id
    from {{ ref('stg_halftime__file') }}
    where file_status = 'landed' or reason_code = 'unchanged'
),

-- A rejected row still says that its record was there.
seen as (
    select
        v.source_system,
        v.entity,
        v.object,
        v.record_key,
        s.snapshot_number,
        s.next_complete_number
    from versions as v
    inner join files as f
        on
            v.source_system = f.source_system
            and v.object = f.object
            and v._source_file = f.source_file
            and v._load_id = f.row_load_id
    inner join snapshots as s
        on
            f.source_system = s.source_system
            and f.object = s.object
            and f.load_id = s.load_id
            and f.file_date = s.file_date
    where v.is_snapshot and coalesce(v.broken_rule, '') <> 'ragged_row'
    group by
        v.source_system,
        v.entity,
        v.object,
        v.record_key,
        s.snapshot_number,
        s.next_complete_number
),

followed as (
    select
        *,
        lead(snapshot_number) over (
            partition by source_system, object, record_key
            order by snapshot_number asc
        ) as next_seen_number
    from seen
),

absences as (
    select
        f.source_system,
        f.entity,
        f.record_key,
        'absence' as how,
        gone.snapshot_date as deleted_date,
        back.snapshot_date as restored_date
    from followed as f
    inner join snapshots as gone
        on
            f.source_system = gone.source_system
            and f.object = gone.object
            and f.next_complete_number = gone.snapshot_number
    left join snapshots as back
        on
            f.source_system = back.source_system
            and f.object = back.object
            and f.next_seen_number = back.snapshot_number
    where coalesce(f.next_seen_number > f.next_complete_number, true)
),

-- Versions of the records that any version calls deleted.
flagged_records as (
    select record_key from versions
    where is_deleted and row_status <> 'rejected'
    group by record_key
),

flagged as (
    select
        v.source_system,
        v.entity,
        v.record_key,
        v.is_deleted,
        coalesce(
            {{ reporting_date('v.stamped_at') }},
            nullif(f.file_date, cast('1900-01-01' as date))
        ) as known_date,
        row_number() over (
            partition by v.source_system, v.object, v.record_key
            order by
                case when v.row_status = 'accepted' then 1 else 0 end asc,
                v.stamped_at asc nulls first,
                v._load_id asc,
                v._source_file asc,
                v._source_row asc
        ) as version_number,
        v.object
    from versions as v
    inner join flagged_records as r
        on v.record_key = r.record_key
    left join files as f
        on
            v.source_system = f.source_system
            and v.object = f.object
            and v._source_file = f.source_file
            and v._load_id = f.load_id
    where v.has_flag and v.row_status <> 'rejected'
),

compared as (
    select
        *,
        lag(is_deleted) over (
            partition by source_system, object, record_key
            order by version_number asc
        ) as was_deleted
    from flagged
),

turns as (
    select
        *,
        lead(known_date) over (
            partition by source_system, object, record_key
            order by version_number asc
        ) as next_date
    from compared
    where was_deleted is null or was_deleted <> is_deleted
),

intervals as (
    select
        source_system,
        entity,
        record_key,
        'flag' as how,
        known_date as deleted_date,
        next_date as restored_date
    from turns
    where is_deleted

    union all

    select
        source_system,
        entity,
        record_key,
        how,
        deleted_date,
        restored_date
    from absences
),

final as (
    select
        source_system,
        entity,
        record_key,
        coalesce(deleted_date, cast('1900-01-01' as date)) as deleted_date,
        coalesce(restored_date, cast('9999-12-31' as date)) as restored_date,
        min(how) as how
    from intervals
    where coalesce(restored_date > deleted_date, true)
    group by
        source_system,
        entity,
        record_key,
        coalesce(deleted_date, cast('1900-01-01' as date)),
        coalesce(restored_date, cast('9999-12-31' as date))
)

select * from final
