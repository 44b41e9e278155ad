-- The held sessions of CO-03, CO-12 and LD-01, each once, for the organisation on its day of the one
-- person for whom it counts.
-- indicators: CO-03, CO-12, LD-01
with

picked as (
    select
        s.*,
        coalesce(s.moved_from_date, s.session_date) as planned_date,
        coalesce(
            (
                select arg_min(
                    a.coachee_id,
                    (
                        not a.is_coachee_present,
                        a.coachee_id = '(unassigned)',
                        v.manager_id <> s.coach_id,
                        a.coachee_id
                    )
                )
                from build.core.bridge_session_attendee as a
                inner join build.core.dim_org_version as v on a.coachee_org_key = v.org_key
                where a.session_id = s.session_id
            ),
            s.coach_id
        ) as person_id
    from build.core.fct_coaching_session as s
    where not s.is_deleted and s.mode is distinct from 'inspection'
)

select
    c.cell_id,
    'core.fct_coaching_session' as core_table,
    s.session_id as core_key,
    s.person_id,
    s.session_date as day,
    case
        when c.indicator_id = 'CO-03' then if(s.is_strict, 'strict', 'logged')
        when c.indicator_id = 'CO-12' then s.initiator
        else coalesce(s.session_trigger, 'no trigger')
    end as what,
    cast(
        case
            when c.indicator_id = 'CO-03' then s.is_strict
            when c.indicator_id = 'CO-12' then s.initiator = 'rep'
            when c.measure_id = 'share'
                then s.session_trigger in ('skill_gap', 'stalled_deal', 'behavior')
            else coalesce(s.session_trigger, 'other') <> 'other'
        end as integer
    ) as numerator_part,
    1 as denominator_part,
    s.area,
    s.is_group,
    s.source_system,
    s._source_file,
    s._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v on b.org_key = v.org_key
inner join picked as s
    on
        s.is_broad and s.person_id = v.person_id
        and s.session_date >= v.valid_from and s.session_date < v.valid_to
        and s.session_date between c.period_from and c.stock_date
where
    case
        when c.indicator_id = 'CO-12' then v.is_rep and not s.is_group and s.initiator is not null
        when c.indicator_id = 'LD-01' and c.measure_id = 'share'
            then coalesce(s.session_trigger, 'other') <> 'other'
        else true
    end
