-- What was long for a deal, quarter by quarter, told again from all that had been said of deals when
-- the quarter began, without any count that is carried from one quarter to the next; and how an open
-- deal looked on a day.
-- From core: merges of deals; days of the calendar.
create temp table step as
with

placed as (
    select
        s.*,
        m.stage_order,
        split_part(s.opportunity_id, ':', 1) || ':' || case
            when s.outcome <> 'open' then s.outcome
            else coalesce(cast(m.stage_order as varchar), s.stage)
        end as place
    from said as s
    left join warehouse.intermediate.int_stage_mapped as m
        on
            m.source_system = split_part(s.opportunity_id, ':', 1)
            and m.stage_key = lower(trim(s.stage))
    where s.opportunity_id not in (select opportunity_id from gone)
),

moved as (
    select
        *,
        lag(place) over life is distinct from place as is_move,
        coalesce(
            outcome = 'open' and lag(outcome) over life = 'open'
            and stage_order < lag(stage_order) over life,
            false
        ) as is_back
    from placed
    window life as (partition by opportunity_id order by said_at)
)

select
    *,
    max(day) filter (where is_move) over life as since,
    count(*) filter (where is_back) over life as backs
from moved
window life as (partition by opportunity_id order by said_at);

-- Activities that took place, and those that lay ahead, by deal that survives.
create temp table did as
select
    a.source_system as system,
    coalesce(g.opportunity_id, a.source_system || ':' || a.opportunity_alias) as opportunity_id,
    k.person_id as owner_id,
    a.activity_date as day,
    case
        when a.type_text similar to '.*call.*' then 'call'
        when a.type_text similar to '.*(email|e-mail).*' then 'email'
        when a.type_text similar to '.*(meeting|demo|visit).*' then 'meeting'
        when a.type_text similar to '.*(task|to-do).*' then 'task'
        else a.type_default
    end as kind,
    a.direction,
    a.is_completed,
    a.created_date as told,
    case when a.modified_date <= c.as_of then a.modified_date end as touched
from warehouse.intermediate.int_activity_conformed as a
cross join clock as c
left join build.core.dim_opportunity_merge as g
    on
        g.merged_opportunity_id = a.source_system || ':' || a.opportunity_alias
        and g.opportunity_id in (select opportunity_id from said)
left join known_as as k
    on
        k.system = a.source_system and k.alias = a.owner_alias
        and a.activity_date >= k.valid_from and a.activity_date < k.valid_to
where a.activity_id not in (
    select record_key
    from warehouse.intermediate.int_record_deleted
    where entity = 'activity' and deleted_date <= c.as_of and restored_date > c.as_of
);

create temp table talk as
select distinct d.opportunity_id, d.day
from did as d
cross join clock as c
where
    d.is_completed and d.day <= c.as_of
    and (
        d.kind in ('call', 'meeting')
        or (d.kind = 'email' and d.direction is distinct from 'outbound')
    );

create temp table ahead as
select
    d.system,
    d.opportunity_id,
    d.told as from_day,
    case
        when d.is_completed <> (d.kind = 'meeting') then least(d.day, coalesce(d.touched, d.day))
        else d.day
    end as to_day
from did as d
cross join clock as c
where d.told < d.day and d.told <= c.as_of;

create temp table learned as
with

quarters as (
    select distinct date_trunc('quarter', d.date_day)::date as q
    from build.core.dim_date as d
    cross join clock as c
    where d.date_day <= c.as_of
),

runs as (
    select
        q.q,
        s.opportunity_id,
        s.place,
        s.outcome,
        s.stage_order,
        s.day,
        s.close_date,
        lead(s.day) over life as left_day,
        lead(s.outcome) over life as next_outcome,
        lead(s.stage_order) over life as next_order,
        last_value(s.outcome) over (
            partition by q.q, s.opportunity_id order by s.said_at
            rows between unbounded preceding and unbounded following
        ) as stands
    from quarters as q
    inner join step as s on s.day < q.q and s.is_move
    window life as (partition by q.q, s.opportunity_id order by s.said_at)
),

named as (
    select r.*, coalesce(d.opportunity_type, '(none)') as kind, d.created_date
    from runs as r
    inner join deal_row as d using (opportunity_id)
),

won as (
    select
        q,
        opportunity_id,
        kind,
        created_date,
        least(day, coalesce(close_date, day)) as won_day
    from named
    where left_day is null and outcome = 'won'
),

talked as (
    select w.*, t.day
    from won as w
    inner join talk as t using (opportunity_id)
    where t.day > w.created_date and t.day < w.won_day
),

marks as (
    select q, opportunity_id, kind, day from talked
    union
    select q, opportunity_id, kind, created_date from talked
    union
    select q, opportunity_id, kind, won_day from talked
),

spent as (
    select
        'stay' as what,
        q,
        kind,
        place,
        opportunity_id,
        coalesce(left_day, q) - day as length,
        coalesce(
            next_outcome = 'won' or (next_outcome = 'open' and next_order > stage_order), false
        ) as is_over,
        stands
    from named
    where outcome = 'open' and stands in ('open', 'won')
    union all
    select 'age', q, kind, 'all', opportunity_id, won_day - created_date, true, 'won'
    from won
    where won_day >= created_date
    union all
    select
        'gap', q, kind, 'all', opportunity_id,
        day - lag(day) over (partition by q, opportunity_id order by day),
        true, 'won'
    from marks
    qualify lag(day) over (partition by q, opportunity_id order by day) is not null
),

everybody as (
    select * from spent
    union all by name
    select * replace ('(company)' as kind) from spent
),

steps as (
    select
        what,
        q,
        kind,
        place,
        length,
        count(*) as leaving,
        count(*) filter (where is_over) as over
    from everybody
    group by all
),

chances as (
    select
        *,
        1 - over / sum(leaving) over (
            partition by what, q, kind, place order by length desc
        ) as chance
    from steps
),

left_over as (
    select
        *,
        product(chance) over (partition by what, q, kind, place order by length) as still
    from chances
),

enough as (
    select what, q, kind, place, count(distinct opportunity_id) as deals
    from everybody
    where is_over and stands = 'won'
    group by all
    having count(distinct opportunity_id) >= 20
)

select
    e.what,
    e.q,
    e.kind,
    e.place,
    min(l.length) filter (where l.still <= 0.25 + 1e-9) as three_quarters,
    min(l.length) filter (where l.still <= 0.1 + 1e-9) as nine_tenths
from enough as e
inner join left_over as l using (what, q, kind, place)
group by all;

-- The threshold of a deal: that of its type, else that of all deals.
create temp macro limit_of(asked_what, asked_day, asked_kind, asked_place) as (
    select arg_min(
        {'three_quarters': three_quarters, 'nine_tenths': nine_tenths}, kind = '(company)'
    )
    from learned
    where
        what = asked_what
        and q = date_trunc('quarter', asked_day)::date
        and kind in (asked_kind, '(company)')
        and place = asked_place
);

-- The open deals of the days of the figures asked for.
create temp macro open_deals() as table
with

days as (
    select distinct stock_date as day from cell
),

stock as (
    select d.day, s.opportunity_id, arg_max(s, s.said_at) as s
    from days as d
    inner join step as s on s.day <= d.day
    group by all
),

open_stock as (
    select
        k.day,
        k.opportunity_id,
        split_part(k.opportunity_id, ':', 1) as system,
        k.s.owner_id as owner_id,
        k.s.place as place,
        k.s.amount as amount,
        k.s.currency as currency,
        k.day - k.s.since as stay,
        k.s.backs as backs,
        coalesce(r.opportunity_type, '(none)') as kind,
        r.created_date,
        k.day - r.created_date as age
    from stock as k
    inner join deal_row as r using (opportunity_id)
    where k.s.outcome = 'open'
),

fed as (
    select
        o.*,
        exists (
            select 1 from did as d
            where
                d.system = o.system and d.is_completed
                and d.day between o.day - 13 and o.day
        ) as is_live
    from open_stock as o
)

select
    o.*,
    o.is_live and exists (
        select 1 from did as d
        where
            d.is_completed and d.day <= o.day
            and (d.opportunity_id = o.opportunity_id or d.owner_id = o.owner_id)
    ) as is_heard,
    o.is_live and exists (
        select 1 from ahead as a
        where a.system = o.system and a.from_day <= o.day and a.from_day < a.to_day
    ) as is_planned_for,
    o.day - greatest(
        o.created_date,
        coalesce(
            (
                select max(t.day) from talk as t
                where t.opportunity_id = o.opportunity_id and t.day <= o.day
            ),
            o.created_date
        )
    ) as silent,
    exists (
        select 1 from ahead as a
        where a.opportunity_id = o.opportunity_id and a.from_day <= o.day and a.to_day > o.day
    ) as has_next,
    (limit_of('stay', o.day, o.kind, o.place)).three_quarters as stay_75,
    (limit_of('stay', o.day, o.kind, o.place)).nine_tenths as stay_90,
    (limit_of('age', o.day, o.kind, 'all')).nine_tenths as age_90,
    (limit_of('gap', o.day, o.kind, 'all')).nine_tenths as silent_90
from fed as o;
