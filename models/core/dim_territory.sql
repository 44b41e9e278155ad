with

territories as (
    select
        *,
        coalesce(valid_from, cast('1900-01-01' as date)) as known_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as known_to
    from {{ ref('int_territory_conformed') }}
),

-- A parent is named by its id or by a name that only one territory of the system has.
names as (
    select
        source_system,
        lower(territory_name) as alias,
        min(territory_id) as territory_id
    from territories
    group by source_system, lower(territory_name)
    having min(territory_id) = max(territory_id)
),

ids as (
    select
        source_system,
        replace(territory_id, source_system || ':', '') as alias,
        territory_id
    from territories
    group by source_system, territory_id
),

final as (
    select
        t.territory_id || '@' || cast(t.known_from as {{ dbt.type_string() }}) as territory_key,
        t.territory_id,
        t.territory_name,
        coalesce(by_id.territory_id, by_name.territory_id) as parent_territory_id,
        t.known_from as valid_from,
        t.known_to as valid_to,
        t.source_system,
        t._source_file,
        t._source_row
    from territories as t
    left join ids as by_id
        on t.source_system = by_id.source_system and t.parent_alias = by_id.alias
    left join names as by_name
        on t.source_system = by_name.source_system and lower(t.parent_alias) = by_name.alias
)

select * from final
