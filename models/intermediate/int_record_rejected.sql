-- Records in force of which a newer version was rejected: newer by its stamp, else by its load.
with

versions as (
    select * from {{ ref('int_record_version') }}
    where record_key is not null
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
            rejected.stamped_at > accepted.stamped_at
            or (
                coalesce(rejected.stamped_at = accepted.stamped_at, true)
                and rejected._load_id > accepted._load_id
            )
        )
    group by accepted.source_system, accepted.entity, accepted.record_key
)

select * from final
