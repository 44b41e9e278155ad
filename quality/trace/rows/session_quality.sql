-- The sessions of the figures of coaching quality, once for each coachee who was there.
-- indicators: CQ-01, CQ-04, CQ-06, CQ-07, AF-03
with

dated as (
    select distinct session_id
    from build.core.fct_coaching_action
    where not is_deleted and first_due_date is not null
),

attended as (
    select
        a.coachee_id,
        a.coachee_org_key,
        s.*,
        d.session_id is not null as has_dated_action
    from build.core.bridge_session_attendee as a
    inner join build.core.fct_coaching_session as s using (session_id)
    left join dated as d using (session_id)
    where a.is_coachee_present and s.is_broad
),

told as (
    select
        c.cell_id,
        c.indicator_id,
        t.*,
        case c.indicator_id
            when 'CQ-01' then t.question_count
            when 'CQ-04' then t.grow_step_count
            when 'CQ-06' then (t.focus_kind <> 'none')::int + t.has_dated_action::int
            when 'CQ-07' then t.has_artefact::int
            when 'AF-03' then exists (
                from attended as later
                where
                    later.coachee_id = t.coachee_id
                    and later.session_date > t.session_date
                    and later.session_date <= t.session_date + 14
                    and (
                        later.gap_id = t.gap_id
                        or lower(later.skill) = lower(t.skill)
                        or later.opportunity_id = t.opportunity_id
                    )
            )::int
        end as numerator_part,
        case c.indicator_id
            when 'CQ-01' then nullif(t.question_count + t.directive_count, 0)
            when 'CQ-04' then case when t.grow_step_count is not null then 4 end
            when 'CQ-06' then case when t.is_output_told then 2 end
            when 'CQ-07' then case when t.is_evidence_told then 1 end
            when 'AF-03'
                then
                    case
                        when
                            t.coachee_id <> '(unassigned)'
                            and t.session_date <= k.as_of_date - 14
                            and coalesce(t.gap_id, t.skill, t.opportunity_id) is not null
                            then 1
                    end
        end as denominator_part
    from cell as c
    cross join build.core.dim_clock as k
    inner join build.core.bridge_org_entity as b
        on c.entity_type = b.entity_type and c.entity_id = b.entity_id
    inner join attended as t on b.org_key = t.coachee_org_key
    where t.session_date between c.period_from and c.stock_date
)

select
    cell_id,
    'core.fct_coaching_session' as core_table,
    session_id || '#' || coachee_id as core_key,
    coachee_id as person_id,
    session_date as day,
    case indicator_id
        when 'CQ-01' then question_count || ' questions, ' || directive_count || ' directives'
        when 'CQ-04' then grow_step_count || ' steps'
        when 'CQ-06'
            then
                if(focus_kind <> 'none', 'focus', 'no focus')
                || if(has_dated_action, ', dated action', ', no dated action')
        when 'CQ-07' then if(has_artefact, 'evidence', 'no evidence')
        else if(numerator_part = 1, 'followed up', 'not followed up')
    end as what,
    numerator_part,
    denominator_part,
    area,
    skill,
    gap_id,
    opportunity_id,
    source_system,
    _source_file,
    _source_row
from told
where denominator_part is not null
