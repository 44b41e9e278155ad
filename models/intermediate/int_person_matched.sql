-- Which canonical person a source record is. A person of the system that is believed first (the
-- roster) stands for itself; any other becomes the person of a system believed before it that the
-- map, the id, the e-mail or a name unique on both sides points to. What matches nobody is a person
-- of its own.
with

named as (
    select
        *,
        source_system || ':' || source_person_id as record_id,
        count(name_key) over (partition by source_system, name_key) as name_count
    from {{ ref('int_person_source') }}
),

-- A name that any source gives to two people identifies nobody in the others.
people as (
    select
        *,
        max(name_count) over (partition by name_key) = 1 as is_unique_name
    from named
),

mapped as (
    select * from {{ ref('int_person_mapped') }}
),

pairs as (
    select
        people.record_id,
        mapped.target_system || ':' || mapped.target_person_id as parent_id,
        'map' as how,
        mapped.confirmed_by,
        1 as level_rank,
        0 as system_rank
    from people
    inner join mapped
        on
            people.source_system = mapped.source_system
            and mapped.alias_key in (
                lower(people.source_person_id), people.email_key,
                people.username_key, people.name_key
            )
            and mapped.valid_to = cast('9999-12-31' as date)
    where
        people.system_rank > 1
        and people.record_id <> mapped.target_system || ':' || mapped.target_person_id

    union all

    select
        mine.record_id,
        other.record_id as parent_id,
        'id' as how,
        cast(null as {{ dbt.type_string() }}) as confirmed_by,
        2 as level_rank,
        other.system_rank
    from people as mine
    inner join people as other
        on
            mine.source_person_id = other.source_person_id
            and mine.system_rank > other.system_rank
    where not mine.is_only_named

    union all

    select
        mine.record_id,
        other.record_id as parent_id,
        'email' as how,
        cast(null as {{ dbt.type_string() }}) as confirmed_by,
        3 as level_rank,
        other.system_rank
    from people as mine
    inner join people as other
        on
            mine.email_key = other.email_key
            and mine.system_rank > other.system_rank

    union all

    select
        mine.record_id,
        other.record_id as parent_id,
        'name' as how,
        cast(null as {{ dbt.type_string() }}) as confirmed_by,
        4 as level_rank,
        other.system_rank
    from people as mine
    inner join people as other
        on
            mine.name_key = other.name_key
            and mine.system_rank > other.system_rank
    where mine.is_unique_name
),

ranked as (
    select
        *,
        rank() over (
            partition by record_id
            order by level_rank asc nulls last, system_rank asc nulls last
        ) as choice
    from pairs
),

chosen as (
    select
        record_id,
        min(parent_id) as parent_id,
        min(how) as how,
        min(confirmed_by) as confirmed_by
    from ranked
    where choice = 1
    group by record_id
    having min(parent_id) = max(parent_id)
),

final as (
    select
        people.source_system,
        people.source_person_id,
        coalesce(grandparent.parent_id, parent.parent_id, people.record_id) as person_id,
        coalesce(parent.how, 'id') as how,
        parent.confirmed_by,
        people.system_rank
    from people
    left join chosen as parent
        on people.record_id = parent.record_id
    left join chosen as grandparent
        on parent.parent_id = grandparent.record_id
)

select * from final
