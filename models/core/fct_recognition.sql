with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

awards as (
    select * from {{ ref('int_recognition_conformed') }}
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

opportunities as (
    select
        opportunity_id,
        coalesce(merged_into_opportunity_id, opportunity_id) as surviving_opportunity_id,
        replace(opportunity_id, source_system || ':', '') as alias
    from {{ ref('fct_opportunity') }}
),

-- A list may name the deal with or without its system; an id that two systems use names none.
deal_aliases as (
    select
        opportunity_id as alias,
        surviving_opportunity_id as opportunity_id
    from opportunities
    union all
    select
        alias,
        min(surviving_opportunity_id) as opportunity_id
    from opportunities
    group by alias
    having min(opportunity_id) = max(opportunity_id)
),

final as (
    select
        w.recognition_id,
        w.award_date,
        coalesce(r.person_id, '(unassigned)') as recipient_id,
        coalesce(g.person_id, '(unassigned)') as given_by_id,
        w.award_name,
        w.cites_coaching,
        w.is_attempt,
        coalesce(d.opportunity_id, s.opportunity_id) as opportunity_id,
        w.source_system,
        w._source_file,
        w._source_row
    from awards as w
    inner join clock
        on w.award_date <= clock.as_of_date
    left join aliases as r
        on
            w.source_system = r.source_system
            and w.recipient_alias = r.alias
            and w.award_date >= r.valid_from
            and w.award_date < r.valid_to
    left join aliases as g
        on
            w.source_system = g.source_system
            and w.given_by_alias = g.alias
            and w.award_date >= g.valid_from
            and w.award_date < g.valid_to
    left join deal_aliases as d
        on w.opportunity_alias = d.alias
    left join deal_aliases as s
        on
            length(w.opportunity_alias) = 18
            and substring(w.opportunity_alias, 1, 15) = s.alias
)

select * from final
