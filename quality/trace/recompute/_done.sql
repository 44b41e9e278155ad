-- What was done on deals, from the landed activities: each deal under the name of the one that it
-- was merged into.
-- From core: merges of deals; contacts that were delivered.
create temp table done_on as
select
    coalesce(m.opportunity_id, s.opportunity_id) as opportunity_id,
    a.source_system as system,
    a.activity_date as day,
    case
        when regexp_matches(a.type_text, 'call') then 'call'
        when regexp_matches(a.type_text, 'e-?mail') then 'email'
        when regexp_matches(a.type_text, 'meeting|demo|visit') then 'meeting'
        when regexp_matches(a.type_text, 'task|to-do') then 'task'
        else a.type_default
    end as kind,
    p.contact_id,
    coalesce(k.person_id, '(unassigned)') as person_id
from warehouse.intermediate.int_activity_conformed as a
cross join clock as c
inner join (select distinct opportunity_id from said) as s
    on s.opportunity_id = a.source_system || ':' || a.opportunity_alias
left join build.core.dim_opportunity_merge as m
    on
        m.merged_opportunity_id = s.opportunity_id
        and m.opportunity_id in (select opportunity_id from said)
left join build.core.dim_contact as p
    on p.contact_id = a.source_system || ':' || a.contact_alias
left join known_as as k
    on
        k.system = a.source_system and k.alias = a.owner_alias
        and a.activity_date >= k.valid_from and a.activity_date < k.valid_to
where
    a.is_completed and a.activity_date <= c.as_of
    and not exists (
        from warehouse.intermediate.int_record_deleted as d
        where
            d.entity = 'activity' and d.record_key = a.activity_id
            and c.as_of >= d.deleted_date and c.as_of < d.restored_date
    );
