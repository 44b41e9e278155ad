-- How many managers would be at which level with the thresholds of all rates, or of one alone, a
-- tenth lower or higher: what hangs on our convention.
with

maturity_levels as (
    select * from {{ ref('ind_maturity_level') }}
    where entity_type = 'manager' and level_index is not null
),

shifted as (
    {% for gate in ['all', 'D2', 'D3', 'D4', 'D5', 'D7', 'LD-01'] %}
        {% set prefix = '' if gate == 'all' else gate | lower | replace('-', '_') ~ '_' %}
        {% for change, column in [
            ('-0.1', prefix ~ 'lowered_level_index'),
            ('0', 'level_index'),
            ('0.1', prefix ~ 'raised_level_index')
        ] %}
            select
                period_grain,
                period_start,
                rule_version,
                '{{ gate }}' as gate_code,
                cast({{ change }} as decimal(18, 2)) as threshold_change,
                level_index,
                {{ column }} as shifted_level_index
            from maturity_levels
            {% if not loop.last %}union all{% endif %}
        {% endfor %}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        period_grain,
        period_start,
        rule_version,
        gate_code,
        threshold_change,
        cast(count(*) as integer) as manager_count,
        {% for level in ['random', 'informal', 'formal', 'dynamic'] %}
            cast(
                sum(case when shifted_level_index = {{ loop.index0 }} then 1 else 0 end) as integer
            ) as {{ level }}_manager_count,
        {% endfor %}
        cast(
            sum(case when shifted_level_index <> level_index then 1 else 0 end) as integer
        ) as changed_manager_count
    from shifted
    group by period_grain, period_start, rule_version, gate_code, threshold_change
)

select * from final
