-- sqlfluff:exclude_rules:ST06,RF04,LT02,LT05
-- Quotas, lines of deals and splits on their way from staging to the core, and from there to the
-- mart of quota attainment: totals, and between them every difference with its reason. What the
-- core does not hold is explained from the staged row itself, not by what the core left out.
{% set sums = {'quota': 'quota_amount', 'opportunity_line': 'total_amount',
    'opportunity_split': 'split_percent'} %}
{% set words = dbt.type_string() %}
with

clock as (
    select * from {{ ref('dim_clock') }}
),

staged as (
    {% for system in var('systems') %}
        {% for object in var('systems')[system].objects or [] %}
            {% set model = ref('stg_' ~ system ~ '__' ~ object) %}
            {% set path = 'source.' ~ project_name ~ '.' ~ system ~ '.' ~ object %}
            {% set sources = graph.sources if execute else {} %}
            {% set contract = sources[path] or {} %}
            {% set entity = (contract.config.meta.entity or object) if contract else '' %}
            {% set names, key = [], [] %}
            {% for raw, column in (contract.columns or {}).items() %}
                {% do names.append(column.config.meta.typed or raw[4:]) %}
            {% endfor %}
            {#- A quota without a currency is one in that of the company. -#}
            {% set parts = contract.config.meta.key if entity in sums else [] %}
            {% for part in parts if part != 'valid_from' %}
                {% set default = var('reporting_currency') if part == 'currency_code' else '' %}
                {% set text = 'cast(' ~ part ~ ' as ' ~ words ~ ')' %}
                {% do key.append(
                    text if loop.first else 'coalesce(' ~ text ~ ", '" ~ default ~ "')"
                ) %}
            {% endfor %}
            {% if entity in sums %}
                select
                    '{{ system }}' as source_system,
                    '{{ object }}' as object,
                    '{{ entity }}' as entity,
                    '{{ sums[entity] }}' as column_name,
                    '{{ system }}:' || {{ key | join(" || '|' || ") }} as record_key,
                    {{ "'" ~ system ~ ":' || opportunity_id" if 'opportunity_id' in names
                        else 'cast(null as ' ~ words ~ ')' }} as opportunity_id,
                    {{ sums[entity] }} as amount,
                    {{ reporting_date('created_at') if 'created_at' in names
                        else 'cast(null as date)' }} as created_date,
                    {{ 'coalesce(is_deleted, false)' if 'is_deleted' in names else 'false' }}
                        as is_deleted,
                    {{ 'coalesce(is_amount, true)' if 'is_amount' in names else 'true' }}
                        as is_money,
                    {{ "coalesce(forecasting_type_id, '(none)')"
                        if 'forecasting_type_id' in names else "'(none)'" }} as forecast_type,
                    row_status,
                    _source_file,
                    _source_row
                from {{ model }}
                where row_status in ('accepted', 'superseded')
                union all
            {% endif %}
        {% endfor %}
    {% endfor %}
    select
        cast(null as {{ words }}) as source_system,
        cast(null as {{ words }}) as object,
        cast(null as {{ words }}) as entity,
        cast(null as {{ words }}) as column_name,
        cast(null as {{ words }}) as record_key,
        cast(null as {{ words }}) as opportunity_id,
        cast(null as decimal(18, 2)) as amount,
        cast(null as date) as created_date,
        false as is_deleted,
        true as is_money,
        cast(null as {{ words }}) as forecast_type,
        cast(null as {{ words }}) as row_status,
        cast(null as {{ words }}) as _source_file,
        cast(null as bigint) as _source_row
    from (select 1 as one) as nobody
    where one = 0
),

quotas as (
    select * from {{ ref('fct_quota') }}
),

credits as (
    select * from {{ ref('fct_opportunity_credit') }}
),

opportunities as (
    select * from {{ ref('fct_opportunity') }}
),

figures as (
    select * from {{ ref('fct_lagging_indicator') }}
    where
        indicator_id = 'QU-01'
        and measure_id = 'attainment'
        and entity_type = 'company'
        and period_grain = 'month'
        and dimension = 'all'
),

core_records as (
    select
        source_system,
        'quota' as entity,
        'quota_amount' as column_name,
        quota_id as record_key,
        quota_amount as amount,
        _source_file,
        _source_row
    from quotas
    union all
    select
        source_system,
        'opportunity_line' as entity,
        'total_amount' as column_name,
        opportunity_line_id as record_key,
        total_amount as amount,
        _source_file,
        _source_row
    from {{ ref('fct_opportunity_line') }}
    union all
    select
        source_system,
        'opportunity_split' as entity,
        'split_percent' as column_name,
        opportunity_split_id as record_key,
        split_percent as amount,
        _source_file,
        _source_row
    from {{ ref('fct_opportunity_split') }}
),

-- The forecast type with most quotas is the one that counts.
forecast_types as (
    select
        source_system,
        forecast_type,
        row_number() over (
            partition by source_system
            order by count(*) desc, forecast_type asc
        ) as choice
    from staged
    where
        entity = 'quota'
        and row_status = 'accepted'
        and is_money
        and not is_deleted
        and amount is not null
    group by source_system, forecast_type
),

staged_deals as (
    select
        opportunity_id,
        min(created_date) as created_date
    from {{ ref('int_deal_staged') }}
    group by opportunity_id
),

deleted_splits as (
    select record_key from {{ ref('dim_flagged_record') }}
    where entity = 'opportunity_split' and is_deleted
),

-- Why a row in force is not in the core, if it is not.
explained as (
    select
        s.*,
        case
            when s.entity = 'quota' and not s.is_money then 'not_money'
            when s.entity = 'quota' and s.amount is null then 'without_amount'
            when s.entity = 'quota' and s.is_deleted then 'deleted'
            when s.entity = 'quota' and t.choice <> 1 then 'other_forecast_type'
            when d.record_key is not null then 'deleted'
            when s.entity = 'opportunity_split' and s.created_date > clock.as_of_date
                then 'not_yet'
            when s.entity <> 'quota' and o.opportunity_id is null and sd.created_date > clock.as_of_date
                then 'not_yet'
            when s.entity <> 'quota' and o.opportunity_id is null and sd.opportunity_id is null
                then 'orphan'
        end as reason
    from staged as s
    cross join clock
    left join forecast_types as t
        on s.source_system = t.source_system and s.forecast_type = t.forecast_type
    left join deleted_splits as d
        on s.entity = 'opportunity_split' and s.record_key = d.record_key
    left join opportunities as o
        on s.opportunity_id = o.opportunity_id
    left join staged_deals as sd
        on s.opportunity_id = sd.opportunity_id
    where s.row_status = 'accepted'
),

staged_records as (
    select
        source_system,
        object,
        entity,
        column_name,
        record_key,
        count(*) as row_count,
        sum(amount) as amount,
        min(reason) as reason
    from explained
    group by source_system, object, entity, column_name, record_key
),

-- A core row that is an earlier version of its record, with the amount that stands there.
earlier_versions as (
    select
        s.entity,
        s.record_key
    from staged as s
    inner join core_records as c
        on
            s.entity = c.entity
            and s.record_key = c.record_key
            and s._source_file = c._source_file
            and s._source_row = c._source_row
    where s.row_status = 'superseded' and coalesce(s.amount, 0) = coalesce(c.amount, 0)
    group by s.entity, s.record_key
),

built_records as (
    select
        source_system,
        entity,
        column_name,
        record_key,
        count(*) as row_count,
        sum(amount) as amount
    from core_records
    group by source_system, entity, column_name, record_key
),

-- A core row that no staged one leads to is of the only object of its kind, or none is named.
objects as (
    select
        source_system,
        entity,
        min(object) as object
    from staged_records
    group by source_system, entity
),

compared as (
    select
        coalesce(s.source_system, b.source_system) as source_system,
        coalesce(s.object, o.object, '(none)') as object,
        coalesce(s.column_name, b.column_name) as column_name,
        coalesce(b.row_count, 0) as built_rows,
        coalesce(b.row_count, 0) - coalesce(s.row_count, 0) as row_difference,
        coalesce(b.amount, 0) as built_amount,
        coalesce(b.amount, 0) - coalesce(s.amount, 0) as amount_difference,
        case
            when s.record_key is null then 'unexplained_core'
            when b.record_key is null then coalesce(s.reason, 'unexplained_core')
            when s.row_count <> b.row_count then 'unexplained_core'
            when coalesce(s.amount, 0) = coalesce(b.amount, 0) then 'same'
            when v.record_key is not null then 'as_of_history'
            else 'unexplained_core'
        end as step
    from staged_records as s
    full outer join built_records as b
        on s.entity = b.entity and s.record_key = b.record_key
    left join earlier_versions as v
        on s.entity = v.entity and s.record_key = v.record_key
    left join objects as o
        on b.source_system = o.source_system and b.entity = o.entity
),

-- The days of a quota that a mart can count: those on which its person is a rep, in months that
-- have begun. Each month rounds its part to a millionth, so the sum may differ by that much.
calendar as (
    select
        min(period_start) as first_day,
        max(period_end) as last_day
    from {{ ref('ind_period_day') }}
    where period_grain = 'month'
),

rep_spans as (
    select
        quotas.quota_id,
        greatest(quotas.period_start, v.valid_from) as span_start,
        least(quotas.period_end, cast({{ dbt.dateadd('day', -1, 'v.valid_to') }} as date))
            as span_end
    from quotas
    inner join {{ ref('dim_org_version') }} as v
        on
            quotas.person_id = v.person_id
            and quotas.period_start < v.valid_to
            and quotas.period_end >= v.valid_from
    where v.is_rep and not quotas.is_deleted
),

rep_days as (
    select
        s.quota_id,
        sum({{ dbt.datediff('s.span_start', 's.span_end', 'day') }} + 1) as rep_days,
        sum(
            case
                when s.span_start <= calendar.last_day and s.span_end >= calendar.first_day
                    then {{ dbt.datediff(
                        'greatest(s.span_start, calendar.first_day)',
                        'least(s.span_end, calendar.last_day)',
                        'day'
                    ) }} + 1
                else 0
            end
        ) as counted_days
    from rep_spans as s
    cross join calendar
    group by s.quota_id
),

quota_days as (
    select
        quotas.quota_amount,
        {{ dbt.datediff('quotas.period_start', 'quotas.period_end', 'day') }} + 1 as all_days,
        coalesce(r.rep_days, 0) as rep_days,
        coalesce(r.counted_days, 0) as counted_days,
        case
            when quotas.is_deleted then 'deleted'
            when quotas.person_id = '(unassigned)' then 'person_unmatched'
            else 'not_a_rep'
        end as reason
    from quotas
    left join rep_days as r
        on quotas.quota_id = r.quota_id
),

quota_parts as (
    select
        reason as step,
        case when rep_days = 0 then 1 else 0 end as row_count,
        cast(quota_amount as double) * cast(all_days - rep_days as double)
        / nullif(cast(all_days as double), 0) as amount
    from quota_days
    where rep_days < all_days
    union all
    select
        'not_yet' as step,
        case when counted_days = 0 then 1 else 0 end as row_count,
        cast(quota_amount as double) * cast(rep_days - counted_days as double)
        / nullif(cast(all_days as double), 0) as amount
    from quota_days
    where counted_days < rep_days
),

quota_steps as (
    select
        step,
        -sum(row_count) as row_count,
        -cast(sum(cast(amount as decimal(28, 6))) as decimal(38, 2)) as amount
    from quota_parts
    group by step
    union all
    select
        'core' as step,
        count(*) as row_count,
        coalesce(sum(quota_amount), 0) as amount
    from quotas
    union all
    -- A figure says of how many won deals it tells, not of how many quotas.
    select
        'mart' as step,
        cast(null as bigint) as row_count,
        cast(coalesce(sum(denominator), 0) as decimal(38, 2)) as amount
    from figures
),

quota_rest as (
    select sum(case when step = 'mart' then amount else -amount end) as amount
    from quota_steps
),

-- Half a cent for each rounded total, half a millionth for each month of each quota's spans.
quota_bound as (
    select
        0.03 + 0.000001 * coalesce(
            sum({{ dbt.datediff('span_start', 'span_end', 'month') }} + 2), 0
        ) as amount
    from rep_spans
),

-- From deals to who is credited with them, and from there to won amounts.
credited as (
    select
        opportunity_id,
        count(*) as part_count,
        sum(amount) as amount
    from credits
    group by opportunity_id
),

deal_steps as (
    select
        case
            when c.opportunity_id is null and o.is_deleted then 'deleted'
            when c.opportunity_id is null and not o.is_open and o.close_date is null then 'undated'
            when c.opportunity_id is null then 'unexplained_core'
            when coalesce(c.amount, 0) <> coalesce(o.amount, 0) then 'unexplained_core'
            when c.part_count > 1 then 'shared'
            else 'same'
        end as step,
        coalesce(c.part_count, 0) - 1 as row_count,
        coalesce(c.amount, 0) - coalesce(o.amount, 0) as amount
    from opportunities as o
    left join credited as c
        on o.opportunity_id = c.opportunity_id
),

credit_steps as (
    select
        case
            when not coalesce(o.is_won and o.is_closed, false) then 'not_won'
            when c.credit_date > clock.as_of_date then 'not_yet'
            when c.amount is null then 'without_amount'
            else 'decided'
        end as step,
        c.amount
    from credits as c
    cross join clock
    left join opportunities as o
        on c.opportunity_id = o.opportunity_id
),

final as (
    select
        source_system,
        object,
        column_name,
        case step
            when 'unexplained_core' then 10
            when 'as_of_history' then 9
            when 'not_yet' then 7
            else 8
        end as position_number,
        step,
        sum(row_difference) as row_count,
        sum(amount_difference) as amount
    from compared
    where step <> 'same'
    group by source_system, object, column_name, step
    union all
    select
        source_system,
        object,
        column_name,
        11 as position_number,
        'core' as step,
        sum(built_rows) as row_count,
        sum(built_amount) as amount
    from compared
    group by source_system, object, column_name
    union all
    select
        '(all)' as source_system,
        'quota' as object,
        'quota_amount' as column_name,
        case step when 'core' then 11 when 'mart' then 14 else 12 end as position_number,
        step,
        row_count,
        amount
    from quota_steps
    union all
    select
        '(all)' as source_system,
        'quota' as object,
        'quota_amount' as column_name,
        case when abs(r.amount) <= b.amount then 12 else 13 end as position_number,
        case when abs(r.amount) <= b.amount then 'rounding' else 'unexplained_mart' end as step,
        cast(null as bigint) as row_count,
        r.amount
    from quota_rest as r
    cross join quota_bound as b
    union all
    select
        '(all)' as source_system,
        'opportunity_credit' as object,
        'amount' as column_name,
        6 as position_number,
        'deals' as step,
        count(*) as row_count,
        coalesce(sum(amount), 0) as amount
    from opportunities
    union all
    select
        '(all)' as source_system,
        'opportunity_credit' as object,
        'amount' as column_name,
        case step when 'unexplained_core' then 10 else 8 end as position_number,
        step,
        sum(row_count) as row_count,
        sum(amount) as amount
    from deal_steps
    where step <> 'same'
    group by step
    union all
    select
        '(all)' as source_system,
        'opportunity_credit' as object,
        'amount' as column_name,
        11 as position_number,
        'core' as step,
        count(*) as row_count,
        coalesce(sum(amount), 0) as amount
    from credits
    union all
    select
        '(all)' as source_system,
        'opportunity_credit' as object,
        'amount' as column_name,
        12 as position_number,
        step,
        -count(*) as row_count,
        -coalesce(sum(amount), 0) as amount
    from credit_steps
    where step <> 'decided'
    group by step
    union all
    select
        '(all)' as source_system,
        'opportunity_credit' as object,
        'amount' as column_name,
        14 as position_number,
        'mart' as step,
        coalesce(sum(observation_count), 0) as row_count,
        cast(coalesce(sum(numerator), 0) as decimal(38, 2)) as amount
    from figures
)

select * from final
