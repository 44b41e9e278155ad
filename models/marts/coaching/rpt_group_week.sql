-- Coaching by week for parts of the organisation instead of persons: of how many reps how many had
-- a session, also in four steps, which tell less than a count.
with

rep_weeks as (
    select * from {{ ref('fct_rep_week') }}
),

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
    where entity_type <> 'rep'
),

counted as (
    select
        org_entities.entity_type,
        org_entities.entity_id,
        rep_weeks.week_start,
        max(case when rep_weeks.is_coaching_logged then 1 else 0 end) = 1 as is_coaching_logged,
        count(*) as rep_count,
        sum(case when rep_weeks.strict_session_count > 0 then 1 else 0 end)
            as strict_coached_count,
        sum(case when rep_weeks.broad_session_count > 0 then 1 else 0 end)
            as broad_coached_count
    from rep_weeks
    inner join org_entities on rep_weeks.org_key = org_entities.org_key
    group by org_entities.entity_type, org_entities.entity_id, rep_weeks.week_start
),

final as (
    select
        entity_type,
        entity_id,
        week_start,
        is_coaching_logged,
        cast(rep_count as integer) as rep_count,
        cast(strict_coached_count as integer) as strict_coached_count,
        cast(broad_coached_count as integer) as broad_coached_count,
        {% for kind in ['strict', 'broad'] %}
            case
                when {{ kind }}_coached_count = 0 then 0
                when {{ kind }}_coached_count * 3 <= rep_count then 1
                when {{ kind }}_coached_count * 3 <= rep_count * 2 then 2
                else 3
            end as {{ kind }}_share_step{% if not loop.last %},{% endif %}
        {% endfor %}
    from counted
)

select * from final
