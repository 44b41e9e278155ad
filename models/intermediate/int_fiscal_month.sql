-- The fiscal calendar in force, month by month from 1900 to 2199: a delivered table, else the CRM's
-- own periods, else the configured pattern; days outside a delivered table follow the pattern, cut
-- where the table begins and ends. Months follow each other by construction: each reaches to the
-- start of the next (that a delivered table says the same is a test's business).
{% set shift = (var('fiscal_year_start_month') | int) - 1 %}
{% set pattern = var('fiscal_pattern') %}
{% set weekday = {
    'monday': 0, 'tuesday': 1, 'wednesday': 2, 'thursday': 3, 'friday': 4, 'saturday': 5, 'sunday': 6
}.get(var('fiscal_week_start'), 0) %}
with

delivered as (
    select
        *,
        case source_system when 'reference' then '1' else '2' || source_system end as precedence
    from {{ ref('int_fiscal_period_conformed') }}
    where
        period_start is not null
        and period_end is not null
        and fiscal_year is not null
),

chosen as (
    select min(precedence) as precedence
    from delivered
    where period_type = 'month'
),

table_rows as (
    select d.*
    from delivered as d
    inner join chosen as c
        on d.precedence = c.precedence
),

table_quarters as (
    select
        fiscal_year,
        period_number,
        min(period_start) as period_start,
        max(period_end) as period_end,
        min(period_label) as period_label
    from table_rows
    where period_type = 'quarter'
    group by fiscal_year, period_number
),

table_years as (
    select
        fiscal_year,
        min(period_label) as period_label
    from table_rows
    where period_type = 'year'
    group by fiscal_year
),

-- Where no row names the quarters, three months make one; of thirteen the last has four.
table_months as (
    select
        m.source_system,
        m.fiscal_year,
        m.period_number as month_number,
        m.period_start as month_start,
        m.period_end as month_end,
        max(m.period_label) as month_label,
        coalesce(
            max(q.period_number),
            cast(least(floor(cast(m.period_number + 2 as double) / 3), 4) as integer)
        ) as quarter_number
    from table_rows as m
    left join table_quarters as q
        on
            m.fiscal_year = q.fiscal_year
            and m.period_start >= q.period_start
            and m.period_start <= q.period_end
    where m.period_type = 'month'
    group by
        m.source_system,
        m.fiscal_year,
        m.period_number,
        m.period_start,
        m.period_end
),

span as (
    select
        min(month_start) as span_start,
        max(month_end) as span_end
    from table_months
),

digits as (
    {% for digit in range(10) -%}
        select {{ digit }} as digit
        {%- if not loop.last %}
            union all
        {% endif -%}
    {% endfor %}
),

anchors as (
    select
        cast(
            {{ dbt.dateadd(
                'month',
                '12 * (a.digit + 10 * b.digit + 100 * c.digit) + ' ~ shift,
                "cast('1899-01-01' as date)"
            ) }} as date
        ) as anchor
    from digits as a
    cross join digits as b
    cross join digits as c
    where c.digit < 3
),

-- A fiscal year bears the year of the month in which it ends. A year of weeks begins on that
-- weekday which lies nearest to the first of its first month.
years as (
    select
        cast(extract(year from {{ dbt.dateadd('month', 11, 'anchor') }}) as integer) as fiscal_year,
        {% if pattern == 'calendar' -%}
            anchor as year_start
        {% else -%}
            cast(
                {{ dbt.dateadd(
                    'day',
                    'mod(' ~ (weekday + 10) ~ ' - '
                    ~ dbt.datediff(dbt.date_trunc('week', 'anchor'), 'anchor', 'day') ~ ', 7) - 3',
                    'anchor'
                ) }} as date
            ) as year_start
        {% endif %}
    from anchors
),

places as (
    {% set weeks = namespace(before=0) %}
    {% for number in range(1, 13) -%}
        select
            {{ number }} as month_number,
            {{ weeks.before }} as weeks_before
        {%- if pattern != 'calendar' -%}
            {% set weeks.before = weeks.before + (pattern.split('-') * 3)[(number - 1) % 3] | int %}
        {%- endif -%}
        {%- if not loop.last %}
            union all
        {% endif -%}
    {% endfor %}
),

-- The 53rd week of a long year falls to its last month, which reaches to the next year's start.
computed_starts as (
    select
        y.fiscal_year,
        p.month_number,
        cast(
            {% if pattern == 'calendar' -%}
                {{ dbt.dateadd('month', 'p.month_number - 1', 'y.year_start') }}
            {% else -%}
                {{ dbt.dateadd('day', '7 * p.weeks_before', 'y.year_start') }}
            {% endif -%} as date
        ) as month_start
    from years as y
    cross join places as p
),

computed as (
    select
        fiscal_year,
        month_number,
        month_start,
        cast(
            {{ dbt.dateadd(
                'day', -1, 'lead(month_start) over (order by month_start asc nulls last)'
            ) }} as date
        ) as month_end
    from computed_starts
),

pieces as (
    select
        'table' as piece,
        source_system as origin,
        fiscal_year,
        quarter_number,
        month_number,
        month_start,
        month_end,
        month_label,
        false as is_cut
    from table_months

    union all

    select
        'before' as piece,
        'computed' as origin,
        c.fiscal_year,
        cast(floor(cast(c.month_number + 2 as double) / 3) as integer) as quarter_number,
        c.month_number,
        c.month_start,
        least(
            c.month_end,
            coalesce(cast({{ dbt.dateadd('day', -1, 's.span_start') }} as date), c.month_end)
        ) as month_end,
        cast(null as {{ dbt.type_string() }}) as month_label,
        coalesce(c.month_end >= s.span_start, false) as is_cut
    from computed as c
    cross join span as s
    where c.month_end is not null and coalesce(c.month_start < s.span_start, true)

    union all

    select
        'after' as piece,
        'computed' as origin,
        c.fiscal_year,
        cast(floor(cast(c.month_number + 2 as double) / 3) as integer) as quarter_number,
        c.month_number,
        greatest(c.month_start, cast({{ dbt.dateadd('day', 1, 's.span_end') }} as date))
            as month_start,
        c.month_end,
        cast(null as {{ dbt.type_string() }}) as month_label,
        c.month_start <= s.span_end as is_cut
    from computed as c
    cross join span as s
    where c.month_end > s.span_end
),

-- Two delivered months that begin on one day: the later number keeps the day.
numbered as (
    select
        *,
        row_number() over (
            partition by month_start
            order by fiscal_year desc nulls last, month_number desc nulls last, month_end asc
        ) as choice
    from pieces
),

tiled as (
    select
        n.*,
        cast(coalesce(
            lead(n.month_start) over (order by n.month_start asc nulls last),
            {{ dbt.dateadd('day', 1, 'n.month_end') }}
        ) as date) as next_month_start,
        min(n.month_start) over (partition by n.piece, n.fiscal_year) as year_start,
        min(n.month_start) over (partition by n.piece, n.fiscal_year, n.quarter_number)
            as quarter_start,
        max(case when n.is_cut then 1 else 0 end) over (partition by n.piece, n.fiscal_year)
            as cut_year,
        max(case when n.is_cut then 1 else 0 end) over (
            partition by n.piece, n.fiscal_year, n.quarter_number
        ) as cut_quarter
    from numbered as n
    where n.choice = 1
),

named as (
    select
        t.*,
        'FY' || cast(t.fiscal_year as {{ dbt.type_string() }}) as year_text
    from tiled as t
),

final as (
    select
        n.fiscal_year,
        n.quarter_number,
        n.month_number,
        n.month_start,
        n.next_month_start,
        coalesce(
            n.month_label,
            n.year_text || ' M' || lpad(cast(n.month_number as {{ dbt.type_string() }}), 2, '0')
            || case when n.is_cut then ' (part)' else '' end
        ) as month_label,
        n.quarter_start,
        case
            when n.piece = 'table' and q.period_label is not null then q.period_label
            else
                n.year_text || ' Q' || cast(n.quarter_number as {{ dbt.type_string() }})
                || case when n.cut_quarter = 1 then ' (part)' else '' end
        end as quarter_label,
        n.year_start,
        case
            when n.piece = 'table' and y.period_label is not null then y.period_label
            else n.year_text || case when n.cut_year = 1 then ' (part)' else '' end
        end as year_label,
        n.origin
    from named as n
    left join table_quarters as q
        on n.fiscal_year = q.fiscal_year and n.quarter_number = q.period_number
    left join table_years as y
        on n.fiscal_year = y.fiscal_year
)

select * from final
