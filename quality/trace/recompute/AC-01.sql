-- AC-01 coaching of key accounts: account by account, whether any session of the period was about it.
-- needs: people, accounts, sessions
with

about as (
    select
        s.day,
        s.area,
        coalesce(by_id.account_id, by_name.account_id, d.account_id) as account_id
    from coaching as s
    inner join warehouse.intermediate.int_session_conformed as x using (session_id)
    left join account_anywhere as by_id on by_id.alias = x.account_alias
    left join account_anywhere as by_name on by_name.alias = lower(x.account_alias)
    left join deal_account as d
        on
            d.opportunity_id = x.opportunity_alias
            or split_part(d.opportunity_id, ':', 2) = x.opportunity_alias
            or (
                len(x.opportunity_alias) = 18
                and split_part(d.opportunity_id, ':', 2) = left(x.opportunity_alias, 15)
            )
    where s.is_broad
),

begun as (
    select coalesce(least(min(s.day), min(k.coaching_began_date)), min(s.day)) as day
    from coaching as s
    cross join build.core.dim_clock as k
    where s.is_broad
),

found as (
    select
        c.cell_id,
        a.account_id,
        exists (
            from about as s
            where
                s.account_id = a.account_id and s.day between c.period_from and c.stock_date
                and (s.area = 'account' or c.measure_id = 'any_coaching')
        ) as is_coached
    from cell as c
    cross join begun
    inner join stood as s
        on c.entity_type = s.entity_type and c.entity_id = s.entity_id
    inner join account_row as a
        on
            a.owner_id = s.person_id and a.is_key
            and coalesce(a.created_date <= c.stock_date, true)
            and c.stock_date >= s.valid_from and c.stock_date < s.valid_to
    where c.stock_date >= begun.day
)

select
    c.cell_id,
    count(*) filter (where f.is_coached) as numerator,
    count(f.account_id) as denominator,
    count(f.account_id) as observation_count,
    null as value
from cell as c
left join found as f using (cell_id)
group by c.cell_id
