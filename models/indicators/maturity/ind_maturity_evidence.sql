-- What is seen of coaching maturity of managers, teams and the company, over each quarter and the
-- one before it: seven dimensions from 0 to 1, and what the gates ask beside them. A dimension of
-- which nothing was counted is null and named, never nought.
with

indicators as (
    select * from {{ ref('indicators') }}
    where is_headline
),

added_up as (
    select * from {{ ref('ind_added_up') }}
    where
        dimension = 'all'
        and entity_type in ('manager', 'team', 'company')
        and period_grain in ('quarter', 'fiscal_quarter')
        and indicator_id in ('CO-01', 'TR-03', 'AF-03', 'AF-01', 'CO-11', 'LD-01')
),

rep_days as (
    select * from {{ ref('ind_rep_day') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
    where period_grain in ('quarter', 'fiscal_quarter')
),

periods as (
    select * from {{ ref('ind_period_day') }}
    where period_grain in ('quarter', 'fiscal_quarter')
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

org_entities as (
    select * from {{ ref('bridge_org_entity') }}
    where entity_type in ('manager', 'team', 'company')
),

persons as (
    select * from {{ ref('dim_person') }}
),

policies as (
    select * from {{ ref('dim_coaching_policy') }}
    where role = 'rep' and not is_assumed
),

sessions as (
    select * from {{ ref('ind_maturity_session') }}
),

attendees as (
    select * from {{ ref('bridge_session_attendee') }}
    where is_coachee_present
),

active_initiatives as (
    select * from {{ ref('ind_maturity_initiative') }}
),

spans as (
    select * from {{ ref('ind_maturity_span') }}
),

days as (
    select
        rep_days.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        count(*) as rep_day_count
    from rep_days
    inner join date_periods on rep_days.date_day = date_periods.date_day
    where rep_days.is_coaching_logged
    group by rep_days.org_key, date_periods.period_grain, date_periods.period_start
),

certified as (
    select count(certified_date) as certified_count
    from persons
),

policy_periods as (
    select
        periods.period_grain,
        periods.period_start,
        policies.team_id
    from periods
    inner join policies
        on
            periods.stock_date >= policies.valid_from
            and (policies.valid_to is null or periods.stock_date < policies.valid_to)
    group by periods.period_grain, periods.period_start, policies.team_id
),

-- For whom a policy is in force at the end: one for all, or for the team of some of the reps.
defined as (
    select
        org_entities.entity_type,
        org_entities.entity_id,
        spans.period_grain,
        spans.period_start
    from days
    inner join spans
        on days.period_grain = spans.period_grain and days.period_start = spans.part_start
    inner join org_versions on days.org_key = org_versions.org_key
    inner join policy_periods
        on
            spans.period_grain = policy_periods.period_grain
            and spans.period_start = policy_periods.period_start
            and coalesce(policy_periods.team_id, org_versions.team_id) = org_versions.team_id
    inner join org_entities on days.org_key = org_entities.org_key
    group by
        org_entities.entity_type,
        org_entities.entity_id,
        spans.period_grain,
        spans.period_start
),

-- Rep-days, and those under a manager whose certification held at the end of the quarter.
entity_days as (
    select
        org_entities.entity_type,
        org_entities.entity_id,
        days.period_grain,
        days.period_start,
        sum(days.rep_day_count) as rep_day_count,
        sum(
            case
                when
                    managers.certified_date <= periods.stock_date
                    and (
                        managers.certification_expires_date is null
                        or managers.certification_expires_date > periods.stock_date
                    )
                    then days.rep_day_count
                else 0
            end
        ) as capable_day_count
    from days
    inner join periods
        on days.period_grain = periods.period_grain and days.period_start = periods.period_start
    inner join org_versions on days.org_key = org_versions.org_key
    inner join org_entities on days.org_key = org_entities.org_key
    left join persons as managers on org_versions.manager_id = managers.person_id
    group by
        org_entities.entity_type,
        org_entities.entity_id,
        days.period_grain,
        days.period_start
),

entity_sessions as (
    select
        org_entities.entity_type,
        org_entities.entity_id,
        date_periods.period_grain,
        date_periods.period_start,
        sessions.session_id,
        sessions.session_date,
        max(case when sessions.has_artefact then 1 else 0 end) as artefact_count,
        max(case when sessions.has_artefact is null then 0 else 1 end) as artefact_told_count,
        max(sessions.initiative_id) as initiative_id,
        max(case when sessions.is_linked then 1 else 0 end) as linked_count
    from sessions
    inner join attendees on sessions.session_id = attendees.session_id
    inner join org_entities on attendees.coachee_org_key = org_entities.org_key
    inner join date_periods on sessions.session_date = date_periods.date_day
    group by
        org_entities.entity_type,
        org_entities.entity_id,
        date_periods.period_grain,
        date_periods.period_start,
        sessions.session_id,
        sessions.session_date
),

session_parts as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        count(*) as strict_count,
        sum(artefact_count) as artefact_count,
        sum(artefact_told_count) as artefact_told_count,
        sum(linked_count) as linked_count
    from entity_sessions
    group by entity_type, entity_id, period_grain, period_start
),

timely_initiatives as (
    select
        coached.entity_type,
        coached.entity_id,
        windows.period_grain,
        windows.period_start,
        windows.initiative_id
    from active_initiatives as windows
    inner join entity_sessions as coached
        on
            windows.initiative_id = coached.initiative_id
            and windows.period_grain = coached.period_grain
            and windows.window_start <= coached.session_date
            and windows.window_end >= coached.session_date
    group by
        coached.entity_type,
        coached.entity_id,
        windows.period_grain,
        windows.period_start,
        windows.initiative_id
),

initiative_parts as (
    select
        entity_days.entity_type,
        entity_days.entity_id,
        entity_days.period_grain,
        entity_days.period_start,
        count(active_initiatives.initiative_id) as active_count,
        sum(case when timely.initiative_id is not null then 1 else 0 end) as coached_count
    from entity_days
    inner join active_initiatives
        on
            entity_days.period_grain = active_initiatives.period_grain
            and entity_days.period_start = active_initiatives.period_start
    left join timely_initiatives as timely
        on
            entity_days.entity_type = timely.entity_type
            and entity_days.entity_id = timely.entity_id
            and active_initiatives.period_grain = timely.period_grain
            and active_initiatives.period_start = timely.period_start
            and active_initiatives.initiative_id = timely.initiative_id
    group by
        entity_days.entity_type,
        entity_days.entity_id,
        entity_days.period_grain,
        entity_days.period_start
),

-- All that is divided, in one shape.
parts as (
    select
        added_up.entity_type,
        added_up.entity_id,
        added_up.period_grain,
        added_up.period_start,
        added_up.indicator_id as input_code,
        cast(added_up.numerator as decimal(28, 6)) as numerator,
        cast(added_up.denominator as decimal(28, 6)) as denominator
    from added_up
    inner join indicators
        on
            added_up.indicator_id = indicators.indicator_id
            and added_up.measure_id = indicators.measure_id
    union all
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        'artefact' as input_code,
        cast(artefact_count as decimal(28, 6)) as numerator,
        cast(artefact_told_count as decimal(28, 6)) as denominator
    from session_parts
    union all
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        'linked' as input_code,
        cast(linked_count as decimal(28, 6)) as numerator,
        cast(strict_count as decimal(28, 6)) as denominator
    from session_parts
    union all
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        'initiative' as input_code,
        cast(coached_count as decimal(28, 6)) as numerator,
        cast(active_count as decimal(28, 6)) as denominator
    from initiative_parts
    union all
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        'rep_days' as input_code,
        cast(rep_day_count as decimal(28, 6)) as numerator,
        cast(1 as decimal(28, 6)) as denominator
    from entity_days
),

-- Each quarter by itself, the one before, and both together.
span_parts as (
    select
        parts.entity_type,
        parts.entity_id,
        spans.period_grain,
        spans.period_start,
        parts.input_code,
        'both' as span,
        sum(parts.numerator) as numerator,
        sum(parts.denominator) as denominator
    from parts
    inner join spans
        on parts.period_grain = spans.period_grain and parts.period_start = spans.part_start
    group by
        parts.entity_type,
        parts.entity_id,
        spans.period_grain,
        spans.period_start,
        parts.input_code
    union all
    select
        parts.entity_type,
        parts.entity_id,
        spans.period_grain,
        spans.period_start,
        parts.input_code,
        spans.span,
        parts.numerator,
        parts.denominator
    from parts
    inner join spans
        on parts.period_grain = spans.period_grain and parts.period_start = spans.part_start
),

wide as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        span,
        {% for name, code in [
            ('adherence', 'CO-01'), ('reinforced', 'TR-03'), ('followed', 'AF-03'),
            ('on_time', 'AF-01'), ('observed', 'CO-11'), ('leading', 'LD-01'),
            ('artefact', 'artefact'), ('linked', 'linked'), ('initiative', 'initiative')
        ] %}
            max(
                case
                    when input_code = '{{ code }}' and denominator > 0
                        then cast(numerator as double) / cast(denominator as double)
                end
            ) as {{ name }}_rate,
        {% endfor %}
        max(case when input_code = 'rep_days' then numerator end) as rep_day_count
    from span_parts
    group by entity_type, entity_id, period_grain, period_start, span
),

-- A dimension of two inputs is the mean of those that are there.
dimensions as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        span,
        rep_day_count,
        adherence_rate as d2,
        artefact_rate as d3,
        case
            when reinforced_rate is null then followed_rate
            when followed_rate is null then reinforced_rate
            else (reinforced_rate + followed_rate) * 0.5e0
        end as d4,
        case
            when on_time_rate is null then observed_rate
            when observed_rate is null then on_time_rate
            else (on_time_rate + observed_rate) * 0.5e0
        end as d5,
        case
            when initiative_rate is null then linked_rate
            when linked_rate is null then initiative_rate
            else (initiative_rate + linked_rate) * 0.5e0
        end as d7,
        leading_rate,
        trim(
            concat(
                case when adherence_rate is null then 'CO-01 ' else '' end,
                case when artefact_rate is null then 'artefact ' else '' end,
                case when reinforced_rate is null then 'TR-03 ' else '' end,
                case when followed_rate is null then 'AF-03 ' else '' end,
                case when on_time_rate is null then 'AF-01 ' else '' end,
                case when observed_rate is null then 'CO-11 ' else '' end,
                case when initiative_rate is null then 'initiative ' else '' end,
                case when linked_rate is null then 'linked ' else '' end,
                case when leading_rate is null then 'LD-01 ' else '' end
            )
        ) as missing_inputs
    from wide
),

-- Of two quarters the lower one, where each has something to divide by.
lowest as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        min(d2) as d2,
        min(d3) as d3,
        min(d4) as d4,
        min(d5) as d5
    from dimensions
    where span <> 'both'
    group by entity_type, entity_id, period_grain, period_start
),

touched as (
    select
        entity_sessions.entity_type,
        entity_sessions.entity_id,
        spans.period_grain,
        spans.period_start,
        count(distinct entity_sessions.initiative_id) as initiative_count
    from entity_sessions
    inner join spans
        on
            entity_sessions.period_grain = spans.period_grain
            and entity_sessions.period_start = spans.part_start
    group by
        entity_sessions.entity_type,
        entity_sessions.entity_id,
        spans.period_grain,
        spans.period_start
),

final as (
    select
        dimensions.entity_type,
        dimensions.entity_id,
        dimensions.period_grain,
        dimensions.period_start,
        cast(dimensions.rep_day_count as bigint) as rep_day_count,
        cast(dimensions.rep_day_count as double) / 30.4375e0 as rep_months,
        cast(case when defined.entity_id is null then 0 else 1 end as double) as d1,
        dimensions.d2,
        dimensions.d3,
        dimensions.d4,
        dimensions.d5,
        case
            when certified.certified_count > 0 and entity_days.rep_day_count > 0
                then
                    cast(entity_days.capable_day_count as double)
                    / cast(entity_days.rep_day_count as double)
        end as d6,
        dimensions.d7,
        lowest.d2 as d2_lowest,
        lowest.d3 as d3_lowest,
        lowest.d4 as d4_lowest,
        lowest.d5 as d5_lowest,
        dimensions.leading_rate,
        cast(coalesce(touched.initiative_count, 0) as integer) as initiative_count,
        trim(
            concat(
                dimensions.missing_inputs,
                case
                    when certified.certified_count > 0 and entity_days.rep_day_count > 0 then ''
                    else ' certification'
                end
            )
        ) as missing_inputs
    from dimensions
    cross join certified
    left join defined
        on
            dimensions.entity_type = defined.entity_type
            and dimensions.entity_id = defined.entity_id
            and dimensions.period_grain = defined.period_grain
            and dimensions.period_start = defined.period_start
    left join lowest
        on
            dimensions.entity_type = lowest.entity_type
            and dimensions.entity_id = lowest.entity_id
            and dimensions.period_grain = lowest.period_grain
            and dimensions.period_start = lowest.period_start
    left join entity_days
        on
            dimensions.entity_type = entity_days.entity_type
            and dimensions.entity_id = entity_days.entity_id
            and dimensions.period_grain = entity_days.period_grain
            and dimensions.period_start = entity_days.period_start
    left join touched
        on
            dimensions.entity_type = touched.entity_type
            and dimensions.entity_id = touched.entity_id
            and dimensions.period_grain = touched.period_grain
            and dimensions.period_start = touched.period_start
    where dimensions.span = 'both' and dimensions.rep_day_count > 0
)

select * from final
