with

accepted as (
    select
        opportunity_id,
        stamped_at,
        _load_id
    from {{ ref('int_opportunity_conformed') }}
    where row_status = 'accepted'
),

rejected as (
    select
        'salesforce:' || opportunity_id as opportunity_id,
        version_at as stamped_at,
        _load_id
    from {{ ref('stg_salesforce__opportunity') }}
    where row_status = 'rejected' and opportunity_id is not null

    union all

    select
        'tabular:' || opportunity_id as opportunity_id,
        modified_at as stamped_at,
        _load_id
    from {{ ref('stg_tabular__opportunity') }}
    where row_status = 'rejected' and opportunity_id is not null
),

final as (
    select
        accepted.opportunity_id,
        count(*) as rejected_count
    from accepted
    inner join rejected
        on accepted.opportunity_id = rejected.opportunity_id
    where
        rejected.stamped_at > accepted.stamped_at
        or (
            coalesce(rejected.stamped_at = accepted.stamped_at, true)
            and rejected._load_id > accepted._load_id
        )
    group by accepted.opportunity_id
)

select * from final
