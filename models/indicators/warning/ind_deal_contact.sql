-- Days on which a deal's customer took part: a meeting or a call that took place, or an e-mail from
-- the customer. Where the source does not say who wrote, an e-mail counts, too: else all deals of
-- such a source would look silent.
with

activities as (
    select * from {{ ref('fct_activity') }}
),

final as (
    select
        opportunity_id,
        activity_date as contact_date
    from activities
    where
        is_completed
        and not is_deleted
        and opportunity_id is not null
        and (
            activity_type in ('call', 'meeting')
            or (activity_type = 'email' and coalesce(direction, 'inbound') <> 'outbound')
        )
    group by opportunity_id, activity_date
)

select * from final
