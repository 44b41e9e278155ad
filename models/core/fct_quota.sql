with

quotas as (
    select * from {{ ref('int_quota_conformed') }}
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

final as (
    select
        q.quota_id,
        coalesce(a.person_id, '(unassigned)') as person_id,
        q.period_start,
        q.period_end,
        q.quota_amount,
        q.currency_code,
        q.source_system,
        q._source_file,
        q._source_row
    from quotas as q
    left join aliases as a
        on
            q.source_system = a.source_system
            and q.person_alias = a.alias
            and q.period_start >= a.valid_from
            and q.period_start < a.valid_to
)

select * from final
