-- Records in force of which a newer version was rejected: newer by its stamp, else by its load.
with

files as (
    select
        source_system,
        object,
        source_file,
        _load_id as load_id,
        max(file_date) as file_date
    from {{ ref('stg_halftime__file') }}
    where file_status = 'landed'
    group by source_system, object, source_file, _load_id
),

versions as (
    select
        v.*,
        coalesce(v.stamped_at, cast(f.file_date as timestamp)) as known_at
    from {{ ref('int_record_version') }} as v
    left join files as f
        on
            v.source_system = f.source_system
            and v.object = f.object
            and v._source_file = f.source_file
            and v._load_id = f.load_id
    where v.record_key is not null
),

rejected as (
    select * from versions
    where row_status = 'rejected' and broken_rule <> 'ragged_row'
),

final as (
    select
        accepted.source_system,
        accepted.entity,
        accepted.record_key,
        count(*) as rejected_count
    from versions as accepted
    inner join rejected
        on
            accepted.source_system = rejected.source_system
            and accepted.object = rejected.object
            and accepted.record_key = rejected.record_key
    where
        accepted.row_status = 'accepted'
        and (
            rejected.known_at > accepted.known_at
            or (
                coalesce(rejected.known_at = accepted.known_at, true)
                and rejected._load_id > accepted._load_id
            )
        )
    group by accepted.source_system, accepted.entity, accepted.record_key
)

select * from final
