-- Risk: parts that do not add up to the whole: a person without a region, or in two.
{{ config(
    meta={
        'rule_id': 'CORE-ORG-ENTITY-ADDS-UP',
        'sentence': 'Every version of the organisation has one rep, manager, team, region and '
            ~ 'company, and one manager_org for each manager above.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
with

counted as (
    select
        v.org_key,
        sum(case when b.entity_type = 'rep' then 1 else 0 end) as reps,
        sum(case when b.entity_type = 'manager' then 1 else 0 end) as managers,
        sum(case when b.entity_type = 'manager_org' then 1 else 0 end) as manager_orgs,
        sum(case when b.entity_type = 'team' then 1 else 0 end) as teams,
        sum(case when b.entity_type = 'region' then 1 else 0 end) as regions,
        sum(case when b.entity_type = 'company' then 1 else 0 end) as companies
    from {{ ref('dim_org_version') }} as v
    left join {{ ref('bridge_org_entity') }} as b
        on v.org_key = b.org_key
    group by v.org_key
)

select *
from counted
where reps <> 1 or managers <> 1 or manager_orgs < 1 or teams <> 1 or regions <> 1 or companies <> 1
