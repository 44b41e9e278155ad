-- CQ-09 scorer agreement: Krippendorff's alpha from all pairs of scores, within each call and skill
-- and over all of them (the indicator works with sums of squares).
-- needs: people
with

given as (
    select
        g.call_alias,
        p.person_id,
        lower(g.skill) as skill,
        w.person_id as scorer_id,
        g.scored_date,
        g.score / g.score_maximum as mark,
        row_number() over (
            partition by g.call_alias, p.person_id, lower(g.skill), w.person_id
            order by g.scored_date desc, g.skill_score_id desc
        ) as place
    from warehouse.intermediate.int_skill_score_conformed as g
    cross join clock
    inner join known_as as p
        on
            p.system = g.source_system and p.alias = g.person_alias
            and g.scored_date >= p.valid_from and g.scored_date < p.valid_to
    inner join known_as as w
        on
            w.system = g.source_system and w.alias = g.scorer_alias
            and g.scored_date >= w.valid_from and g.scored_date < w.valid_to
    where
        not g.is_machine_score
        and g.scored_date <= clock.as_of
        and g.skill is not null and g.skill <> 'unnamed'
        and p.person_id <> w.person_id
        and g.call_alias in (
            select call_id
            from warehouse.intermediate.int_call_conformed
            where cast(timezone(clock.zone, timezone('UTC', started_at)) as date) <= clock.as_of
        )
),

units as (
    select call_alias, person_id, skill, max(scored_date) as day, list(mark) as marks
    from given
    where place = 1
    group by all
    having count(*) > 1
),

inside as (
    select distinct c.cell_id, u.call_alias, u.person_id, u.skill, u.marks
    from cell as c
    inner join stood as s
        on c.entity_type = s.entity_type and c.entity_id = s.entity_id
    inner join units as u
        on
            u.person_id = s.person_id
            and u.day >= s.valid_from and u.day < s.valid_to
            and u.day between c.period_from and c.stock_date
),

marked as (
    select cell_id, call_alias, person_id, skill, len(marks) as size, unnest(marks) as mark
    from inside
),

numbered as (
    select *, row_number() over (order by cell_id, call_alias, person_id, skill) as place
    from marked
),

apart as (
    select
        a.cell_id,
        sum(
            case
                when
                    a.call_alias = b.call_alias and a.person_id = b.person_id
                    and a.skill = b.skill
                    then (a.mark - b.mark) ^ 2 / (a.size - 1)
            end
        ) as within_sum,
        sum((a.mark - b.mark) ^ 2) as all_sum
    from numbered as a
    inner join numbered as b on a.cell_id = b.cell_id and a.place <> b.place
    group by all
),

counts as (
    select
        cell_id,
        count(*) as scores,
        count(distinct (call_alias, person_id, skill)) as double_scored
    from marked
    group by all
)

select
    c.cell_id,
    coalesce(n.scores, 0) as numerator,
    coalesce(n.double_scored, 0) as denominator,
    coalesce(n.double_scored, 0) as observation_count,
    case
        when n.double_scored >= 20 and a.all_sum > 0
            then 1 - (a.within_sum / n.scores) / (a.all_sum / (n.scores * (n.scores - 1)))
    end as value
from cell as c
left join counts as n using (cell_id)
left join apart as a using (cell_id)
