with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

-- What the logs tell, and meetings of calendars that no log tells of.
sessions as (
    select
        source_system,
        session_id,
        session_date,
        duration_minutes,
        coach_alias,
        coachee_alias,
        area,
        mode,
        status,
        opportunity_alias,
        account_alias,
        skill,
        gap_id,
        has_focus,
        has_strength_noted,
        has_practice,
        has_artefact,
        is_evidence_told,
        is_output_told,
        note_language,
        question_count,
        directive_count,
        has_goal,
        has_reality,
        has_options,
        has_will,
        initiator,
        session_trigger,
        cancelled_by,
        moved_from_date,
        is_quarter_end_squeeze,
        initiative_name,
        recorded_at,
        recorded_date,
        is_first_load,
        _source_file,
        _source_row
    from {{ ref('int_session_conformed') }}

    union all

    select
        source_system,
        session_id,
        session_date,
        duration_minutes,
        coach_alias,
        coachee_alias,
        'unclassified' as area,
        'one_on_one' as mode,
        status,
        cast(null as {{ dbt.type_string() }}) as opportunity_alias,
        cast(null as {{ dbt.type_string() }}) as account_alias,
        cast(null as {{ dbt.type_string() }}) as skill,
        cast(null as {{ dbt.type_string() }}) as gap_id,
        false as has_focus,
        false as has_strength_noted,
        false as has_practice,
        false as has_artefact,
        false as is_evidence_told,
        false as is_output_told,
        cast(null as {{ dbt.type_string() }}) as note_language,
        cast(null as integer) as question_count,
        cast(null as integer) as directive_count,
        cast(null as boolean) as has_goal,
        cast(null as boolean) as has_reality,
        cast(null as boolean) as has_options,
        cast(null as boolean) as has_will,
        cast(null as {{ dbt.type_string() }}) as initiator,
        cast(null as {{ dbt.type_string() }}) as session_trigger,
        cast(null as {{ dbt.type_string() }}) as cancelled_by,
        moved_from_date,
        false as is_quarter_end_squeeze,
        cast(null as {{ dbt.type_string() }}) as initiative_name,
        cast(null as timestamp) as recorded_at,
        cast(null as date) as recorded_date,
        true as is_first_load,
        _source_file,
        _source_row
    from {{ ref('bridge_calendar_session') }}
    where is_own_session
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

attendees as (
    select
        session_id,
        cast(sum(case when is_coachee_present then name_count else 0 end) as integer)
            as attendee_count,
        cast(
            sum(
                case when is_coachee_present and coachee_id <> '(unassigned)' then 1 else 0 end
            ) as integer
        ) as matched_count
    from {{ ref('bridge_session_attendee') }}
    group by session_id
),

-- An action agreed after as_of does not yet make a session strict.
actions as (
    select
        a.session_id,
        cast(count(*) as integer) as action_count
    from {{ ref('int_action_conformed') }} as a
    cross join clock
    where coalesce(a.created_date, clock.as_of_date) <= clock.as_of_date
    group by a.session_id
),

opportunities as (
    select * from {{ ref('fct_opportunity') }}
),

-- What was told of a deal that has been merged belongs to the deal that survives.
survivors as (
    select
        named.opportunity_id as source_opportunity_id,
        kept.opportunity_id,
        kept.account_id,
        coalesce(
            least(named.created_date, kept.created_date), named.created_date, kept.created_date
        ) as created_date,
        case when kept.is_closed then kept.close_date end as closed_date
    from opportunities as named
    inner join opportunities as kept
        on coalesce(named.merged_into_opportunity_id, named.opportunity_id) = kept.opportunity_id
),

-- A log may name the deal with or without its system, and with 15 or 18 characters.
deal_aliases as (
    select
        opportunity_id,
        opportunity_id as alias
    from opportunities
    union all
    select
        min(opportunity_id) as opportunity_id,
        replace(opportunity_id, source_system || ':', '') as alias
    from opportunities
    group by replace(opportunity_id, source_system || ':', '')
    having min(opportunity_id) = max(opportunity_id)
),

account_candidates as (
    select
        alias,
        min(account_id) as account_id
    from {{ ref('int_account_alias') }}
    group by alias
    having min(account_id) = max(account_id)
),

keyed as (
    select
        *,
        case when length(opportunity_alias) = 18 then substring(opportunity_alias, 1, 15) end
            as short_opportunity_alias
    from sessions
),

flags as (
    select * from {{ ref('dim_flagged_record') }}
    where entity = 'session'
),

joined as (
    select
        s.*,
        coalesce(p.person_id, '(unassigned)') as coach_id,
        coalesce(full_deal.opportunity_id, short_deal.opportunity_id) as source_opportunity_id,
        coalesce(by_id.account_id, by_name.account_id) as named_account_id,
        coalesce(attendees.attendee_count, 0) as attendee_count,
        coalesce(attendees.matched_count, 0) as matched_count,
        coalesce(actions.action_count, 0) as action_count,
        coalesce(flags.is_deleted, false) as is_deleted,
        flags.deleted_date,
        coalesce(flags.has_rejected_newer_version, false) as has_rejected_newer_version
    from keyed as s
    inner join clock
        on s.session_date <= clock.as_of_date
    left join aliases as p
        on
            s.source_system = p.source_system
            and s.coach_alias = p.alias
            and s.session_date >= p.valid_from
            and s.session_date < p.valid_to
    left join attendees
        on s.session_id = attendees.session_id
    left join actions
        on s.session_id = actions.session_id
    left join flags
        on s.session_id = flags.record_key
    left join deal_aliases as full_deal
        on s.opportunity_alias = full_deal.alias
    left join deal_aliases as short_deal
        on s.short_opportunity_alias = short_deal.alias
    left join account_candidates as by_id
        on s.account_alias = by_id.alias
    left join account_candidates as by_name
        on lower(s.account_alias) = by_name.alias
),

judged as (
    select
        j.*,
        o.opportunity_id,
        o.created_date as deal_created_date,
        o.closed_date as deal_close_date,
        coalesce(j.named_account_id, o.account_id) as account_id,
        case
            when j.opportunity_alias is not null then 'opportunity'
            when j.gap_id is not null then 'gap'
            when j.skill is not null then 'skill'
            when j.has_focus then 'focus'
            else 'none'
        end as focus_kind
    from joined as j
    left join survivors as o
        on j.source_opportunity_id = o.source_opportunity_id
),

final as (
    select
        j.session_id,
        j.coach_id,
        c.org_key as coach_org_key,
        j.session_date,
        cast(j.duration_minutes as integer) as duration_minutes,
        j.area,
        j.focus_kind,
        j.mode,
        j.status,
        j.status = 'held' and not j.is_deleted as is_held,
        j.status = 'held'
        and not j.is_deleted
        and coalesce(j.mode, '') <> 'inspection' as is_broad,
        j.status = 'held'
        and not j.is_deleted
        and coalesce(j.mode, '') <> 'inspection'
        and j.coach_id <> '(unassigned)'
        and j.matched_count > 0
        and j.area <> 'unclassified'
        and j.focus_kind <> 'none'
        and j.action_count > 0 as is_strict,
        coalesce(j.mode, '') = 'group' or j.attendee_count > 1 as is_group,
        j.attendee_count,
        j.matched_count as matched_attendee_count,
        j.action_count,
        j.opportunity_id,
        j.source_opportunity_id,
        j.account_id,
        j.skill,
        j.gap_id,
        j.has_strength_noted,
        j.has_practice,
        j.has_artefact,
        j.is_evidence_told,
        j.is_output_told,
        j.note_language,
        j.question_count,
        j.directive_count,
        -- The fourth step is also there where something was agreed.
        case
            when j.note_language = 'en'
                then
                    cast(
                        case when j.has_goal then 1 else 0 end
                        + case when j.has_reality then 1 else 0 end
                        + case when j.has_options then 1 else 0 end
                        + case when j.has_will or j.action_count > 0 then 1 else 0 end
                        as integer
                    )
        end as grow_step_count,
        j.initiator,
        j.session_trigger,
        j.initiative_name,
        j.is_quarter_end_squeeze,
        j.cancelled_by,
        j.moved_from_date,
        j.recorded_at,
        coalesce(
            not j.is_first_load
            and {{ dbt.datediff('j.session_date', 'j.recorded_date', 'day') }} > 7,
            false
        ) as is_late_entry,
        j.is_first_load or j.recorded_date is null as is_late_unknown,
        coalesce(j.session_date > j.deal_close_date, false) as is_after_close,
        coalesce(
            j.status = 'held'
            and not j.is_deleted
            and j.opportunity_id is not null
            and coalesce(j.session_date >= j.deal_created_date, true)
            and coalesce(j.session_date < j.deal_close_date, true),
            false
        ) as is_deal_coaching,
        j.is_deleted,
        j.deleted_date,
        j.has_rejected_newer_version,
        j.source_system,
        j._source_file,
        j._source_row
    from judged as j
    inner join org_versions as c
        on
            j.coach_id = c.person_id
            and j.session_date >= c.valid_from
            and j.session_date < c.valid_to
)

select * from final
