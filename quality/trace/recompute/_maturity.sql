-- What is seen of coaching maturity, a second time: quarters are laid beside the ones before them
-- with windows; sessions, courses, initiatives, policies and certificates are asked where they were
-- landed. The rates of other indicators are taken as published: each has a second way of its own.
-- From core: quarters, and from when on coaching is logged.
create temp table maturity as
with

quarters as (
    select
        period_grain,
        period_start,
        period_end,
        least(period_end, as_of) as stock_day
    from build.core.dim_period
    cross join clock
    where period_grain in ('quarter', 'fiscal_quarter') and period_start <= as_of
),

-- Days of reps since the log began: who is a rep, employed, under which manager.
log_began as (
    select coalesce(least(min(e.day), any_value(k.coaching_began_date)), min(e.day)) as day
    from coaching as e
    cross join build.core.dim_clock as k
    where e.is_broad
),

stints as (
    select
        s.entity_type,
        s.entity_id,
        s.person_id,
        h.manager_id,
        h.team_id,
        greatest(s.valid_from, h.valid_from, coalesce(p.hire_date, date '1900-01-01')) as first_day,
        least(
            s.valid_to - 1, h.valid_to - 1, coalesce(p.leave_date, date '9999-12-30')
        ) as last_day
    from stood as s
    inner join build.core.dim_person_history as h
        on
            s.person_id = h.person_id and h.is_rep
            and s.valid_from < h.valid_to and h.valid_from < s.valid_to
    inner join build.core.dim_person as p
        on s.person_id = p.person_id and coalesce(p.leave_date_source, '') <> 'never_seen'
    where s.entity_type in ('manager', 'team', 'company') and s.person_id <> '(unassigned)'
),

certificates as (
    select person_id, certified_date, certification_expires_date
    from warehouse.intermediate.int_person_described
    cross join clock
    where certified_date <= as_of
),

stays as (
    select
        t.entity_type,
        t.entity_id,
        t.team_id,
        q.period_grain,
        q.period_start,
        greatest(t.first_day, q.period_start, l.day) as from_day,
        least(t.last_day, q.stock_day) as to_day,
        exists (
            from certificates as c
            where
                c.person_id = t.manager_id and c.certified_date <= q.stock_day
                and coalesce(c.certification_expires_date > q.stock_day, true)
        ) as is_capable
    from stints as t
    cross join log_began as l
    inner join quarters as q on t.first_day <= q.stock_day and t.last_day >= q.period_start
),

rep_days as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        sum(to_day - from_day + 1) as days,
        sum((to_day - from_day + 1) * is_capable::int) as capable_days,
        list(distinct team_id) as teams
    from stays
    where to_day >= from_day
    group by all
),

initiative as (
    select initiative_id, name as initiative_name, start_date, end_date
    from warehouse.intermediate.int_initiative_conformed
    cross join clock
    where start_date <= as_of
    qualify row_number() over (partition by initiative_id order by _source_file, _source_row) = 1
),

strict as (
    select
        e.session_id,
        e.day,
        s.has_artefact,
        s.skill,
        (
            select min(i.initiative_id)
            from initiative as i
            where
                lower(i.initiative_name) = lower(s.initiative_name)
                and e.day >= i.start_date and coalesce(e.day <= i.end_date, true)
        ) as initiative_id
    from coaching as e
    inner join warehouse.intermediate.int_session_conformed as s using (session_id)
    where e.is_strict
),

linked as (
    select
        s.*,
        s.initiative_id is not null
        or exists (
            from coached as a
            inner join build.core.fct_training as t
                on
                    a.person_id = t.person_id and t.completed_date <= s.day and t.skill = s.skill
                    and not t.is_deleted
            where a.session_id = s.session_id and a.is_present
        ) as is_linked
    from strict as s
),

held as (
    select distinct
        o.entity_type,
        o.entity_id,
        q.period_grain,
        q.period_start,
        l.*
    from linked as l
    inner join coached as a on l.session_id = a.session_id and a.is_present
    inner join stood as o
        on
            a.person_id = o.person_id and l.day >= o.valid_from and l.day < o.valid_to
            and o.entity_type in ('manager', 'team', 'company')
    inner join quarters as q on l.day between q.period_start and q.stock_day
),

of_sessions as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        count(*) as strict,
        count(*) filter (where has_artefact) as artefacts,
        count(has_artefact) as artefacts_told,
        count(*) filter (where is_linked) as linked,
        list(distinct initiative_id) filter (where initiative_id is not null) as initiatives
    from held
    group by all
),

waited as (
    select
        q.period_grain,
        q.period_start,
        i.initiative_id,
        greatest(i.start_date, q.period_start) as since
    from quarters as q
    cross join clock
    inner join initiative as i
        on i.start_date <= q.stock_day and coalesce(i.end_date >= q.period_start, true)
    where greatest(i.start_date, q.period_start) + 30 <= as_of
),

of_initiatives as (
    select
        d.entity_type,
        d.entity_id,
        d.period_grain,
        d.period_start,
        count(*) as active,
        count(*) filter (
            where exists (
                from held as h
                where
                    h.entity_type = d.entity_type and h.entity_id = d.entity_id
                    and h.initiative_id = w.initiative_id
                    and h.day between w.since and w.since + 30
            )
        ) as timely
    from rep_days as d
    inner join waited as w using (period_grain, period_start)
    group by all
),

published as (
    pivot (
        select
            f.entity_type, f.entity_id, f.period_grain, f.period_start,
            replace(f.indicator_id, '-', '_') as code, f.numerator, f.denominator
        from figure as f
        inner join build.reference.indicators as r using (indicator_id, measure_id)
        where
            r.is_headline and f.dimension = 'all' and f.denominator is not null
            and f.entity_type in ('manager', 'team', 'company')
            and f.period_grain in ('quarter', 'fiscal_quarter')
    )
    on code in ('CO_01', 'TR_03', 'AF_03', 'AF_01', 'CO_11', 'LD_01')
    using any_value(numerator) as n, any_value(denominator) as d
    group by entity_type, entity_id, period_grain, period_start
),

places as (
    select entity_type, entity_id, q.period_grain, q.period_start, q.stock_day
    from (select distinct entity_type, entity_id from rep_days)
    cross join quarters as q
),

quarterly as (
    select
        p.*,
        coalesce(d.days, 0) as days,
        d.capable_days,
        coalesce(d.teams, []) as teams,
        coalesce(s.strict, 0) as strict,
        coalesce(s.artefacts, 0) as artefacts,
        coalesce(s.artefacts_told, 0) as artefacts_told,
        coalesce(s.linked, 0) as linked,
        coalesce(s.initiatives, []) as initiatives,
        coalesce(i.active, 0) as active,
        coalesce(i.timely, 0) as timely,
        b.* exclude (entity_type, entity_id, period_grain, period_start)
    from places as p
    left join rep_days as d using (entity_type, entity_id, period_grain, period_start)
    left join of_sessions as s using (entity_type, entity_id, period_grain, period_start)
    left join of_initiatives as i using (entity_type, entity_id, period_grain, period_start)
    left join published as b using (entity_type, entity_id, period_grain, period_start)
),

paired as (
    select
        *,
        sum(days) over two as days_both,
        [
            sum(CO_01_n) over two / nullif(sum(CO_01_d) over two, 0),
            CO_01_n / nullif(CO_01_d, 0), lag(CO_01_n / nullif(CO_01_d, 0)) over one
        ] as cadence,
        [
            sum(artefacts) over two / nullif(sum(artefacts_told) over two, 0),
            artefacts / nullif(artefacts_told, 0),
            lag(artefacts / nullif(artefacts_told, 0)) over one
        ] as tools,
        [
            sum(TR_03_n) over two / nullif(sum(TR_03_d) over two, 0),
            TR_03_n / nullif(TR_03_d, 0), lag(TR_03_n / nullif(TR_03_d, 0)) over one
        ] as reinforced,
        [
            sum(AF_03_n) over two / nullif(sum(AF_03_d) over two, 0),
            AF_03_n / nullif(AF_03_d, 0), lag(AF_03_n / nullif(AF_03_d, 0)) over one
        ] as followed,
        [
            sum(AF_01_n) over two / nullif(sum(AF_01_d) over two, 0),
            AF_01_n / nullif(AF_01_d, 0), lag(AF_01_n / nullif(AF_01_d, 0)) over one
        ] as done,
        [
            sum(CO_11_n) over two / nullif(sum(CO_11_d) over two, 0),
            CO_11_n / nullif(CO_11_d, 0), lag(CO_11_n / nullif(CO_11_d, 0)) over one
        ] as observed,
        sum(LD_01_n) over two / nullif(sum(LD_01_d) over two, 0) as leading_share,
        sum(linked) over two / nullif(sum(strict) over two, 0) as linked_share,
        sum(timely) over two / nullif(sum(active) over two, 0) as timely_share,
        len(list_distinct(flatten([initiatives, lag(initiatives, 1, []) over one]))) as touched,
        flatten([teams, lag(teams, 1, []) over one]) as teams_both
    from quarterly
    window
        one as (
            partition by entity_type, entity_id, period_grain order by period_start
        ),
        two as (
            partition by entity_type, entity_id, period_grain order by period_start
            rows between 1 preceding and current row
        )
),

scored as (
    select
        entity_type,
        entity_id,
        period_grain,
        period_start,
        days_both,
        days_both / 30.4375 as rep_months,
        exists (
            from warehouse.intermediate.int_policy_conformed as k
            where
                k.role = 'rep' and not coalesce(k.is_assumed, false)
                and k.valid_from <= stock_day and coalesce(k.valid_to > stock_day, true)
                and (k.team_name is null or list_contains(teams_both, k.team_name))
        )::int::double as d1,
        cadence as d2,
        tools as d3,
        [list_avg(list_filter([reinforced[i], followed[i]], x -> x is not null)) for i in [1, 2, 3]]
            as d4,
        [list_avg(list_filter([done[i], observed[i]], x -> x is not null)) for i in [1, 2, 3]]
            as d5,
        case when exists (from certificates) then capable_days / nullif(days, 0) end as d6,
        list_avg(list_filter([timely_share, linked_share], x -> x is not null)) as d7,
        leading_share,
        touched
    from paired
    where days_both > 0
),

weakest as (
    select
        * exclude (d2, d3, d4, d5),
        d2[1] as d2, d3[1] as d3, d4[1] as d4, d5[1] as d5,
        least(1, coalesce(list_min(list_filter(d2[2:], x -> x is not null)) / 0.7, 0)) as keeps_part,
        least(1, coalesce(list_min(list_filter(d3[2:], x -> x is not null)) / 0.6, 0)) as tools_part,
        least(1, coalesce(list_min(list_filter(d4[2:], x -> x is not null)) / 0.5, 0)) as again_part,
        least(1, coalesce(list_min(list_filter(d5[2:], x -> x is not null)) / 0.6, 0)) as done_part
    from scored
)

select
    *,
    case
        when rep_months < 8 or entity_type = 'manager' and entity_id = '(unassigned)' then null
        when d1 < 1 and coalesce(d6, 1) < 1 then 0
        when d1 < 1 and d6 is null then null
        when least(d1, coalesce(d6, 0)) < 1
            or keeps_part < 1 - 1e-8 or tools_part < 1 - 1e-8
            or again_part < 1 - 1e-8 or done_part < 1 - 1e-8
            then 1
        when coalesce(d7, 0) >= 0.5 and touched >= 2 and coalesce(leading_share, 0) >= 0.25 then 3
        else 2
    end as level,
    case level
        when 0 then (d1 + d6) / 2
        when 1 then (
            d1 + coalesce(d6, 0) + keeps_part + tools_part
            + again_part + done_part
        ) / 6
        when 2 then (
            least(1, coalesce(d7, 0) / 0.5) + least(1, touched / 2)
            + least(1, coalesce(leading_share, 0) / 0.25)
        ) / 3
        when 3 then 1
    end as next_part
from weakest;
