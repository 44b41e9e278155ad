-- PI-13 forecast accuracy: the landed submissions of each manager put in order for each lead, beside
-- what was credited to whoever reported to them on the day of winning.
-- From core also: exchange rates; who was a rep on a day.
-- needs: people, deals, credits
with

submissions as (
    select
        k.person_id as manager_id,
        f.period_start,
        f.period_end,
        f.submitted_date - f.period_start as day_number,
        f.currency_code,
        f.category,
        f.forecast_id,
        cast(f.amount * r.constant_rate as decimal(18, 2)) as amount
    from warehouse.intermediate.int_forecast_conformed as f
    cross join clock
    inner join known_as as k
        on
            k.system = f.source_system and k.alias = f.person_alias
            and f.submitted_date >= k.valid_from and f.submitted_date < k.valid_to
    inner join build.core.dim_exchange_rate_day as r
        on f.currency_code = r.currency_code and r.date_day = f.submitted_date
    where
        f.submitted_date <= clock.as_of
        and (f.category is null or f.category = 'commit')
        and f.amount is not null and r.constant_rate is not null
        and not exists (
            from warehouse.intermediate.int_record_deleted as d
            where
                d.entity = 'forecast' and d.record_key = f.record_key
                and clock.as_of >= d.deleted_date and clock.as_of < d.restored_date
        )
),

asked as (
    select
        *,
        cast(if(dimension = 'all', '30', split_part(member, '_', 2)) as integer) as lead_day
    from cell
),

-- By the day of the lead the last word, else the first of the week after.
words as (
    select
        c.cell_id,
        w.manager_id,
        w.currency_code,
        coalesce(
            arg_max(w.amount, (w.day_number, w.category is not null))
                filter (where w.day_number < c.lead_day),
            arg_min(w.amount, (w.day_number, w.category is null))
        ) as amount
    from asked as c
    inner join submissions as w
        on
            w.period_start = c.period_from and w.period_end = c.period_to
            and w.day_number < c.lead_day + 7
    group by all
),

-- Managers who had a rep at any time of the period, and who stand in the entity on its last day.
leaders as (
    select
        c.cell_id,
        c.period_from,
        c.stock_date,
        w.manager_id,
        sum(w.amount) as amount
    from asked as c
    inner join words as w using (cell_id)
    where
        exists (
            from build.core.dim_person_history as h
            where
                h.is_rep and h.manager_id = w.manager_id
                and h.valid_from <= c.stock_date and h.valid_to > c.period_from
        )
        and (
            (c.entity_type in ('manager', 'manager_org') and c.entity_id = w.manager_id)
            or (
                c.entity_type <> 'manager'
                and exists (
                    from stood as s
                    where
                        s.entity_type = c.entity_type and s.entity_id = c.entity_id
                        and s.person_id = w.manager_id
                        and c.stock_date >= s.valid_from and c.stock_date < s.valid_to
                )
            )
        )
    group by all
),

compared as (
    select
        l.cell_id,
        l.manager_id,
        l.amount as forecast,
        coalesce(sum(r.constant_credit), 0) as actual
    from leaders as l
    left join stood as s on s.entity_type = 'manager' and s.entity_id = l.manager_id
    left join credit as r
        on
            r.person_id = s.person_id
            and r.day >= s.valid_from and r.day < s.valid_to
            and r.day between l.period_from and l.stock_date
    group by all
)

select
    c.cell_id,
    if(
        c.period_to > min(k.as_of), 0,
        coalesce(
            sum(case c.measure_id
                when 'accuracy' then p.actual - abs(p.forecast - p.actual)
                else p.forecast - p.actual
            end), 0
        )
    ) as numerator,
    if(c.period_to > min(k.as_of), 0, coalesce(sum(p.actual), 0)) as denominator,
    count(p.manager_id) as observation_count,
    null as value
from asked as c
cross join clock as k
left join compared as p using (cell_id)
group by c.cell_id, c.measure_id, c.period_to
