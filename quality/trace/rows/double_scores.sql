-- The scores of CQ-09: of calls and skills that two or more people scored, the last of each; the
-- first of a call and skill stands for it in the denominator.
-- indicators: CQ-09
with

last_scores as (
    select *
    from build.core.fct_skill_score
    where
        call_id is not null and not is_machine_score and skill <> 'unnamed'
        and scored_by_id <> '(unassigned)' and person_id <> '(unassigned)'
        and scored_by_id <> person_id
    qualify row_number() over (
        partition by call_id, person_id, lower(skill), scored_by_id
        order by scored_date desc, skill_score_id desc
    ) = 1
),

doubled as (
    select
        *,
        max(scored_date) over unit as day,
        row_number() over (
            partition by call_id, person_id, lower(skill) order by skill_score_id
        ) as place
    from last_scores
    window unit as (partition by call_id, person_id, lower(skill))
    qualify count(*) over unit > 1
)

select
    c.cell_id,
    'core.fct_skill_score' as core_table,
    d.skill_score_id as core_key,
    d.person_id,
    d.day,
    d.skill as what,
    1 as numerator_part,
    if(d.place = 1, 1, 0) as denominator_part,
    d.call_id,
    d.scored_by_id,
    d.score,
    d.score_maximum,
    d.source_system,
    d._source_file,
    d._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.dim_org_version as v on b.org_key = v.org_key
inner join doubled as d
    on d.person_id = v.person_id and d.day >= v.valid_from and d.day < v.valid_to
where d.day between c.period_from and c.stock_date
