-- PI-01 coverage: for the figure's day, and for the same day of the four periods before, what was
-- open by the last thing said, what was won share by share, and the quota day by day.
-- From core also: who was a rep on a day; the fiscal periods.
-- needs: people, deals, credits
with

periods as (
    select
        period_grain,
        period_start,
        period_end,
        row_number() over (partition by period_grain order by period_start) as place
    from build.core.dim_period
),

-- Per figure the days to look at: its own, or those of the four before.
looks as (
    select
        c.cell_id,
        c.entity_type,
        c.entity_id,
        c.currency_code,
        c.measure_id,
        p.period_start as first_day,
        p.period_end as last_day,
        case
            when c.measure_id = 'coverage' and c.dimension = 'all' then c.stock_date
            when c.measure_id = 'coverage'
                then p.period_start + cast(split_part(c.member, '_', 2) as integer) - 1
            when c.stock_date = c.period_to then p.period_end
            else least(p.period_end, p.period_start + cast(c.stock_date - c.period_from as integer))
        end as day
    from cell as c
    inner join periods as own
        on own.period_grain = c.period_grain and own.period_start = c.period_start
    inner join periods as p
        on
            p.period_grain = c.period_grain
            and own.place - p.place between
            if(c.measure_id = 'usual', 1, 0) and if(c.measure_id = 'usual', 4, 0)
),

days as (
    select distinct day from looks
),

standing as (
    select days.day, s.opportunity_id, arg_max(s, s.said_at) as s
    from days
    inner join said as s on s.day <= days.day
    where s.opportunity_id not in (select opportunity_id from gone)
    group by all
),

open_sums as (
    select l.cell_id, l.first_day, sum(coalesce(d.s.amount, 0)) as amount, count(*) as deal_count
    from looks as l
    cross join clock
    inner join stood as s
        on
            l.entity_type = s.entity_type and l.entity_id = s.entity_id
            and l.day >= s.valid_from and l.day < s.valid_to
    inner join standing as d
        on
            d.day = l.day and d.s.outcome = 'open' and d.s.owner_id = s.person_id
            and d.s.close_date between l.first_day and l.last_day
            and coalesce(d.s.currency, clock.own_currency) = l.currency_code
    group by all
),

won_sums as (
    select l.cell_id, l.first_day, sum(r.credit) as amount
    from looks as l
    inner join stood as s
        on l.entity_type = s.entity_type and l.entity_id = s.entity_id
    inner join credit as r
        on
            r.person_id = s.person_id
            and r.day >= s.valid_from and r.day < s.valid_to
            and r.day between l.first_day and l.day
            and r.in_currency = l.currency_code
    group by all
),

quota_sums as (
    select l.cell_id, l.first_day, sum(q.a_day * (
        least(q.period_end + 1, s.valid_to, h.valid_to, l.last_day + 1)
        - greatest(q.period_start, s.valid_from, h.valid_from, l.first_day)
    )) as amount
    from looks as l
    inner join stood as s
        on l.entity_type = s.entity_type and l.entity_id = s.entity_id
    inner join quota_row as q
        on q.person_id = s.person_id and q.in_currency = l.currency_code
    inner join build.core.dim_person_history as h
        on h.person_id = s.person_id and h.is_rep
    where
        least(q.period_end + 1, s.valid_to, h.valid_to, l.last_day + 1)
        > greatest(q.period_start, s.valid_from, h.valid_from, l.first_day)
    group by all
),

seen as (
    select
        l.cell_id,
        l.measure_id,
        l.first_day,
        coalesce(o.amount, 0) as open_amount,
        coalesce(o.deal_count, 0) as deal_count,
        round(coalesce(q.amount, 0), 6) as quota,
        coalesce(q.amount, 0) - coalesce(w.amount, 0) as missing
    from looks as l
    left join open_sums as o using (cell_id, first_day)
    left join won_sums as w using (cell_id, first_day)
    left join quota_sums as q using (cell_id, first_day)
),

-- Quotas that were met stand behind all others, as infinity.
rows_of_quota as (
    select
        cell_id,
        list_sort(list(if(missing > 1e-6, open_amount / missing, cast('inf' as double)))) as found
    from seen
    where quota > 0
    group by all
)

select
    c.cell_id,
    if(
        c.measure_id = 'usual',
        coalesce(len(list_filter(any_value(r.found), lambda x: isinf(x))), 0),
        sum(s.open_amount)
    ) as numerator,
    if(
        c.measure_id = 'usual',
        coalesce(len(any_value(r.found)), 0),
        if(max(s.quota) > 0, greatest(sum(s.missing), 0), 0)
    ) as denominator,
    if(c.measure_id = 'usual', coalesce(len(any_value(r.found)), 0), sum(s.deal_count))
        as observation_count,
    case
        when c.measure_id = 'coverage'
            then if(isinf(any_value(r.found)[1]), null, any_value(r.found)[1])
        when
            len(any_value(r.found)) > 1
            and not isinf(any_value(r.found)[len(any_value(r.found)) // 2 + 1])
            then (
                any_value(r.found)[(len(any_value(r.found)) + 1) // 2]
                + any_value(r.found)[len(any_value(r.found)) // 2 + 1]
            ) / 2
    end as value
from cell as c
left join seen as s using (cell_id)
left join rows_of_quota as r using (cell_id)
group by c.cell_id, c.measure_id
