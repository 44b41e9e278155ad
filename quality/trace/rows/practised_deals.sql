-- The deals of BE-01 and BE-03 that were open on the day, each with its elements of qualification or
-- with its active contacts of the 30 days before.
-- indicators: BE-01, BE-03
select
    c.cell_id,
    'core.fct_opportunity_version' as core_table,
    s.opportunity_id || '#' || s.version_number as core_key,
    s.owner_id as person_id,
    c.stock_date as day,
    s.stage_name as what,
    case
        when c.indicator_id = 'BE-01' then q.filled
        when c.measure_id = 'contacts' then a.contacts
        else cast(a.contacts < 2 as integer)
    end as numerator_part,
    if(c.indicator_id = 'BE-01', q.asked, 1) as denominator_part,
    s.is_qualified,
    o.created_date,
    s.source_system,
    s._source_file,
    s._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.fct_pipeline_snapshot as s
    on b.org_key = s.owner_org_key and s.snapshot_date = c.stock_date
inner join build.core.fct_opportunity as o on s.opportunity_id = o.opportunity_id
cross join lateral (
    select
        count(*) as asked,
        count(*) filter (
            where exists (
                from build.core.fct_opportunity_qualification as f
                where
                    f.opportunity_id = s.opportunity_id and f.element = e.element and f.is_filled
                    and f.valid_from_date between c.stock_date - 29 and c.stock_date
                    and f.valid_to_date > c.stock_date
            )
        ) as filled
    from (
        select element, min(required_from) as required_from
        from build.reference.qualification_elements
        group by all
    ) as e
    where
        (s.is_qualified or e.required_from = 'open')
        and c.stock_date - 30 >= (
            select min(f.valid_from_date)
            from build.core.fct_opportunity_qualification as f
            where f.element = e.element and f.source_system = s.source_system
        )
) as q
cross join lateral (
    select count(distinct contact_id) as contacts
    from build.core.fct_activity as a
    where
        a.opportunity_id = s.opportunity_id and a.is_completed and not a.is_deleted
        and a.activity_date between c.stock_date - 29 and c.stock_date
) as a
where
    if(
        c.indicator_id = 'BE-01',
        q.asked > 0,
        o.created_date <= c.stock_date - 30
        and c.stock_date - 30 >= (
            select min(n.activity_date)
            from build.core.fct_activity as n
            where
                n.source_system = s.source_system and n.contact_id is not null
                and n.opportunity_id is not null and n.is_completed and not n.is_deleted
        )
    )
