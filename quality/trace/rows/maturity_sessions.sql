-- The strict sessions of the quarter and the one before it, of which the maturity of MA-01, MA-02
-- and MA-04 is made beside policies, certificates and other indicators: they cannot add up to it.
-- indicators: MA-01, MA-02, MA-04
-- sums: none
select distinct
    c.cell_id,
    'core.fct_coaching_session' as core_table,
    s.session_id as core_key,
    s.coach_id as person_id,
    s.session_date as day,
    concat_ws(', ', if(s.has_artefact, 'with artefact', 'strict'), s.initiative_name) as what,
    null as numerator_part,
    1 as denominator_part,
    s.source_system,
    s._source_file,
    s._source_row
from cell as c
inner join build.core.bridge_org_entity as b
    on c.entity_type = b.entity_type and c.entity_id = b.entity_id
inner join build.core.bridge_session_attendee as a
    on b.org_key = a.coachee_org_key and a.is_coachee_present
inner join build.core.fct_coaching_session as s on a.session_id = s.session_id
where
    s.is_strict
    and s.session_date between c.period_from - interval 3 month and c.stock_date
