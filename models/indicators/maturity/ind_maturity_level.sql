-- The level that the gates give for what is seen, by both readings of the four levels, and what it
-- would be with every gate, or one alone, a tenth lower or higher. A gate of which nothing is known
-- is not met, but no entity is called random for what is not known.
{%- set shifted_gates = ['all', 'D2', 'D3', 'D4', 'D5', 'D7', 'LD-01'] %}
with

evidence as (
    select * from {{ ref('ind_maturity_evidence') }}
),

gates as (
    select * from {{ ref('maturity_gates') }}
),

shifts as (
    select
        'as_written' as shift,
        'all' as shifted_gate,
        cast(0 as double) as added
    {% for gate in shifted_gates %}
        {% for shift, added in [('lowered', '-0.1'), ('raised', '0.1')] %}
            union all
            select
                '{{ shift }}' as shift,
                '{{ gate }}' as shifted_gate,
                cast({{ added }} as double) as added
        {% endfor %}
    {% endfor %}
),

-- Every quantity that a gate may ask for, over both quarters and in the weaker one. That impact is
-- measured is told by no source.
quantities as (
    {% for code, name, each in [
        ('D1', 'd1', ''), ('D2', 'd2', 'd2_lowest'), ('D3', 'd3', 'd3_lowest'),
        ('D4', 'd4', 'd4_lowest'), ('D5', 'd5', 'd5_lowest'), ('D6', 'd6', ''), ('D7', 'd7', ''),
        ('LD-01', 'leading_rate', ''), ('INITIATIVES', 'initiative_count', ''), ('IMPACT', '', '')
    ] %}
        select
            entity_type,
            entity_id,
            period_grain,
            period_start,
            '{{ code }}' as gate_code,
            cast({{ name or 'null' }} as double) as both_value,
            cast({{ each or name or 'null' }} as double) as each_value
        from evidence
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

asked as (
    select
        quantities.entity_type,
        quantities.entity_id,
        quantities.period_grain,
        quantities.period_start,
        gates.rule_version,
        gates.level_code,
        gates.is_any_enough,
        gates.gate_code,
        shifts.shift,
        shifts.shifted_gate,
        case when gates.quarters = 'each' then quantities.each_value else quantities.both_value end
            as seen_value,
        cast(gates.threshold as double)
        + case
            when gates.is_shifted and shifts.shifted_gate in ('all', gates.gate_code)
                then shifts.added
            else cast(0 as double)
        end as threshold
    from quantities
    inner join gates on quantities.gate_code = gates.gate_code
    cross join shifts
),

-- A hair's breadth below a threshold is a matter of binary fractions, not of coaching.
judged as (
    select
        *,
        coalesce(seen_value >= threshold - 0.000000001, false) as is_met,
        case
            when seen_value is null then cast(0 as double)
            else
                least(
                    cast(1 as double),
                    cast(seen_value as double) / cast(threshold as double)
                )
        end as progress
    from asked
),

levels as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        rule_version,
        shift,
        shifted_gate,
        {% for level in ['informal', 'formal', 'dynamic'] %}
            -- All gates of a level, and one of those of which any is enough.
            min(
                case
                    when level_code = '{{ level }}' and not is_any_enough and not is_met then 0
                    else 1
                end
            ) = 1
            and coalesce(
                max(
                    case
                        when level_code = '{{ level }}' and is_any_enough
                            then case when is_met then 1 else 0 end
                    end
                ),
                1
            ) = 1 as has_{{ level }},
        {% endfor %}
        max(case when level_code = 'informal' and seen_value is null then 1 else 0 end) = 1
            as has_unknown_exposure
    from judged
    group by
        entity_type,
        entity_id,
        period_grain,
        period_start,
        rule_version,
        shift,
        shifted_gate
),

-- How far the gates of each level are met as they are written, and which are not.
met_gates as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        rule_version,
        {% for level in ['informal', 'formal', 'dynamic'] %}
            cast(
                sum(
                    case
                        when level_code = '{{ level }}' then cast(progress as decimal(28, 12))
                        else cast(0 as decimal(28, 12))
                    end
                ) as double
            ) / cast(
                greatest(sum(case when level_code = '{{ level }}' then 1 else 0 end), 1) as double
            ) as {{ level }}_progress,
            trim(
                concat(
                    {% for gate in [
                        'D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7', 'INITIATIVES', 'LD-01', 'IMPACT'
                    ] %}
                        max(
                            case
                                when
                                    level_code = '{{ level }}'
                                    and gate_code = '{{ gate }}'
                                    and not is_met
                                    then '{{ gate }} '
                                else ''
                            end
                        ){% if not loop.last %},{% endif %}
                    {% endfor %}
                )
            ) as {{ level }}_unmet{% if not loop.last %},{% endif %}
        {% endfor %}
    from judged
    where shift = 'as_written'
    group by entity_type, entity_id, period_grain, period_start, rule_version
),

indexed as (
    select
        *,
        case
            -- Nobody coaches whom nobody manages.
            when entity_type = 'manager' and entity_id = '(unassigned)' then null
            when has_informal and has_formal and has_dynamic then 3
            when has_informal and has_formal then 2
            when has_informal then 1
            when not has_unknown_exposure then 0
        end as level_index
    from levels
),

shifted as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        rule_version,
        {% for gate in shifted_gates %}
            {% set prefix = '' if gate == 'all' else gate | lower | replace('-', '_') ~ '_' %}
            max(case when shift = 'lowered' and shifted_gate = '{{ gate }}' then level_index end)
                as {{ prefix }}lowered_level_index,
            max(case when shift = 'raised' and shifted_gate = '{{ gate }}' then level_index end)
                as {{ prefix }}raised_level_index{% if not loop.last %},{% endif %}
        {% endfor %}
    from indexed
    group by entity_type, entity_id, period_grain, period_start, rule_version
),

-- Fewer than eight rep-months are too little to judge by.
placed as (
    select
        evidence.*,
        indexed.rule_version,
        case when evidence.rep_months >= 8 then indexed.level_index end as level_index,
        {% for gate in shifted_gates %}
            {% set prefix = '' if gate == 'all' else gate | lower | replace('-', '_') ~ '_' %}
            {% for shift in ['lowered', 'raised'] %}
                {% set column = prefix ~ shift ~ '_level_index' %}
                case when evidence.rep_months >= 8 then shifted.{{ column }} end as {{ column }},
            {% endfor %}
        {% endfor %}
        case indexed.level_index
            when 0 then met_gates.informal_unmet
            when 1 then met_gates.formal_unmet
            when 2 then met_gates.dynamic_unmet
        end as unmet_gates,
        case indexed.level_index
            when 0 then met_gates.informal_progress
            when 1 then met_gates.formal_progress
            when 2 then met_gates.dynamic_progress
            when 3 then cast(1 as double)
        end as next_progress
    from evidence
    inner join indexed
        on
            evidence.entity_type = indexed.entity_type
            and evidence.entity_id = indexed.entity_id
            and evidence.period_grain = indexed.period_grain
            and evidence.period_start = indexed.period_start
            and indexed.shift = 'as_written'
    inner join met_gates
        on
            indexed.entity_type = met_gates.entity_type
            and indexed.entity_id = met_gates.entity_id
            and indexed.period_grain = met_gates.period_grain
            and indexed.period_start = met_gates.period_start
            and indexed.rule_version = met_gates.rule_version
    inner join shifted
        on
            indexed.entity_type = shifted.entity_type
            and indexed.entity_id = shifted.entity_id
            and indexed.period_grain = shifted.period_grain
            and indexed.period_start = shifted.period_start
            and indexed.rule_version = shifted.rule_version
),

final as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        rule_version,
        rep_day_count,
        rep_months,
        d1,
        d2,
        d3,
        d4,
        d5,
        d6,
        d7,
        leading_rate,
        initiative_count,
        missing_inputs,
        cast(level_index as integer) as level_index,
        case level_index
            when 0 then 'random'
            when 1 then 'informal'
            when 2 then 'formal'
            when 3 then 'dynamic'
            else 'not_assessable'
        end as level_code,
        {% for gate in shifted_gates %}
            {% set prefix = '' if gate == 'all' else gate | lower | replace('-', '_') ~ '_' %}
            {% for shift in ['lowered', 'raised'] %}
                {% set column = prefix ~ shift ~ '_level_index' %}
                cast({{ column }} as integer) as {{ column }},
            {% endfor %}
        {% endfor %}
        case when level_index is not null then 25 * (level_index + next_progress) end
            as progress_score,
        case when level_index is not null then unmet_gates end as unmet_gates,
        case
            when level_index is not null then null
            when rep_months < 8 then 'exposure'
            else 'input'
        end as not_assessable_for
    from placed
)

select * from final
