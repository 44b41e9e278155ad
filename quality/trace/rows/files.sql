-- The files, objects and figures that DQ-01 to DQ-03 count: they are about the data, so that no
-- landed row stands behind one of them.
-- indicators: DQ-01, DQ-02, DQ-03
-- sums: none
select
    c.cell_id,
    q.core_table,
    q.core_key,
    null as person_id,
    c.stock_date as day,
    q.what,
    q.numerator_part,
    q.denominator_part,
    q.source_system,
    null as _source_file,
    null as _source_row
from cell as c
inner join (
    select
        'DQ-01' as indicator_id,
        'quality.ledger' as core_table,
        concat_ws(':', source_system, source_file, load_id) as core_key,
        file_status as what,
        abs(residual_rows) as numerator_part,
        source_rows as denominator_part,
        source_system
    from build.quality.ledger
    union all
    select
        'DQ-02', 'quality.freshness', concat_ws(':', source_system, object),
        'latest event ' || latest_event_date, 24 * days_behind, 1, source_system
    from build.quality.freshness
    where latest_event_date is not null
    union all
    select
        'DQ-03', 'quality.suppression',
        concat_ws(':', indicator_id, measure_id, period_grain, entity_type), reason_code,
        suppressed_cell_count, cell_count, reason_code
    from build.quality.suppression
) as q
    on c.indicator_id = q.indicator_id
where
    c.member in ('all', q.source_system)
    and (c.indicator_id <> 'DQ-03' or split_part(q.core_key, ':', 3) = c.period_grain)
