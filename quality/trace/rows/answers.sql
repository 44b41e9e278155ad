-- The answers of MA-03 and MA-05 where at least four people gave them. Nothing leads from here to a
-- row of a file, which names who answered.
-- indicators: MA-03, MA-05
-- sums: none
select
    c.cell_id,
    'core.fct_survey_answer' as core_table,
    a.survey_answer_id as core_key,
    null as person_id,
    c.stock_date as day,
    concat_ws(' ', a.respondent_role, a.dimension, a.answer_score, a.answer_choice) as what,
    null as numerator_part,
    1 as denominator_part,
    a.source_system,
    null as _source_file,
    null as _source_row
from cell as c
inner join build.core.fct_survey_answer as a
    on
        a.survey_date between c.period_from and c.stock_date
        and case c.entity_type
            when 'company' then true
            when 'team' then a.team_id = c.entity_id
            else a.manager_id = c.entity_id and a.respondent_role = 'rep'
        end
        and if(
            c.indicator_id = 'MA-03',
            a.respondent_role = c.member and a.dimension is not null,
            a.answer_choice is not null
        )
qualify count(distinct a.response_code) over (partition by c.cell_id) >= 4
