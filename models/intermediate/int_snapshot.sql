-- The snapshots of objects that arrive whole: what was landed of an object in one load and, where
-- file names bear dates, of one date. Its date is the files', else the latest stamp that was known
-- by that load. A snapshot of which a file or the identity of a row was rejected, or that holds
-- nothing, says nothing of what it lacks: it is not complete.
with

versions as (
    select * from {{ ref('int_record_version') }}
),

objects as (
    select
        source_system,
        object
    from versions
    where is_snapshot
    group by source_system, object
),

files as (
    select
        f.source_system,
        f.object,
        f.source_file,
        f._load_id as load_id,
        coalesce(f.file_date, cast('1900-01-01' as date)) as file_date,
        f.file_status,
        max(case when f.file_status = 'landed' then f._load_id end) over (
            partition by f.source_system, f.object, f.source_file
            order by f._load_id asc
            rows between unbounded preceding and current row
        ) as row_load_id
    from {{ ref('stg_halftime__file') }} as f
    inner join objects as o
        on f.source_system = o.source_system and f.object = o.object
    where f.file_status in ('landed', 'rejected') or f.reason_code = 'unchanged'
),

load_stamps as (
    select
        _load_id as load_id,
        max({{ reporting_date('stamped_at') }}) as last_date
    from versions
    where row_status <> 'rejected'
    group by _load_id
),

load_dates as (
    select
        load_id,
        max(last_date) over (
            order by load_id asc
            rows between unbounded preceding and current row
        ) as known_date
    from load_stamps
),

held as (
    select
        f.source_system,
        f.object,
        f.load_id,
        f.file_date,
        max(case when f.file_status = 'rejected' then 1 else 0 end) as rejected_file_count,
        sum(case when v.record_key is not null then 1 else 0 end) as known_row_count,
        sum(
            case
                when
                    v.row_status = 'rejected' and v.broken_rule <> 'not_data'
                    and (v.record_key is null or v.broken_rule = 'ragged_row')
                    then 1
                else 0
            end
        ) as unknown_row_count
    from files as f
    left join versions as v
        on
            f.source_system = v.source_system
            and f.object = v.object
            and f.source_file = v._source_file
            and f.row_load_id = v._load_id
            and f.file_status <> 'rejected'
    group by f.source_system, f.object, f.load_id, f.file_date
),

dated as (
    select
        h.*,
        case
            when h.file_date > cast('1900-01-01' as date) then h.file_date else d.known_date
        end as snapshot_date,
        h.rejected_file_count = 0
        and h.unknown_row_count = 0
        and h.known_row_count > 0 as is_complete
    from held as h
    left join load_dates as d
        on h.load_id = d.load_id
),

numbered as (
    select
        *,
        row_number() over (
            partition by source_system, object
            order by snapshot_date asc nulls first, load_id asc, file_date asc
        ) as snapshot_number
    from dated
),

final as (
    select
        source_system,
        object,
        load_id,
        file_date,
        snapshot_date,
        is_complete,
        snapshot_number,
        min(case when is_complete then snapshot_number end) over (
            partition by source_system, object
            order by snapshot_number asc
            rows between 1 following and unbounded following
        ) as next_complete_number
    from numbered
)

select * from final
