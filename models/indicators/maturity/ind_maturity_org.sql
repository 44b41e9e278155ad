-- The company's coaching by what its reps experience: how many rep-days lie under managers of each
-- level, which level at least six in ten reps experience, and which one the papers ask for.
with

levels as (
    select * from {{ ref('ind_maturity_level') }}
),

periods as (
    select * from {{ ref('ind_period_day') }}
    where period_grain in ('quarter', 'fiscal_quarter')
),

policies as (
    select * from {{ ref('dim_coaching_policy') }}
    where role = 'rep' and not is_assumed
),

persons as (
    select * from {{ ref('dim_person') }}
    where certified_date is not null
),

initiatives as (
    select * from {{ ref('dim_initiative') }}
),

managers as (
    select
        period_grain,
        period_start,
        rule_version,
        sum(rep_day_count) as rep_day_count,
        {% for level in ['random', 'informal', 'formal', 'dynamic', 'not_assessable'] %}
            sum(case when level_code = '{{ level }}' then rep_day_count else 0 end)
                as {{ level }}_day_count{% if not loop.last %},{% endif %}
        {% endfor %}
    from levels
    where entity_type = 'manager'
    group by period_grain, period_start, rule_version
),

policy_periods as (
    select
        periods.period_grain,
        periods.period_start,
        max(case when policies.policy_id is null then 0 else 1 end) as has_policy
    from periods
    left join policies
        on
            periods.stock_date >= policies.valid_from
            and (policies.valid_to is null or periods.stock_date < policies.valid_to)
    group by periods.period_grain, periods.period_start
),

certified_periods as (
    select
        periods.period_grain,
        periods.period_start,
        max(case when persons.person_id is null then 0 else 1 end) as has_certificate
    from periods
    left join persons on periods.stock_date >= persons.certified_date
    group by periods.period_grain, periods.period_start
),

initiative_periods as (
    select
        periods.period_grain,
        periods.period_start,
        count(initiatives.initiative_id) as active_count
    from periods
    left join initiatives
        on
            periods.stock_date >= initiatives.start_date
            and (initiatives.end_date is null or periods.period_start <= initiatives.end_date)
    group by periods.period_grain, periods.period_start
),

final as (
    select
        managers.period_grain,
        managers.period_start,
        managers.rule_version,
        cast(managers.rep_day_count as bigint) as rep_day_count,
        {% for level in ['random', 'informal', 'formal', 'dynamic', 'not_assessable'] %}
            cast(managers.{{ level }}_day_count as bigint) as {{ level }}_day_count,
        {% endfor %}
        cast(
            case
                when 10 * dynamic_day_count >= 6 * rep_day_count then 3
                when 10 * (dynamic_day_count + formal_day_count) >= 6 * rep_day_count then 2
                when
                    10 * (dynamic_day_count + formal_day_count + informal_day_count)
                    >= 6 * rep_day_count
                    then 1
                when 10 * (rep_day_count - not_assessable_day_count) >= 6 * rep_day_count then 0
            end as integer
        ) as practised_level_index,
        cast(
            case
                when policy_periods.has_policy + certified_periods.has_certificate < 2
                    then policy_periods.has_policy + certified_periods.has_certificate
                when initiative_periods.active_count >= 2 then 3
                else 2
            end as integer
        ) as designed_level_index
    from managers
    inner join policy_periods
        on
            managers.period_grain = policy_periods.period_grain
            and managers.period_start = policy_periods.period_start
    inner join certified_periods
        on
            managers.period_grain = certified_periods.period_grain
            and managers.period_start = certified_periods.period_start
    inner join initiative_periods
        on
            managers.period_grain = initiative_periods.period_grain
            and managers.period_start = initiative_periods.period_start
)

select * from final
