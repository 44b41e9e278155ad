-- sqlfluff:exclude_rules:LT02
-- Which canonical person a source record is. A person of the system that is believed first (the
-- roster) stands for itself; any other becomes the person of a system believed before it that the
-- map, the id, the e-mail or a name unique on both sides points to. What matches nobody is a person
-- of its own.
{% set levels = 8 %}
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

-- A record may be another of another of another: the walk goes on to whom nobody stands above.
walks as (
    select
        people.record_id,
        parent_1.how,
        parent_1.confirmed_by,
        coalesce(
            {% for level in range(levels, 0, -1) -%}
                parent_{{ level }}.parent_id,
            {% endfor -%}
            people.record_id
        ) as end_id,
        parent_{{ levels }}.parent_id is not null as is_endless,
        least(
            people.record_id
            {%- for level in range(1, levels + 1) %},
                coalesce(parent_{{ level }}.parent_id, people.record_id)
            {%- endfor %}
        ) as first_id
    from people
    {% for level in range(1, levels + 1) -%}
        left join chosen as parent_{{ level }}
            on {{ 'people.record_id' if level == 1 else 'parent_' ~ (level - 1) ~ '.parent_id' }}
            = parent_{{ level }}.record_id
    {% endfor -%}
),

-- Records that a map sends round in a circle are one person, named by the first of them.
final as (
    select
        people.source_system,
        people.source_person_id,
        walks.confirmed_by,
        people.system_rank,
        case when walks.is_endless then circles.first_id else walks.end_id end as person_id,
        coalesce(walks.how, 'id') as how
    from people
    inner join walks
        on people.record_id = walks.record_id
    left join walks as circles
        on walks.end_id = circles.record_id
)

select * from final
