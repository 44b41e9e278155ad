-- What was won and whose it is: deal by deal and share by share, from the landed splits, also in the
-- reporting currency at the rate of the day and at the one rate of this fiscal year; and the quotas
-- as they were landed.
-- From core also: exchange rates.
create temp table credit as
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
    select
        d.*,
        round(d.amount * r.rate, 2) as own_amount,
        cast(d.amount * n.constant_rate as decimal(18, 2)) as constant_amount
    from ended as d
    cross join clock
    left join build.core.dim_exchange_rate_day as r
        on
            r.currency_code = coalesce(d.currency, clock.own_currency)
            and r.date_day = d.close_day
    left join build.core.dim_exchange_rate_day as n
        on d.currency = n.currency_code and n.date_day = clock.as_of
    where d.outcome = 'won' and d.amount is not null
),

shares as (
    select
        d.opportunity_id,
        d.close_day as day,
        d.amount,
        d.own_amount,
        d.constant_amount,
        d.currency,
        coalesce(k.person_id, '(unassigned)') as person_id,
        d.owner_id,
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
    select
        opportunity_id, close_day, amount, own_amount, constant_amount, currency, owner_id, owner_id,
        100
    from won
    where opportunity_id not in (select opportunity_id from whole)
),

-- To the cent: each has the rounded part up to and with them, less that up to them; first whoever
-- has most, of these the owner.
credits as (
    select
        s.*,
        coalesce(s.currency, clock.own_currency) as in_currency,
        round(s.amount * sum(s.percent) over life / 100, 2)
        - round(s.amount * (sum(s.percent) over life - s.percent) / 100, 2) as credit,
        round(s.own_amount * sum(s.percent) over life / 100, 2)
        - round(s.own_amount * (sum(s.percent) over life - s.percent) / 100, 2) as own_credit,
        round(s.constant_amount * sum(s.percent) over life / 100, 2)
        - round(s.constant_amount * (sum(s.percent) over life - s.percent) / 100, 2)
            as constant_credit
    from shares as s
    cross join clock
    window life as (
        partition by s.opportunity_id
        order by s.percent desc, (s.person_id = s.owner_id) desc, s.person_id
    )
)

select opportunity_id, person_id, day, in_currency, credit, own_credit, constant_credit
from credits;

create temp table quota_row as
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
);
