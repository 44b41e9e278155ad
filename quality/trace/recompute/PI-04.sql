-- PI-04 waterfall: for each deal the last thing said by the eve of the period, by its last day, and
-- at its close. Each deal is then asked what it is for this entity; nothing is summed by
-- organisation first, and no snapshot is read.
-- From core also: exchange rates.
-- needs: people, deals
with

days as (
    select distinct period_from, period_to, stock_date, period_from - 1 as eve
    from cell
),

life as (
    select
        *,
        lag(outcome) over deal as outcome_before,
        lag(amount) over deal as amount_before,
        lag(currency) over deal as currency_before,
        min(day) over (partition by opportunity_id) as first_day
    from said
    where opportunity_id not in (select opportunity_id from gone)
    window deal as (partition by opportunity_id order by said_at)
),

-- As last said by the end of the last day, and by the end of the eve.
standing as (
    select
        d.period_from,
        d.period_to,
        d.stock_date,
        d.eve,
        l.opportunity_id,
        min(l.first_day) as first_day,
        arg_max(l, l.said_at) as now,
        arg_max(l, l.said_at) filter (where l.day <= d.eve) as then_,
        arg_max(l, l.said_at) filter (
            where l.day > d.eve and l.outcome <> 'open' and l.outcome_before = 'open'
        ) as turn
    from days as d
    inner join life as l on l.day <= d.stock_date
    group by all
),

facts as (
    select
        s.period_from,
        s.period_to,
        s.stock_date,
        s.first_day >= s.period_from as is_new,
        coalesce(s.then_.outcome = 'open', false) as was_open,
        s.now.outcome as outcome,
        s.then_.owner_id as old_owner,
        s.eve as old_day,
        s.then_.close_date as old_date,
        s.then_.currency as old_currency,
        coalesce(s.then_.amount, 0) as old_amount,
        if(s.now.outcome = 'open', s.now.owner_id, s.turn.owner_id) as owner,
        if(s.now.outcome = 'open', s.stock_date, s.turn.day) as day,
        if(s.now.outcome = 'open', s.now.close_date, null) as new_date,
        if(s.now.outcome in ('open', 'won'), s.now.currency, s.turn.currency_before) as currency,
        coalesce(
            if(s.now.outcome in ('open', 'won'), s.now.amount, s.turn.amount_before), 0
        ) as amount
    from standing as s
    where s.now.outcome = 'open' or s.turn.day is not null
),

-- Worth of the start at its eve and on the last day, and of the end.
worth as (
    select
        f.*,
        coalesce(cast(f.old_amount * eve.rate as decimal(18, 2)), 0) as old_money,
        coalesce(cast(f.old_amount * r.rate as decimal(18, 2)), 0) as old_money_now,
        coalesce(cast(f.amount * r.rate as decimal(18, 2)), 0) as money,
        coalesce(f.old_currency, k.own_currency) <> coalesce(f.currency, k.own_currency)
            as is_other_currency
    from facts as f
    cross join clock as k
    left join build.core.dim_exchange_rate_day as eve
        on f.old_currency = eve.currency_code and f.old_day = eve.date_day
    left join build.core.dim_exchange_rate_day as r
        on f.currency = r.currency_code and f.day = r.date_day
),

-- Once per view: was it in, is it in, what of it counts.
views as (
    select
        w.*,
        v.view,
        if(
            v.view = 'open', w.was_open,
            w.was_open and coalesce(w.old_date between w.period_from and w.period_to, false)
        ) as was_in,
        w.outcome = 'open' and (
            v.view = 'open'
            or coalesce(w.new_date between w.period_from and w.period_to, false)
        ) as is_in
    from worth as w
    cross join (values ('open'), ('due')) as v (view)
),

asked as (
    select
        c.cell_id,
        c.measure_id,
        c.member,
        v.*,
        -- What goes unwon goes as it was.
        if(v.is_in or v.outcome = 'won' or not v.was_open, v.money, v.old_money) as worth,
        v.is_in or v.outcome = 'won' or not v.was_open as is_worth_now,
        exists (
            from stood as s
            where
                s.entity_type = c.entity_type and s.entity_id = c.entity_id
                and s.person_id = v.owner and v.day >= s.valid_from and v.day < s.valid_to
        ) as is_ours,
        v.was_open and exists (
            from stood as s
            where
                s.entity_type = c.entity_type and s.entity_id = c.entity_id
                and s.person_id = v.old_owner
                and v.old_day >= s.valid_from and v.old_day < s.valid_to
        ) as was_ours
    from cell as c
    inner join views as v
        on
            c.period_from = v.period_from and c.period_to = v.period_to
            and c.measure_id = v.view
    where v.was_in or v.is_in or v.outcome <> 'open'
),

-- Each class by its own question; null where the deal is none of it.
answered as (
    select
        cell_id,
        member,
        case member
            when 'start' then if(was_in and was_ours, old_money, null)
            when 'end' then if(is_in and is_ours, money, null)
            when 'all' then if(is_in and is_ours, money, null)
            when 'transferred'
                then if(
                    was_in and is_ours <> was_ours, if(is_ours, old_money, -old_money), null
                )
            when 'created'
                then if(is_ours and not was_in and not was_open and is_new, worth, null)
            when 'reopened'
                then if(is_ours and not was_in and not was_open and not is_new, worth, null)
            when 'slipped_in'
                then if(
                    is_ours and not was_in and was_open and coalesce(old_date < period_from, false),
                    worth, null
                )
            when 'pulled_in'
                then if(
                    is_ours and not was_in and was_open
                    and coalesce(old_date >= period_from, true),
                    worth, null
                )
            when 'pushed_out'
                then if(
                    is_ours and not is_in and outcome = 'open'
                    and coalesce(new_date > period_to, true),
                    -worth, null
                )
            when 'moved_before'
                then if(
                    is_ours and not is_in and outcome = 'open'
                    and coalesce(new_date < period_from, false),
                    -worth, null
                )
            when 'rate_changed'
                then if(
                    is_ours and was_in and is_worth_now and not is_other_currency
                    and old_money_now <> old_money,
                    old_money_now - old_money, null
                )
            when 'currency_changed'
                then if(
                    is_ours and was_in and is_worth_now and is_other_currency,
                    money - old_money, null
                )
            when 'increased'
                then if(
                    is_ours and was_in and is_worth_now and not is_other_currency
                    and amount > old_amount,
                    money - old_money_now, null
                )
            when 'decreased'
                then if(
                    is_ours and was_in and is_worth_now and not is_other_currency
                    and amount < old_amount,
                    money - old_money_now, null
                )
            else if(is_ours and not is_in and outcome = member, -worth, null)
        end as change,
        if(was_in and is_ours <> was_ours, if(is_ours, 1, -1), 0) as more
    from asked
)

select
    c.cell_id,
    coalesce(sum(a.change), 0) as numerator,
    1 as denominator,
    case c.member
        when 'transferred' then abs(coalesce(sum(a.more), 0))
        when 'currency_changed' then 2 * count(a.change)
        else count(a.change)
    end as observation_count,
    null as value
from cell as c
left join answered as a using (cell_id)
group by c.cell_id, c.member
