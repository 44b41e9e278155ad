-- Records that their source deleted by as_of, and records of which a newer version was rejected.
-- A deletion seen later than as_of is not yet one.
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

deletions as (
    select
        d.source_system,
        d.entity,
        d.record_key,
        min(nullif(d.deleted_date, cast('1900-01-01' as date))) as deleted_date,
        min(d.how) as how
    from {{ ref('int_record_deleted') }} as d
    inner join clock
        on d.deleted_date <= clock.as_of_date and d.restored_date > clock.as_of_date
    group by d.source_system, d.entity, d.record_key
),

rejections as (
    select
        source_system,
        entity,
        record_key,
        sum(rejected_count) as rejected_count
    from {{ ref('int_record_rejected') }}
    group by source_system, entity, record_key
),

records as (
    select
        source_system,
        entity,
        record_key
    from deletions
    union
    select
        source_system,
        entity,
        record_key
    from rejections
),

final as (
    select
        r.source_system,
        r.entity,
        r.record_key,
        d.record_key is not null as is_deleted,
        d.deleted_date,
        d.how as deleted_how,
        coalesce(j.rejected_count > 0, false) as has_rejected_newer_version
    from records as r
    left join deletions as d
        on r.entity = d.entity and r.record_key = d.record_key
    left join rejections as j
        on r.entity = j.entity and r.record_key = j.record_key
)

select * from final
