-- MA-03 coaching maturity as said: the mean answers against the gates written out.
-- From core: where those who answered stood, as who they are is not kept.
-- needs: people, sessions, maturity
with

answers as (
    select
        c.cell_id,
        a.response_code,
        a.dimension,
        a.answer_score
    from cell as c
    inner join build.core.fct_survey_answer as a
        on
            a.respondent_role = c.member and a.dimension is not null
            and a.survey_date between c.period_from and c.stock_date
            and case c.entity_type
                when 'company' then true
                when 'team' then a.team_id = c.entity_id
                else a.manager_id = c.entity_id and a.respondent_role = 'rep'
            end
),

means as (
    select cell_id, dimension, sum(answer_score) / (5 * count(answer_score)) as share
    from answers
    group by all
),

said as (
    select cell_id, map_from_entries(list((dimension, share))) as d
    from means
    group by all
),

people as (
    select cell_id, count(distinct response_code) as sheets
    from answers
    group by all
),

levels as (
    select
        s.cell_id,
        case
            when coalesce(d['D1'], 0) < 0.6 - 1e-9 and coalesce(d['D6'], 0) < 0.6 - 1e-9 then 0
            when
                coalesce(d['D1'], 0) < 0.6 - 1e-9 or coalesce(d['D6'], 0) < 0.6 - 1e-9
                or coalesce(d['D2'], 0) < 0.7 - 1e-9 or coalesce(d['D3'], 0) < 0.6 - 1e-9
                or coalesce(d['D4'], 0) < 0.5 - 1e-9 or coalesce(d['D5'], 0) < 0.6 - 1e-9
                then 1
            when coalesce(d['D7'], 0) < 0.5 - 1e-9 then 2
            else 3
        end as level
    from said as s
)

select
    c.cell_id,
    if(p.cell_id is null, 0, null) as numerator,
    if(p.cell_id is null, 0, null) as denominator,
    coalesce(p.sheets, 0) as observation_count,
    case when p.sheets >= 4 then l.level - if(c.measure_id = 'gap', m.level, 0) end as value
from cell as c
left join people as p using (cell_id)
left join levels as l using (cell_id)
left join maturity as m using (entity_type, entity_id, period_grain, period_start)
