-- MA-05 agreement on what coaching is: pairs are laid out one by one.
-- From core: where those who answered stood, as who they are is not kept.
-- needs: people
with

sheets as (
    select distinct c.cell_id, c.measure_id, a.response_code, a.answer_choice
    from cell as c
    inner join build.core.fct_survey_answer as a
        on
            a.answer_choice is not null
            and a.survey_date between c.period_from and c.stock_date
            and (c.entity_type = 'company' or a.team_id = c.entity_id)
),

pairs as (
    select a.cell_id, avg((a.answer_choice = b.answer_choice)::int) as same
    from sheets as a
    inner join sheets as b on a.cell_id = b.cell_id and a.response_code <> b.response_code
    group by all
),

counted as (
    select
        cell_id,
        count(*) as sheets,
        count(*) filter (where answer_choice = 'official') as official
    from sheets
    group by all
)

select
    c.cell_id,
    case
        when n.cell_id is null then 0
        when c.measure_id = 'official_share' and n.sheets >= 4 then n.official
    end as numerator,
    case
        when n.cell_id is null then 0
        when c.measure_id = 'official_share' and n.sheets >= 4 then n.sheets
    end as denominator,
    coalesce(n.sheets, 0) as observation_count,
    case when c.measure_id = 'pairwise_agreement' and n.sheets >= 4 then p.same end as value
from cell as c
left join counted as n using (cell_id)
left join pairs as p using (cell_id)
