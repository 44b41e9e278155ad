-- A quarter and the one before it, which maturity is judged over. Quarters next to each other are
-- of different parity: the bootstrap draws each of them by itself.
with

periods as (
    select * from {{ ref('ind_period_day') }}
    where period_grain in ('quarter', 'fiscal_quarter')
),

numbered as (
    select
        period_grain,
        period_start,
        row_number() over (
            partition by period_grain order by period_start asc nulls last
        ) as period_number
    from periods
),

final as (
    select
        numbered.period_grain,
        numbered.period_start,
        parts.period_start as part_start,
        case when parts.period_number = numbered.period_number then 'this' else 'before' end
            as span,
        cast(mod(parts.period_number, 2) as integer) as part_parity
    from numbered
    inner join numbered as parts
        on
            numbered.period_grain = parts.period_grain
            and numbered.period_number >= parts.period_number
            and numbered.period_number <= parts.period_number + 1
)

select * from final
