-- Risk: a join that loses or doubles a deal changes every figure, and nothing else would notice.
{{ config(
    meta={
        'rule_id': 'CORE-OPPORTUNITY-COMPLETE',
        'sentence': 'Every accepted deal that existed at as_of is in core.fct_opportunity, once, '
            ~ 'and no other.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
with

existing as (
    select e.opportunity_id
    from {{ ref('int_opportunity_event') }} as e
    cross join {{ ref('dim_clock') }} as c
    where coalesce(e.event_date, c.as_of_date) <= c.as_of_date
    group by e.opportunity_id
),

accepted as (
    select o.opportunity_id
    from {{ ref('int_opportunity_conformed') }} as o
    cross join {{ ref('dim_clock') }} as c
    where o.row_status = 'accepted' and coalesce(o.created_date, c.as_of_date) <= c.as_of_date
),

built as (
    select
        opportunity_id,
        count(*) as row_count
    from {{ ref('fct_opportunity') }}
    group by opportunity_id
)

select
    coalesce(existing.opportunity_id, built.opportunity_id) as opportunity_id,
    built.row_count
from existing
full outer join built
    on existing.opportunity_id = built.opportunity_id
where
    existing.opportunity_id is null
    or built.opportunity_id is null
    or built.row_count > 1

union all

select
    accepted.opportunity_id,
    0 as row_count
from accepted
left join built
    on accepted.opportunity_id = built.opportunity_id
where built.opportunity_id is null
