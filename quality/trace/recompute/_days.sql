-- Every rep on every day of work since coaching was first logged: what was due, and how long ago
-- the last session was. A rep's day is a row here, as in the indicators, but built day by day.
-- From core: days of work and roles of people; the coaching policies.
create temp table rep_day as
with

begun as (
    -- Sessions that were removed because of their age had begun the log.
    select
        least(min(s.day), min(k.coaching_began_date)) as first_day,
        min(k.coaching_from_date) as kept_from
    from coaching as s
    cross join build.core.dim_clock as k
    where s.is_broad
),

days as (
    select date_day as day
    from build.core.dim_date
    cross join clock as c
    cross join begun as b
    where date_day between b.first_day and c.as_of and date_day > c.as_of - 2192
),

working as (
    select
        h.person_id,
        h.team_id,
        d.day,
        greatest(b.first_day, coalesce(p.hire_date, b.first_day), b.kept_from) as counted_from
    from days as d
    cross join begun as b
    inner join build.core.dim_person_history as h
        on h.is_rep and h.valid_from <= d.day and d.day < h.valid_to
    inner join build.core.dim_person as p using (person_id)
    where
        d.day between coalesce(p.hire_date, d.day) and coalesce(p.leave_date, d.day)
        and p.leave_date_source is distinct from 'never_seen'
),

due as (
    select d.day, p.team_id, min(p.every_n_days) as every_n_days
    from days as d
    inner join build.core.dim_coaching_policy as p
        on p.role = 'rep' and d.day >= p.valid_from and d.day < coalesce(p.valid_to, 'infinity')
    group by all
),

met as (
    select
        a.person_id,
        s.day,
        count(*) filter (where s.is_broad) as broad,
        count(*) filter (where s.is_strict) as strict,
        coalesce(sum(a.minutes) filter (where s.is_broad), 0) as broad_minutes,
        coalesce(sum(a.minutes) filter (where s.is_strict), 0) as strict_minutes,
        coalesce(bool_or(s.is_broad and not s.is_late), false) as is_broad_timely,
        coalesce(bool_or(s.is_strict and not s.is_late), false) as is_strict_timely,
        bool_or(s.status = 'excused') as is_excused
    from coaching as s
    inner join coached as a using (session_id)
    where a.is_present
    group by all
)

select
    w.person_id,
    w.day,
    coalesce(own.every_n_days, due.every_n_days) as every_n_days,
    coalesce(met.broad, 0) as broad,
    coalesce(met.strict, 0) as strict,
    coalesce(met.broad_minutes, 0) as broad_minutes,
    coalesce(met.strict_minutes, 0) as strict_minutes,
    coalesce(met.is_broad_timely, false) as is_broad_timely,
    coalesce(met.is_strict_timely, false) as is_strict_timely,
    coalesce(met.is_excused, false) as is_excused,
    w.counted_from
from working as w
left join due on w.day = due.day and due.team_id is null
left join due as own on w.day = own.day and w.team_id = own.team_id
left join met on w.person_id = met.person_id and w.day = met.day;
