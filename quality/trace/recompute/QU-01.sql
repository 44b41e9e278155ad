-- QU-01 quota attainment: won amounts deal by deal and share by share, from the landed splits; the
-- quota day by day, for whoever was a rep of the entity on that day (the indicator cuts pieces).
-- From core also: who was a rep on a day.
-- needs: people, deals
with

-- The row of a split that was known, as for a deal.
split_rows as (
    select * from (
        select
            x.*,
            row_number() over (
                partition by x.opportunity_split_id
                order by
                    (x.row_status = 'accepted' and x.stamped_at is null) desc,
                    coalesce(x.stamped_date <= clock.as_of, false) desc,
                    (x.stamped_at is not null) desc,
                    case
                        when x.stamped_date <= clock.as_of then epoch_us(x.stamped_at)
                    end desc nulls last,
                    x.stamped_at nulls last, x.row_status, x._load_id desc, x._source_file desc,
                    x._source_row desc
            ) as place
        from warehouse.intermediate.int_opportunity_split_conformed as x
        cross join clock
    )
    cross join clock
    where
        place = 1
        and coalesce(created_date <= clock.as_of, true)
        and lower(split_type) not like '%overlay%'
        and opportunity_split_id not in (
            select record_key
            from warehouse.intermediate.int_record_deleted
            where
                entity = 'opportunity_split'
                and deleted_date <= clock.as_of and restored_date > clock.as_of
        )
),

-- One type of split of a deal counts: one that makes the whole, and of several that of revenue.
whole as (
    select
        opportunity_id,
        min_by(split_type, (lower(split_type) not like '%revenue%', split_type)) as split_type
    from (
        select opportunity_id, split_type
        from split_rows
        group by all
        having sum(split_percent) = 100
    )
    group by all
),

won as (
    select * from ended
    where outcome = 'won' and amount is not null
),

shares as (
    select
        d.opportunity_id,
        d.close_day as day,
        d.amount,
        d.currency,
        coalesce(k.person_id, '(unassigned)') as person_id,
        sum(x.split_percent) as percent
    from won as d
    inner join whole using (opportunity_id)
    inner join split_rows as x
        on x.opportunity_id = d.opportunity_id and x.split_type = whole.split_type
    left join known_as as k
        on
            k.system = x.source_system and k.alias = x.person_alias
            and d.close_day >= k.valid_from and d.close_day < k.valid_to
    group by all
    union all
    select opportunity_id, close_day, amount, currency, owner_id, 100
    from won
    where opportunity_id not in (select opportunity_id from whole)
),

-- To the cent: each has the rounded part up to and with them, less that up to them.
credits as (
    select
        s.*,
        coalesce(s.currency, clock.own_currency) as in_currency,
        round(s.amount * sum(s.percent) over life / 100, 2)
        - round(s.amount * (sum(s.percent) over life - s.percent) / 100, 2) as credit
    from shares as s
    cross join clock
    window life as (partition by s.opportunity_id order by s.person_id)
),

credited as (
    select c.cell_id, sum(r.credit) as amount, count(*) as credit_count
    from cell as c
    inner join stood as s
        on c.entity_type = s.entity_type and c.entity_id = s.entity_id
    inner join credits as r
        on
            r.person_id = s.person_id
            and r.day >= s.valid_from and r.day < s.valid_to
            and r.day between c.period_from and c.stock_date
            and r.in_currency = c.currency_code
    group by all
),

quotas as (
    select
        k.person_id,
        q.period_start,
        q.period_end,
        coalesce(q.currency_code, clock.own_currency) as in_currency,
        q.quota_amount / (q.period_end - q.period_start + 1) as a_day
    from warehouse.intermediate.int_quota_conformed as q
    cross join clock
    inner join known_as as k
        on
            k.system = q.source_system and k.alias = q.person_alias
            and q.period_start >= k.valid_from and q.period_start < k.valid_to
    where not exists (
        from warehouse.intermediate.int_record_deleted as d
        where
            d.entity = 'quota' and d.record_key = q.record_key
            and clock.as_of >= d.deleted_date and clock.as_of < d.restored_date
    )
),

owed as (
    select c.cell_id, sum(q.a_day * (
        -- Days that lie in the quota, the figure, the place and the role at once.
        least(
            q.period_end + 1, s.valid_to, h.valid_to,
            case c.measure_id when 'attainment' then c.period_to else c.stock_date end + 1
        ) - greatest(q.period_start, s.valid_from, h.valid_from, c.period_from)
    )) as amount
    from cell as c
    inner join stood as s
        on c.entity_type = s.entity_type and c.entity_id = s.entity_id
    inner join quotas as q
        on q.person_id = s.person_id and q.in_currency = c.currency_code
    inner join build.core.dim_person_history as h
        on h.person_id = s.person_id and h.is_rep
    where
        least(
            q.period_end + 1, s.valid_to, h.valid_to,
            case c.measure_id when 'attainment' then c.period_to else c.stock_date end + 1
        ) > greatest(q.period_start, s.valid_from, h.valid_from, c.period_from)
    group by all
)

select
    c.cell_id,
    coalesce(r.amount, 0) as numerator,
    coalesce(o.amount, 0) as denominator,
    coalesce(r.credit_count, 0) as observation_count,
    null as value
from cell as c
left join credited as r using (cell_id)
left join owed as o using (cell_id)
