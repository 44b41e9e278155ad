-- How sure the level of a manager is: its share of the replicates in which the manager's rep-months
-- were drawn again, each quarter by itself, and judged by the same gates. Policy, certificate and
-- coaching from above tell of no rep-month and stay as they are.
{%- set inputs = [
    'adherence', 'reinforced', 'followed', 'on_time', 'leading', 'artefact', 'linked'
] %}
{%- set levels = ['informal', 'formal', 'dynamic'] %}
{%- set gates = ['d1', 'd2', 'd3', 'd4', 'd5', 'd6', 'd7', 'initiatives', 'ld_01', 'impact'] %}
{%- set each_gates = ['d2', 'd3', 'd4', 'd5'] %}
with

maturity_levels as (
    select * from {{ ref('ind_maturity_level') }}
    where entity_type = 'manager' and level_index is not null
),

maturity_gates as (
    select * from {{ ref('maturity_gates') }}
),

spans as (
    select * from {{ ref('ind_maturity_span') }}
),

rep_months as (
    select * from {{ ref('ind_maturity_rep_month') }}
),

draws as (
    select * from {{ ref('ind_maturity_draw') }}
),

sessions as (
    select * from {{ ref('ind_maturity_manager_session') }}
    where initiative_id is not null
),

initiatives as (
    select * from {{ ref('ind_maturity_initiative') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

indicators as (
    select * from {{ ref('indicators') }}
    where is_headline
),

observed as (
    select
        added_up.entity_id,
        added_up.period_grain,
        added_up.period_start,
        added_up.numerator,
        added_up.denominator
    from {{ ref('ind_added_up') }} as added_up
    inner join indicators
        on
            added_up.indicator_id = indicators.indicator_id
            and added_up.measure_id = indicators.measure_id
    where
        added_up.indicator_id = 'CO-11'
        and added_up.dimension = 'all'
        and added_up.entity_type = 'manager'
),

replicates as (
    select replicate_number
    from draws
    group by replicate_number
),

-- Only what a verdict needs is drawn.
needed as (
    select
        maturity_levels.entity_id,
        spans.period_grain,
        spans.part_start,
        spans.part_parity
    from maturity_levels
    inner join spans
        on
            maturity_levels.period_grain = spans.period_grain
            and maturity_levels.period_start = spans.period_start
    group by
        maturity_levels.entity_id, spans.period_grain, spans.part_start, spans.part_parity
),

-- Drawn are the rep-months of one quarter: as many as there are.
drawn as (
    select
        rep_months.manager_id,
        rep_months.period_grain,
        rep_months.period_start,
        draws.replicate_number,
        {% for input in inputs %}
            sum(rep_months.{{ input }}_count * draws.draw_count) as {{ input }}_count,
            sum(rep_months.{{ input }}_of_count * draws.draw_count)
                as {{ input }}_of_count{% if not loop.last %},{% endif %}
        {% endfor %}
    from rep_months
    inner join needed
        on
            rep_months.manager_id = needed.entity_id
            and rep_months.period_grain = needed.period_grain
            and rep_months.period_start = needed.part_start
    inner join draws
        on
            needed.part_parity = draws.parity
            and rep_months.rep_month_count = draws.rep_month_count
            and rep_months.rep_month_number = draws.rep_month_number
    group by
        rep_months.manager_id,
        rep_months.period_grain,
        rep_months.period_start,
        draws.replicate_number
),

-- In which rep-months an initiative was coached, and for which quarters in time.
coached_months as (
    select
        rep_months.manager_id,
        rep_months.period_grain,
        rep_months.period_start,
        rep_months.rep_month_number,
        rep_months.rep_month_count,
        sessions.initiative_id,
        sessions.session_date
    from sessions
    inner join date_periods on sessions.session_date = date_periods.date_day
    inner join rep_months
        on
            sessions.manager_id = rep_months.manager_id
            and sessions.person_id = rep_months.person_id
            and date_periods.period_grain = replace(rep_months.period_grain, 'quarter', 'month')
            and date_periods.period_start = rep_months.month_start
),

coached_for as (
    select
        coached_months.*,
        'touched' as kind,
        spans.period_start as for_start
    from coached_months
    inner join spans
        on
            coached_months.period_grain = spans.period_grain
            and coached_months.period_start = spans.part_start
    union all
    select
        coached_months.*,
        'timely' as kind,
        initiatives.period_start as for_start
    from coached_months
    inner join initiatives
        on
            coached_months.period_grain = initiatives.period_grain
            and coached_months.initiative_id = initiatives.initiative_id
            and coached_months.session_date >= initiatives.window_start
            and coached_months.session_date <= initiatives.window_end
),

coached_once as (
    select
        coached_for.manager_id,
        coached_for.period_grain,
        coached_for.for_start,
        coached_for.kind,
        coached_for.initiative_id,
        draws.replicate_number
    from coached_for
    inner join spans
        on
            coached_for.period_grain = spans.period_grain
            and coached_for.period_start = spans.period_start
            and spans.span = 'this'
    inner join draws
        on
            spans.part_parity = draws.parity
            and coached_for.rep_month_count = draws.rep_month_count
            and coached_for.rep_month_number = draws.rep_month_number
    group by
        coached_for.manager_id,
        coached_for.period_grain,
        coached_for.for_start,
        coached_for.kind,
        coached_for.initiative_id,
        draws.replicate_number
),

coached as (
    select
        manager_id,
        period_grain,
        for_start,
        replicate_number,
        sum(case when kind = 'touched' then 1 else 0 end) as touched_count,
        sum(case when kind = 'timely' then 1 else 0 end) as timely_count
    from coached_once
    group by manager_id, period_grain, for_start, replicate_number
),

staffed as (
    select
        manager_id,
        period_grain,
        period_start
    from rep_months
    group by manager_id, period_grain, period_start
    having sum(rep_day_count) > 0
),

-- Initiatives are waited for in the quarters in which a manager had reps.
asked as (
    select
        staffed.manager_id,
        initiatives.period_grain,
        initiatives.period_start,
        count(*) as active_count
    from initiatives
    inner join staffed
        on
            initiatives.period_grain = staffed.period_grain
            and initiatives.period_start = staffed.period_start
    group by staffed.manager_id, initiatives.period_grain, initiatives.period_start
),

managers as (
    select
        entity_id as manager_id,
        period_grain,
        period_start,
        max(d1) as d1,
        max(d6) as d6
    from maturity_levels
    group by entity_id, period_grain, period_start
),

-- Both quarters of each replicate side by side; in an unstaffed one nothing is waited for.
paired as (
    select
        managers.manager_id,
        managers.period_grain,
        managers.period_start,
        managers.d1,
        managers.d6,
        replicates.replicate_number,
        {% for span in ['this', 'before'] %}
            {% for input in inputs %}
                max(case when spans.span = '{{ span }}' then drawn.{{ input }}_count end)
                    as {{ span }}_{{ input }}_count,
                max(case when spans.span = '{{ span }}' then drawn.{{ input }}_of_count end)
                    as {{ span }}_{{ input }}_of_count,
            {% endfor %}
            max(case when spans.span = '{{ span }}' then observed.numerator end)
                as {{ span }}_observed_count,
            max(case when spans.span = '{{ span }}' then observed.denominator end)
                as {{ span }}_observed_of_count,
        {% endfor %}
        sum(case when asked.active_count > 0 then coached.timely_count end) as timely_count,
        sum(asked.active_count) as active_count,
        max(case when spans.span = 'this' then coached.touched_count end) as touched_count
    from managers
    cross join replicates
    inner join spans
        on
            managers.period_grain = spans.period_grain
            and managers.period_start = spans.period_start
    left join drawn
        on
            managers.manager_id = drawn.manager_id
            and managers.period_grain = drawn.period_grain
            and spans.part_start = drawn.period_start
            and replicates.replicate_number = drawn.replicate_number
    left join coached
        on
            managers.manager_id = coached.manager_id
            and managers.period_grain = coached.period_grain
            and spans.part_start = coached.for_start
            and replicates.replicate_number = coached.replicate_number
    left join asked
        on
            managers.manager_id = asked.manager_id
            and managers.period_grain = asked.period_grain
            and spans.part_start = asked.period_start
    left join observed
        on
            managers.manager_id = observed.entity_id
            and managers.period_grain = observed.period_grain
            and spans.part_start = observed.period_start
    group by
        managers.manager_id,
        managers.period_grain,
        managers.period_start,
        managers.d1,
        managers.d6,
        replicates.replicate_number
),

rates as (
    select
        *,
        {% for input in inputs + ['observed'] %}
            {% for span in ['this', 'before'] %}
                cast({{ span }}_{{ input }}_count as double)
                / cast(nullif({{ span }}_{{ input }}_of_count, 0) as double)
                    as {{ span }}_{{ input }},
            {% endfor %}
            cast(
                coalesce(this_{{ input }}_count, 0) + coalesce(before_{{ input }}_count, 0)
                as double
            ) / cast(
                nullif(
                    coalesce(this_{{ input }}_of_count, 0)
                    + coalesce(before_{{ input }}_of_count, 0),
                    0
                ) as double
            ) as both_{{ input }},
        {% endfor %}
        cast(coalesce(timely_count, 0) as double) / cast(nullif(active_count, 0) as double)
            as both_initiative
    from paired
),

dimensions as (
    select
        *,
        {% for span in ['this', 'before', 'both'] %}
            {{ span }}_adherence as {{ span }}_d2,
            {{ span }}_artefact as {{ span }}_d3,
            (
                coalesce({{ span }}_reinforced, {{ span }}_followed)
                + coalesce({{ span }}_followed, {{ span }}_reinforced)
            ) * 0.5e0 as {{ span }}_d4,
            (
                coalesce({{ span }}_on_time, {{ span }}_observed)
                + coalesce({{ span }}_observed, {{ span }}_on_time)
            ) * 0.5e0 as {{ span }}_d5,
        {% endfor %}
        (
            coalesce(both_initiative, both_linked) + coalesce(both_linked, both_initiative)
        ) * 0.5e0 as both_d7
    from rates
),

seen as (
    select
        manager_id,
        period_grain,
        period_start,
        replicate_number,
        {% for gate in each_gates %}
            both_{{ gate }},
            least(this_{{ gate }}, before_{{ gate }}) as each_{{ gate }},
        {% endfor %}
        d1 as both_d1,
        d6 as both_d6,
        both_d7,
        cast(coalesce(touched_count, 0) as double) as both_initiatives,
        both_leading as both_ld_01,
        cast(null as double) as both_impact
    from dimensions
),

-- The gates of a reading side by side.
thresholds as (
    select
        rule_version,
        {% for level in levels %}
            {% for gate in gates %}
                max(
                    case
                        when
                            level_code = '{{ level }}'
                            and gate_code = '{{ gate | upper | replace("_", "-") }}'
                            then cast(threshold as double)
                    end
                ) as {{ level }}_{{ gate }}_threshold,
                max(
                    case
                        when
                            level_code = '{{ level }}'
                            and gate_code = '{{ gate | upper | replace("_", "-") }}'
                            and is_any_enough
                            then 1
                        else 0
                    end
                ) as {{ level }}_{{ gate }}_any,
                {% if gate in each_gates %}
                    max(
                        case
                            when
                                level_code = '{{ level }}'
                                and gate_code = '{{ gate | upper }}'
                                and quarters = 'each'
                                then 1
                            else 0
                        end
                    ) as {{ level }}_{{ gate }}_each,
                {% endif %}
            {% endfor %}
        {% endfor %}
        count(*) as gate_count
    from maturity_gates
    group by rule_version
),

met as (
    select
        seen.manager_id,
        seen.period_grain,
        seen.period_start,
        seen.replicate_number,
        thresholds.*,
        {% for level in levels %}
            {% for gate in gates %}
                {% if gate in each_gates %}
                    case
                        when thresholds.{{ level }}_{{ gate }}_each = 1 then seen.each_{{ gate }}
                        else seen.both_{{ gate }}
                    end
                {% else %}
                    seen.both_{{ gate }}
                {% endif %}
                >= thresholds.{{ level }}_{{ gate }}_threshold - 0.000000001
                    as is_{{ level }}_{{ gate }}_met{% if not loop.last %},{% endif %}
            {% endfor %}{% if not loop.last %},{% endif %}
        {% endfor %}
    from seen
    cross join thresholds
),

holding as (
    select
        manager_id,
        period_grain,
        period_start,
        rule_version,
        replicate_number,
        {% for level in levels %}
            {% for gate in gates %}
                (
                    {{ level }}_{{ gate }}_threshold is null
                    or {{ level }}_{{ gate }}_any = 1
                    or coalesce(is_{{ level }}_{{ gate }}_met, false)
                )
                and
            {% endfor %}
            (
                {% for gate in gates %}
                    {{ level }}_{{ gate }}_any{{ ' +' if not loop.last }}
                {% endfor %} = 0
                {% for gate in gates %}
                    or (
                        {{ level }}_{{ gate }}_any = 1
                        and coalesce(is_{{ level }}_{{ gate }}_met, false)
                    )
                {% endfor %}
            ) as has_{{ level }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from met
),

judged as (
    select
        manager_id,
        period_grain,
        period_start,
        rule_version,
        replicate_number,
        case
            when has_informal and has_formal and has_dynamic then 3
            when has_informal and has_formal then 2
            when has_informal then 1
            else 0
        end as level_index
    from holding
),

counted as (
    select
        manager_id,
        period_grain,
        period_start,
        rule_version,
        max(case when replicate_number = 0 then level_index end) as whole_level_index,
        sum(case when replicate_number > 0 then 1 else 0 end) as replicate_count,
        {% for level in ['random', 'informal', 'formal', 'dynamic'] %}
            sum(
                case when replicate_number > 0 and level_index = {{ loop.index0 }} then 1 else 0 end
            ) as {{ level }}_count{% if not loop.last %},{% endif %}
        {% endfor %}
    from judged
    group by manager_id, period_grain, period_start, rule_version
),

final as (
    select
        counted.manager_id,
        counted.period_grain,
        counted.period_start,
        counted.rule_version,
        cast(counted.replicate_count as integer) as replicate_count,
        cast(counted.whole_level_index as integer) as whole_level_index,
        {% for level in ['random', 'informal', 'formal', 'dynamic'] %}
            cast(counted.{{ level }}_count as double)
            / cast(nullif(counted.replicate_count, 0) as double)
                as {{ level }}_probability{% if not loop.last %},{% endif %}
        {% endfor %}
    from counted
    inner join maturity_levels
        on
            counted.manager_id = maturity_levels.entity_id
            and counted.period_grain = maturity_levels.period_grain
            and counted.period_start = maturity_levels.period_start
            and counted.rule_version = maturity_levels.rule_version
)

select * from final
